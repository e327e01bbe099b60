// What an issuer finds about a code.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sesame::issuer {

// The answers that card networks have to the question whether a cryptogram is good.
enum class Outcome : std::uint8_t {
  good,
  atc_out_of_range,            // right, but of an ATC beyond the window
  replayed,                    // right, but of an ATC that was accepted before, or of an earlier one
  format,                      // no code of this card: see FormatFault
  not_an_arqc,                 // the card had declined
  invalid,                     // no ATC in the window makes it
  verification_results_wrong,  // right, but made without the PIN
  could_not_check,             // the record is at fault
};
inline constexpr std::string_view kOutcomeNames[] = {
    "good",    "atc-out-of-range",           "replayed",       "format", "not-an-arqc",
    "invalid", "verification-results-wrong", "could-not-check"};
constexpr std::span<const std::string_view> names(Outcome) { return kOutcomeNames; }
constexpr std::string_view to_string(Outcome outcome) {
  return kOutcomeNames[static_cast<std::size_t>(outcome)];
}

// Which part of a submission cannot be, and why.
struct FormatFault {
  enum class Field : std::uint8_t { none, code, challenge, amount, currency, tds };
  enum class Problem : std::uint8_t {
    missing,       // the function needs it
    malformed,     // not digits, or too many of them
    zero,          // would be as if it were missing, and the code one of another function
    not_taken,     // the function does not take it
    not_bound,     // the card does not use it: no code of it would say anything about it
    does_not_fit,  // more than the bits under the mask can hold
  };
  Field field = Field::none;
  Problem problem = Problem::missing;
  bool operator==(const FormatFault&) const = default;
};
// As one clause: "the challenge is missing".
std::string to_string(const FormatFault& fault);

struct Verdict {
  Outcome outcome = Outcome::could_not_check;
  FormatFault format;                // with Outcome::format
  std::string_view fault;            // with Outcome::could_not_check
  std::optional<std::uint16_t> atc;  // with Outcome::good; and where why_refused() found one
  std::uint32_t candidates = 0;      // ATCs that the code left possible, each of which was tried
};

}  // namespace sesame::issuer
