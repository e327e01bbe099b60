// The inverse convention: ISO 7816-3:2006, 8.1.
#pragma once

#include <cstdint>

namespace sesame::card::iso7816 {

// A character of the other convention: the bits reversed and inverted.
constexpr std::uint8_t inverted(std::uint8_t character) {
  unsigned reversed = 0;
  for (unsigned bit = 0; bit < 8; ++bit) reversed |= ((character >> bit) & 1U) << (7 - bit);
  return static_cast<std::uint8_t>(~reversed);
}

}  // namespace sesame::card::iso7816
