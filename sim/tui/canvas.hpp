// What a terminal shows, as a grid of characters: drawn on first, put on a terminal as a whole.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sesame::sim {

enum class Style : std::uint8_t { plain, strong, faint, bar, display };

class Canvas {
 public:
  struct Cell {
    char16_t character = u' ';
    Style style = Style::plain;
    friend bool operator==(const Cell&, const Cell&) = default;
  };
  // `ascii`: what is drawn later comes out in ASCII: letters without accents, boxes of + - |.
  Canvas(std::size_t rows, std::size_t columns, bool ascii)
      : rows_(rows), columns_(columns), ascii_(ascii), cells_(rows * columns) {}

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  const Cell& at(std::size_t row, std::size_t column) const { return cells_[row * columns_ + column]; }

  // UTF-8 or cells of a display; what does not fit is cut, at `most` columns too. Returns the column after
  // it.
  std::size_t put(std::size_t row, std::size_t column, std::string_view text, Style style = Style::plain,
                  std::size_t most = SIZE_MAX);
  void put(std::size_t row, std::size_t column, char16_t character, Style style = Style::plain);
  // Its border, and a title in it; the inside is blanked.
  void box(std::size_t row, std::size_t column, std::size_t height, std::size_t width,
           std::string_view title = {}, Style style = Style::plain);

  // UTF-8, rows with \n between, without blanks at their ends.
  std::string text() const;

 private:
  std::size_t rows_, columns_;
  bool ascii_;
  std::vector<Cell> cells_;
};

}  // namespace sesame::sim
