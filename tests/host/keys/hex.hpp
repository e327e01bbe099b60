// Keys and bytes as the standards print them.
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/core/bytes.hpp"
#include "host/keys/key.hpp"

namespace sesame::keys::test {

// Spaces are skipped.
inline std::vector<std::uint8_t> bytes(std::string_view hex) {
  std::vector<std::uint8_t> result;
  int digits = 0;
  int value = 0;
  for (const char c : hex) {
    if (c == ' ') continue;
    const auto digit = std::string_view("0123456789ABCDEF").find(c);
    if (digit == std::string_view::npos) throw std::invalid_argument("not a hex digit");
    value = value * 16 + static_cast<int>(digit);
    if (++digits % 2 == 0) {
      result.push_back(static_cast<std::uint8_t>(value));
      value = 0;
    }
  }
  if (digits % 2 != 0) throw std::invalid_argument("half a byte");
  return result;
}

inline Key key(std::string_view hex) {
  const std::vector<std::uint8_t> all = bytes(hex);
  if (all.size() != Key::size) throw std::invalid_argument("a key has 16 bytes");
  return Key(std::span(all).first<Key::size>());
}

inline std::string hex(Bytes bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += "0123456789ABCDEF"[byte >> 4];
    text += "0123456789ABCDEF"[byte & 0xF];
  }
  return text;
}

inline std::string hex(const Key& key) { return hex(key.bytes()); }

}  // namespace sesame::keys::test
