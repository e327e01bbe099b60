// What is handed in to be verified: the digits, and what the customer was asked to type for them. Each input
// is by itself, and each function takes exactly its own: what one function made is not to serve another (an
// empty TDS is an identify code, challenge 0 is no challenge, amount 0 no amount).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/core/bytes.hpp"
#include "host/base/secret.hpp"
#include "host/issuer/card_record.hpp"
#include "host/issuer/verdict.hpp"

namespace sesame::issuer {

enum class Mode : std::uint8_t {
  identify,  // Mode 2: takes nothing
  respond,   // Mode 3: a challenge
  sign,  // Mode 1: an amount, its currency where the card uses it, and a challenge or reference if there was
         // one
  tds,   // Mode 2 with transaction data signing: numbers
};
inline constexpr std::string_view kModeNames[] = {"identify", "respond", "sign", "tds"};
constexpr std::span<const std::string_view> names(Mode) { return kModeNames; }
constexpr std::string_view to_string(Mode mode) { return kModeNames[static_cast<std::size_t>(mode)]; }

struct Submission {
  SecretString code;  // decimal digits, with or without blanks; zeros in front may be there or not
  Mode mode = Mode::identify;
  std::optional<std::string> challenge;  // 1 to 8 digits; a reference to sign 1 to 20, the last 8 count
  std::optional<std::string> amount;     // 1 to 12 digits, in minor units
  std::optional<std::string> currency;   // ISO 4217, numeric: 3 digits
  std::vector<std::string> tds;          // 1 to 10 numbers of 1 to 10 digits; zeros in front count
};

// What the reader had from its user.
struct Inputs {
  std::array<std::uint8_t, 4> unpredictable_number{};  // 9F37, n8 BCD
  std::array<std::uint8_t, 6> amount{};                // 9F02, n12 BCD
  std::array<std::uint8_t, 2> currency{};              // 5F2A, n3 BCD
  ByteString signed_data;                              // the numbers of a TDS, joined, in BCD; empty without
};

// All but the code. Nothing is wrong, or what is.
std::optional<FormatFault> read_inputs(const Submission& submission, const CardRecord& card, Inputs& inputs);

}  // namespace sesame::issuer
