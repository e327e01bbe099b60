// From the card's answer to decimal digits.
//
// The issuer's proprietary bitmap (IPB, 9F56) is a mask over PSN? ‖ CID ‖ ATC ‖ AC ‖ IAD: most significant
// bit first, aligned left. The bits under its ones, collected, are a binary number; the code is that number
// in decimal. There is no public specification of CAP; recorded cards pin every rule in this file.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "firmware/core/bytes.hpp"
#include "firmware/core/result.hpp"

namespace sesame::cap {

// PSN 1, CID 1, ATC 2, AC 8, IAD at most 32.
inline constexpr std::size_t kMaxTokenData = 44;
using TokenData = Buffer<kMaxTokenData>;

// 44 bytes are 352 bits: at most 106 decimal digits.
inline constexpr std::size_t kMaxTokenDigits = 106;
using Digits = SecretVector<char, kMaxTokenDigits>;

// The first byte of the IAF (9F55).
namespace iaf {
inline constexpr std::uint8_t amount = 0x80;       // Mode 1 sends the amount, and the currency
inline constexpr std::uint8_t psn = 0x40;          // the PSN is part of the data
inline constexpr std::uint8_t amount_only = 0x20;  // with 0x80: the amount without the currency
}  // namespace iaf

// What the card answered to the first GENERATE AC, and what its records said.
struct TokenInput {
  std::optional<std::uint8_t> psn;  // only where the IAF has iaf::psn
  std::uint8_t cid = 0;
  std::array<std::uint8_t, 2> atc{};
  std::array<std::uint8_t, 8> ac{};  // or what mix_tds() made of it
  Bytes iad;                         // at most 32 bytes
};
TokenData token_data(const TokenInput& input);

// Whether the mask takes a bit of the ATC or the AC. One that does not gives the same code again and again.
bool takes_cryptogram(Bytes ipb, bool psn_in_data);

enum class TokenError {
  ipb_longer_than_data,  // no card does it: refuse rather than show a code the bank counts as wrong
};
std::string_view to_string(TokenError);

// The number as decimal digits, without leading zeros; "0" for zero, or for an empty mask.
std::optional<TokenError> token_by_ipb(const TokenData& data, Bytes ipb, Digits& digits);

// The function of Belgian cards without an IPB, and of Bancontact always: ten bits of AC bytes 5 and 6,
// the low byte of the ATC and AC byte 7, with the last decimal digit carried to the front.
void token_belgian(const TokenInput& input, Digits& digits);

// Zeros in front, up to `minimum` digits. False where there is no room: nothing is changed.
[[nodiscard]] bool pad_with_zeros(Digits& digits, std::size_t minimum);

// What a Visa card without an IPB uses: 33 bits.
inline constexpr std::array<std::uint8_t, 18> kVisaDefaultIpb{
    0x00, 0x00, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x20, 0xB9, 0x38};

}  // namespace sesame::cap
