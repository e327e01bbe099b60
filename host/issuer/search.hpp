// Which ATCs make a code: those that its bits of the ATC leave possible, each tried with a whole cryptogram.
// For judge.cpp and why_refused.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "host/issuer/expected_ac.hpp"
#include "host/issuer/spread.hpp"

namespace sesame::issuer {

// From the first to the last of these ATCs. The last may be below the first: then downwards.
struct AtcRange {
  std::uint16_t first = 0, last = 0;
};

// Those above the last accepted one, up to the window's end; nothing where there is none.
std::optional<AtcRange> window_above(std::uint16_t last_atc, std::uint16_t window);

struct Found {
  std::vector<std::uint16_t> fitting;  // in the range's direction
  std::uint32_t tried = 0;
};

// Tries at most `most`, all of them whether one fits or not: its time tells nothing. One cryptogram is
// computed anyhow.
Found search(ExpectedAc& expected, const Answer& told, const Answer& answer, std::optional<AtcRange> range,
             std::uint32_t most);

// The first reason why an answer with these bits cannot be one with that IAD.
enum class Contradiction : std::uint8_t { none, cid, psn, cryptogram, pin };
Contradiction contradiction(const CardRecord& card, const Answer& told, const Answer& answer,
                            const IssuerData& data, const Circumstances& circumstances);
// The bits of the IAD that the issuer cannot foresee, as the code has them.
void take_over(const Answer& told, const Answer& answer, IssuerData& data);

}  // namespace sesame::issuer
