// A submitted number back over the card's answer: which of its bits the code tells, and what they are.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "firmware/core/bytes.hpp"
#include "host/issuer/card_record.hpp"
#include "host/issuer/verdict.hpp"

namespace sesame::issuer {

// PSN? ‖ CID ‖ ATC ‖ AC ‖ IAD, by their meaning.
struct Answer {
  std::optional<std::uint8_t> psn;
  std::uint8_t cid = 0;
  std::uint16_t atc = 0;
  std::array<std::uint8_t, 8> ac{};
  std::array<std::uint8_t, kMaxIad> iad{};
};

// The ones: what a code of this card tells.
Answer told_by_codes(const CardRecord& card);
// How many bits of the AC that are: each doubles the codes that a guess has to choose from.
unsigned ac_bits(const CardRecord& card);

// What this code tells, zeros elsewhere; or what is wrong with it. Up to as many digits as kMaxData bytes
// have, blanks not counted, and zeros in front anyhow.
std::optional<FormatFault> spread(std::string_view code, const CardRecord& card, Answer& answer);

}  // namespace sesame::issuer
