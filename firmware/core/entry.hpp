// What may be typed at a prompt, key by key, and what it means to the card. The reader and a program that
// types for a user share these rules.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "firmware/core/bytes.hpp"
#include "firmware/core/profile.hpp"

namespace sesame {

// A row of the widest display.
inline constexpr std::size_t kMaxEntry = 20;
using Entry = SecretVector<char, kMaxEntry>;

// Whether `next` ('0'…'9' or '.') may follow what stands there.
bool accepts(const Prompt& prompt, std::uint8_t exponent, std::span<const char> typed, char next);
// Whether OK may be pressed.
bool complete(const Prompt& prompt, std::span<const char> typed);

// Decimal digits as BCD, right-justified, zeros in front: 1234 becomes 00 00 12 34. The last 2N count.
template <std::size_t N>
std::array<std::uint8_t, N> to_bcd(std::span<const char> digits) {
  std::array<std::uint8_t, N> bcd{};
  for (std::size_t i = 0; i < digits.size() && i < 2 * N; ++i) {
    const auto digit = static_cast<std::uint8_t>(digits[digits.size() - 1 - i] - '0');
    bcd[N - 1 - i / 2] |= static_cast<std::uint8_t>(i % 2 == 0 ? digit : digit << 4);
  }
  return bcd;
}

// 12.3 with exponent 2 as n12 in minor units: 00 00 00 00 12 30. The last 12 digits count.
std::array<std::uint8_t, 6> amount_bcd(std::span<const char> typed, std::uint8_t exponent);

}  // namespace sesame
