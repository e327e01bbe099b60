// A card whose ATC has run away from what the issuer knows, as codes were made and not handed in: two codes
// made one after the other say where it is. Each of them alone would be too easy to guess in so wide a
// window.
#pragma once

#include <cstdint>

#include "host/issuer/card_record.hpp"
#include "host/issuer/submission.hpp"
#include "host/issuer/verdict.hpp"

namespace sesame::issuer {

// Good, with the ATC of the second code, where the first is right for an ATC above the last accepted one, at
// most `reach` from it, and the second for the next ATC. Everything else as Judge has it; the two codes may
// be of any mode.
Verdict resynchronize(const CardRecord& card, const Submission& first, const Submission& second,
                      std::uint16_t last_atc, std::uint16_t reach);

}  // namespace sesame::issuer
