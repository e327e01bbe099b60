// UTF-8 (RFC 3629), character by character.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sesame::utf8 {

// How many bytes a character has; 0: there is none where the text begins.
struct Character {
  char32_t code = 0;
  std::size_t length = 0;
};

// `text` is not empty. What RFC 3629, 3 and 4, excludes is no character: overlong forms, surrogates, beyond
// U+10FFFF, a part.
Character first_character(std::string_view text);

// How many characters there are in a text of UTF-8.
std::size_t length(std::string_view text);

// What stands where a character was expected (Unicode 15.0, 23.8).
inline constexpr char32_t kReplacement = 0xFFFD;

// What is no character (a surrogate, beyond U+10FFFF) becomes kReplacement.
void append(std::string& out, char32_t code);

// Of ISO 8859-1, "Latin-1", whose bytes are the first 256 characters of Unicode.
std::string from_latin1(std::string_view text);

}  // namespace sesame::utf8
