// Screens for display tests: the rows as one would type them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "firmware/core/screen.hpp"

namespace sesame::test {

inline Screen screen_of(std::initializer_list<std::u16string_view> rows, std::uint8_t columns = 16) {
  Screen screen;
  screen.lit = true;
  screen.rows = static_cast<std::uint8_t>(rows.size());
  screen.columns = columns;
  for (auto& cells : screen.cells) cells.fill(u' ');
  std::size_t row = 0;
  for (const std::u16string_view text : rows) {
    for (std::size_t i = 0; i < text.size() && i < columns; ++i) screen.cells[row][i] = text[i];
    ++row;
  }
  return screen;
}

inline Screen dark_screen(std::uint8_t rows = 2, std::uint8_t columns = 16) {
  Screen screen = screen_of({u"", u"", u"", u""}, columns);
  screen.rows = rows;
  screen.lit = false;
  return screen;
}

}  // namespace sesame::test
