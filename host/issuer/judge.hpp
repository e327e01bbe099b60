// Whether a code is good: the judgement of an issuer, and nothing else. No clock, no store, no chance.
//
//     Judge judge(card);
//     const Verdict verdict = judge.judge(submission, last_atc);
//     if (verdict.outcome == Outcome::good) …store *verdict.atc, durably, as the last accepted one
//
// The digits are spread over the mask, and the bits that have to be as they are (CID, PSN, which cryptogram,
// PIN) are judged. The bits of the ATC say which ATCs there can be above the last accepted one and within the
// window; for each, the IAD is rebuilt from the card's template with the bits that the code tells, the AC is
// computed, mixed with what was signed, and compared under the mask. All of them are tried. Where several
// fit, which chance makes of few bits, the highest is the code's: from then on it is refused with every
// earlier one.
#pragma once

#include <cstdint>
#include <optional>

#include "host/issuer/card_record.hpp"
#include "host/issuer/expected_ac.hpp"
#include "host/issuer/spread.hpp"
#include "host/issuer/submission.hpp"
#include "host/issuer/verdict.hpp"

namespace sesame::issuer {

// One card's. Its ciphers serve all submissions of it. Not for two threads at once.
class Judge {
 public:
  // The record outlives it. One at fault makes every verdict Outcome::could_not_check.
  explicit Judge(const CardRecord& card);

  // Any submission whatever has a verdict: good, format, not_an_arqc, invalid, verification_results_wrong or
  // could_not_check. Why an invalid one is, why_refused.hpp looks into, off this path.
  Verdict judge(const Submission& submission, std::uint16_t last_atc);

 private:
  const CardRecord& card_;
  std::optional<std::string_view> fault_;
  Answer told_;
  std::optional<ExpectedAc> expected_;
};

// How likely it is that a number which is no code of this card is accepted, whose bits beside the AC were
// chosen as well as can be: 1 - (1 - 2^-b)^n, where b is ac_bits() and n the most ATCs of this window that
// agree in the bits told.
double false_accept(const CardRecord& card, std::uint16_t last_atc);

// Fewer bits of the AC under the mask than this are few: one guess in 65,536 and less.
inline constexpr unsigned kFewAcBits = 16;

}  // namespace sesame::issuer
