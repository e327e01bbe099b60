// Transaction data signing: Mode 2 with numbers typed after the card has answered. They never reach the
// card; they are mixed into its cryptogram. There is no public specification: the computation is the one
// that recorded sessions of real readers pin down.
#pragma once

#include <span>
#include <string_view>

#include "firmware/core/bytes.hpp"
#include "firmware/core/crypto/des.hpp"

namespace sesame::cap {

inline constexpr std::size_t kMaxTdsNumbers = 10;
inline constexpr std::size_t kMaxTdsDigits = 10;

// Up to 10 decimal digits, as typed: leading zeros count.
using TdsNumber = FixedVector<char, kMaxTdsDigits>;
using TdsNumbers = FixedVector<TdsNumber, kMaxTdsNumbers>;

// What takes the place of the AC: a CBC-MAC with single DES, the AC as the key, over the numbers in BCD,
// joined by the nibble F, one more F if the nibbles are odd, then 80 and 00 up to a multiple of 8.
// Every element of every number is a decimal digit.
crypto::DesBlock mix_tds(const crypto::DesBlock& ac, std::span<const TdsNumber> numbers);

}  // namespace sesame::cap
