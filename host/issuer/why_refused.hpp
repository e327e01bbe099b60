// Why a code was refused that is no code for now: for the issuer's audit alone. Its submitter learns that it
// was refused, and in the same time; so this runs after that, and what it finds changes nothing.
#pragma once

#include <cstdint>
#include <string>

#include "host/issuer/card_record.hpp"
#include "host/issuer/submission.hpp"
#include "host/issuer/verdict.hpp"

namespace sesame::issuer {

// What the code seems to be. Few bits of the AC make it seem what it is not: of 256 ATCs, one in 2^(b-8)
// wrong codes does.
enum class Cause : std::uint8_t {
  unknown,      // nothing that was looked for
  no_code,      // the format, the record or a bit that has to be as it is says it already
  replayed,     // the last accepted code, or an earlier one, used or not
  newer,        // of an ATC beyond the window: made while none was verified
  declined,     // of an AAC
  without_pin,  // the card was not asked for the PIN, and gave an ARQC
  wrong_pin,    // the PIN was wrong, and the card gave an ARQC
  other_input,  // of the card, but for another challenge, amount or numbers: for none
};
inline constexpr std::string_view kCauseNames[] = {"unknown",  "no-code",     "replayed",  "newer",
                                                   "declined", "without-pin", "wrong-pin", "other-input"};
constexpr std::span<const std::string_view> names(Cause) { return kCauseNames; }
constexpr std::string_view to_string(Cause cause) { return kCauseNames[static_cast<std::size_t>(cause)]; }

struct Inquiry {
  Cause cause = Cause::unknown;
  Verdict verdict;  // the one that was given, with a closer outcome and the ATC where one was found
};

// ATCs that are tried for each thing the code might be, the nearest first.
inline constexpr std::uint32_t kMostInquired = 256;

Inquiry why_refused(const CardRecord& card, const Submission& submission, std::uint16_t last_atc,
                    const Verdict& given);

// In words: "it was used before, or a later one was, ATC 0007". What follows "refused: ".
std::string refusal(const Inquiry& inquiry);

}  // namespace sesame::issuer
