// What one sees of a display, and PNG files of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sesame::test {

// Dots, row by row.
struct Picture {
  enum class Dot : std::uint8_t { none, off, on };  // none: between the cells of an LCD
  enum class Look : std::uint8_t { lcd, oled };

  Look look = Look::lcd;
  std::size_t width = 0, height = 0;
  std::vector<Dot> dots;

  Picture() = default;
  Picture(Look kind, std::size_t columns, std::size_t rows)
      : look(kind), width(columns), height(rows), dots(columns * rows, Dot::none) {}
  Dot& at(std::size_t x, std::size_t y) { return dots[y * width + x]; }
  Dot at(std::size_t x, std::size_t y) const { return dots[y * width + x]; }
};

// Text art, a line a row: '#', '.', and a blank for none.
std::string to_text(const Picture& picture);

// Colored and enlarged, three bytes a pixel.
struct Image {
  std::size_t width = 0, height = 0;
  std::vector<std::uint8_t> rgb;

  friend bool operator==(const Image&, const Image&) = default;
};
Image render(const Picture& picture);

// Both throw std::runtime_error.
void write_png(const std::string& path, const Image& image);
Image read_png(const std::string& path);

}  // namespace sesame::test
