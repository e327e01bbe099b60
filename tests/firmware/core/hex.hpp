// Bytes as the standards print them.
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/core/bytes.hpp"

namespace sesame::test {

using ByteVector = std::vector<std::uint8_t>;

// Spaces are skipped.
inline ByteVector bytes(std::string_view hex) {
  ByteVector result;
  int digits = 0;
  int value = 0;
  for (const char c : hex) {
    if (c == ' ') continue;
    const auto digit = std::string_view("0123456789ABCDEF").find(c);
    if (digit == std::string_view::npos) throw std::invalid_argument("not a hex digit: " + std::string(hex));
    value = value * 16 + static_cast<int>(digit);
    if (++digits % 2 == 0) {
      result.push_back(static_cast<std::uint8_t>(value));
      value = 0;
    }
  }
  if (digits % 2 != 0) throw std::invalid_argument("half a byte: " + std::string(hex));
  return result;
}

inline std::string hex(Bytes bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += "0123456789ABCDEF"[byte >> 4];
    text += "0123456789ABCDEF"[byte & 0xF];
  }
  return text;
}

template <std::size_t N>
std::array<std::uint8_t, N> array(std::string_view hex) {
  const ByteVector all = bytes(hex);
  if (all.size() != N) throw std::invalid_argument("wrong length: " + std::string(hex));
  std::array<std::uint8_t, N> result{};
  for (std::size_t i = 0; i < N; ++i) result[i] = all[i];
  return result;
}

inline std::string text(std::span<const char> characters) { return {characters.begin(), characters.end()}; }

// One data object: tag, length, value, all in hex. Lengths up to 255.
inline std::string tlv(std::string_view tag, std::string_view value) {
  const std::size_t length = bytes(value).size();
  if (length > 0xFF) throw std::invalid_argument("too long for this helper");
  const auto byte = static_cast<std::uint8_t>(length);
  return std::string(tag) + (length > 0x7F ? "81" : "") + hex(Bytes(&byte, 1)) + std::string(value);
}

// Whether `part` lies inside `whole`, by address.
inline bool points_into(Bytes part, Bytes whole) {
  if (part.empty()) return true;
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

}  // namespace sesame::test
