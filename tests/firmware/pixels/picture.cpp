#include "tests/firmware/pixels/picture.hpp"

#include <png.h>

#include <array>
#include <stdexcept>

namespace sesame::test {

namespace {

using Color = std::array<std::uint8_t, 3>;

// A dot's edge and the line between it and the next, in pixels; the frame around all, in dots.
struct Style {
  std::size_t edge, line, frame;
  Color none, off, on;
};
constexpr Style kLcd{3, 1, 3, {0xC5, 0xD3, 0x9B}, {0xBC, 0xCB, 0x90}, {0x1F, 0x2A, 0x14}};
constexpr Style kOled{3, 0, 2, {0x08, 0x0A, 0x0C}, {0x08, 0x0A, 0x0C}, {0xC8, 0xEC, 0xFF}};

const Color& color(const Style& style, Picture::Dot dot) {
  switch (dot) {
    case Picture::Dot::none: return style.none;
    case Picture::Dot::off: return style.off;
    case Picture::Dot::on: return style.on;
  }
  return style.none;
}

void check(bool done, const std::string& path, const char* what, const png_image& file) {
  if (!done) throw std::runtime_error(path + ": " + what + ": " + file.message);
}

}  // namespace

std::string to_text(const Picture& picture) {
  std::string text;
  for (std::size_t y = 0; y < picture.height; ++y) {
    for (std::size_t x = 0; x < picture.width; ++x) text += " .#"[static_cast<std::size_t>(picture.at(x, y))];
    text += '\n';
  }
  return text;
}

Image render(const Picture& picture) {
  const Style& style = picture.look == Picture::Look::lcd ? kLcd : kOled;
  const std::size_t step = style.edge + style.line;
  Image image;
  image.width = (picture.width + 2 * style.frame) * step;
  image.height = (picture.height + 2 * style.frame) * step;
  for (std::size_t i = 0; i < image.width * image.height; ++i) {
    image.rgb.insert(image.rgb.end(), style.none.begin(), style.none.end());
  }
  for (std::size_t i = 0; i < picture.dots.size(); ++i) {
    const Color& ink = color(style, picture.dots[i]);
    const std::size_t left = (i % picture.width + style.frame) * step;
    const std::size_t top = (i / picture.width + style.frame) * step;
    for (std::size_t pixel = 0; pixel < style.edge * style.edge; ++pixel) {
      const std::size_t x = left + pixel % style.edge, y = top + pixel / style.edge;
      for (std::size_t c = 0; c < 3; ++c) image.rgb[(y * image.width + x) * 3 + c] = ink[c];
    }
  }
  return image;
}

void write_png(const std::string& path, const Image& image) {
  png_image file{};
  file.version = PNG_IMAGE_VERSION;
  file.width = static_cast<png_uint_32>(image.width);
  file.height = static_cast<png_uint_32>(image.height);
  file.format = PNG_FORMAT_RGB;
  const bool done = png_image_write_to_file(&file, path.c_str(), 0, image.rgb.data(), 0, nullptr) != 0;
  check(done, path, "cannot be written", file);
}

Image read_png(const std::string& path) {
  png_image file{};
  file.version = PNG_IMAGE_VERSION;
  check(png_image_begin_read_from_file(&file, path.c_str()) != 0, path, "cannot be read", file);
  file.format = PNG_FORMAT_RGB;
  Image image{file.width, file.height, std::vector<std::uint8_t>(PNG_IMAGE_SIZE(file))};
  const bool done = png_image_finish_read(&file, nullptr, image.rgb.data(), 0, nullptr) != 0;
  check(done, path, "cannot be read", file);
  return image;
}

}  // namespace sesame::test
