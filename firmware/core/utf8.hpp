// UTF-8 (RFC 3629), character by character.
#pragma once

#include <cstddef>
#include <string_view>

namespace sesame::utf8 {

// How many bytes a character has; 0: there is none where the text begins.
struct Character {
  char32_t code = 0;
  std::size_t length = 0;
};

constexpr bool is_scalar(char32_t code) { return code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF); }

// `text` is not empty. What RFC 3629, 3 and 4, excludes is no character: overlong forms, surrogates, beyond
// U+10FFFF, a part.
inline Character first_character(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first < 0xC2   ? 0U
                             : first < 0xE0 ? 2U
                             : first < 0xF0 ? 3U
                             : first < 0xF5 ? 4U
                                            : 0U;
  if (length == 0 || text.size() < length) return {};
  char32_t code = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0) != 0x80) return {};
    code = code << 6 | (byte & 0x3FU);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  return overlong || !is_scalar(code) ? Character{} : Character{code, length};
}

}  // namespace sesame::utf8
