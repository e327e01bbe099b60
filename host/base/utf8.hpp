// Texts of UTF-8: what a program on a computer needs beside firmware/core/utf8.hpp.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "firmware/core/utf8.hpp"

namespace sesame::utf8 {

// How many characters there are in a text of UTF-8.
std::size_t length(std::string_view text);

// What stands where a character was expected (Unicode 15.0, 23.8).
inline constexpr char32_t kReplacement = 0xFFFD;

// What is no character (a surrogate, beyond U+10FFFF) becomes kReplacement.
void append(std::string& out, char32_t code);

// Of ISO 8859-1, "Latin-1", whose bytes are the first 256 characters of Unicode.
std::string from_latin1(std::string_view text);

}  // namespace sesame::utf8
