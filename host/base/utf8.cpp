#include "host/base/utf8.hpp"

#include <algorithm>
#include <cstdint>

namespace sesame::utf8 {

std::size_t length(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

void append(std::string& out, char32_t code) {
  if (!is_scalar(code)) code = kReplacement;
  const auto put = [&](char32_t byte) { out += static_cast<char>(static_cast<std::uint8_t>(byte)); };
  const auto tail = [&](int shift) { put(0x80 | (code >> shift & 0x3F)); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xC0 | code >> 6);
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    tail(6);
  } else {
    put(0xF0 | code >> 18);
    tail(12);
    tail(6);
  }
  tail(0);
}

std::string from_latin1(std::string_view text) {
  std::string out;
  for (const char byte : text) append(out, static_cast<unsigned char>(byte));
  return out;
}

}  // namespace sesame::utf8
