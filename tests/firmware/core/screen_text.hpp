// A screen as text, for comparing and for reading.
#pragma once

#include <string>

#include "firmware/core/screen.hpp"

namespace sesame::test {

inline std::string utf8(char16_t c) {
  std::string text;
  if (c < 0x80) return {static_cast<char>(c)};
  if (c >= 0x800) {
    text += static_cast<char>(0xE0 | c >> 12);
    text += static_cast<char>(0x80 | (c >> 6 & 0x3F));
  } else {
    text += static_cast<char>(0xC0 | c >> 6);
  }
  return text + static_cast<char>(0x80 | (c & 0x3F));
}

// The rows as they are, each between bars: "|Patientez       |                |".
inline std::string picture(const Screen& screen) {
  std::string text = "|";
  for (std::size_t row = 0; row < screen.rows; ++row) {
    for (const char16_t c : screen.row(row)) text += utf8(c);
    text += '|';
  }
  return text;
}

// The same without blanks at the ends of rows, and without empty rows at the end: "Code Sésame/4251 1495".
inline std::string words(const Screen& screen) {
  std::string text;
  for (std::size_t row = 0; row < screen.rows; ++row) {
    if (row > 0) text += '/';
    for (const char16_t c : screen.row(row)) text += utf8(c);
    while (!text.empty() && text.back() == ' ') text.pop_back();
  }
  while (!text.empty() && text.back() == '/') text.pop_back();
  return text;
}

}  // namespace sesame::test
