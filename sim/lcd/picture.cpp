#include "sim/lcd/picture.hpp"

#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <stdexcept>

#include "sim/lcd/rows.hpp"

namespace sesame::sim {

namespace {

// In dots.
constexpr int kGlyphWidth = 5, kGlyphHeight = 8, kGap = 1, kMargin = 3;
constexpr int kCellWidth = kGlyphWidth + kGap, kCellHeight = kGlyphHeight + kGap;
constexpr int kPixels = 4;  // a dot, with the line between it and the next

struct Color {
  std::uint8_t red, green, blue;
};
struct Palette {
  Color background, cell, dot;
};
constexpr Palette kLit{{0xC5, 0xD3, 0x9B}, {0xBC, 0xCB, 0x90}, {0x1F, 0x2A, 0x14}};
constexpr Palette kDark{{0x7D, 0x86, 0x6C}, {0x78, 0x81, 0x67}, {0x78, 0x81, 0x67}};
constexpr Glyph kBox{0x1F, 0x11, 0x11, 0x11, 0x11, 0x11, 0x1F, 0x00};

const Palette& palette(const Screen& screen) { return screen.lit ? kLit : kDark; }
int width(const Screen& screen) { return screen.columns * kCellWidth - kGap + 2 * kMargin; }
int height(const Screen& screen) { return screen.rows * kCellHeight - kGap + 2 * kMargin; }

// Calls dot(x, y, on) for every dot of every cell.
template <class Dot>
void draw(const Screen& screen, Dot dot) {
  for (int row = 0; row < screen.rows; ++row) {
    for (int column = 0; column < screen.columns; ++column) {
      const char16_t character = screen.row(static_cast<std::size_t>(row))[static_cast<std::size_t>(column)];
      const Glyph shape = screen.lit ? glyph(character).value_or(kBox) : Glyph{};
      for (int y = 0; y < kGlyphHeight; ++y) {
        for (int x = 0; x < kGlyphWidth; ++x) {
          const bool on = (shape[static_cast<std::size_t>(y)] >> (kGlyphWidth - 1 - x) & 1) != 0;
          dot(kMargin + column * kCellWidth + x, kMargin + row * kCellHeight + y, on);
        }
      }
    }
  }
}

std::string css(Color color) {
  return fmt::format("#{:02x}{:02x}{:02x}", color.red, color.green, color.blue);
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace

std::string to_svg(const Screen& screen) {
  const Palette& colors = palette(screen);
  std::string cells, dots;
  draw(screen, [&](int x, int y, bool on) {
    fmt::format_to(std::back_inserter(on ? dots : cells), "M{} {}h.88v.88h-.88z", x, y);
  });
  return fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{2}" height="{3}" role="img">)"
      R"(<title>{4}</title><rect width="{0}" height="{1}" rx="1.5" fill="{5}"/>)"
      R"(<path fill="{6}" d="{7}"/><path fill="{8}" d="{9}"/></svg>)"
      "\n",
      width(screen), height(screen), width(screen) * kPixels, height(screen) * kPixels,
      escaped(to_text(screen)), css(colors.background), css(colors.cell), cells, css(colors.dot), dots);
}

std::vector<std::uint8_t> to_png(const Screen& screen) {
  const Palette& colors = palette(screen);
  constexpr auto kStep = static_cast<std::size_t>(kPixels);
  const std::size_t row_size = static_cast<std::size_t>(width(screen)) * kStep;
  const std::size_t rows = static_cast<std::size_t>(height(screen)) * kStep;
  std::vector<Color> pixels(row_size * rows, colors.background);
  draw(screen, [&](int x, int y, bool on) {
    for (std::size_t i = 0; i < (kStep - 1) * (kStep - 1); ++i) {
      const std::size_t px = static_cast<std::size_t>(x) * kStep + i % (kStep - 1);
      const std::size_t py = static_cast<std::size_t>(y) * kStep + i / (kStep - 1);
      pixels[py * row_size + px] = on ? colors.dot : colors.cell;
    }
  });

  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(row_size);
  image.height = static_cast<png_uint_32>(rows);
  image.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = 0;
  const bool sized = png_image_write_to_memory(&image, nullptr, &size, 0, pixels.data(), 0, nullptr) != 0;
  std::vector<std::uint8_t> file(size);
  if (!sized || png_image_write_to_memory(&image, file.data(), &size, 0, pixels.data(), 0, nullptr) == 0) {
    throw std::runtime_error("no PNG could be made of the screen");
  }
  file.resize(size);
  return file;
}

}  // namespace sesame::sim
