#include "host/issuer/judge.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "host/issuer/search.hpp"

namespace sesame::issuer {

namespace {

Outcome outcome(Contradiction contradiction) {
  switch (contradiction) {
    case Contradiction::none: return Outcome::good;
    case Contradiction::cid:
    case Contradiction::cryptogram: return Outcome::not_an_arqc;
    case Contradiction::pin: return Outcome::verification_results_wrong;
    case Contradiction::psn: break;
  }
  return Outcome::invalid;
}

Verdict format(const FormatFault& fault) {
  Verdict verdict;
  verdict.outcome = Outcome::format;
  verdict.format = fault;
  return verdict;
}

}  // namespace

Judge::Judge(const CardRecord& card) : card_(card), fault_(fault(card)) {
  if (fault_) return;
  told_ = told_by_codes(card);
  expected_.emplace(card);
}

Verdict Judge::judge(const Submission& submission, std::uint16_t last_atc) {
  Verdict verdict;
  verdict.fault = fault_.value_or("");
  if (fault_) return verdict;
  Inputs inputs;
  if (const auto fault = read_inputs(submission, card_, inputs)) return format(*fault);
  Answer answer;
  if (const auto fault = spread(submission.code.view(), card_, answer)) return format(*fault);

  const Circumstances circumstances;
  IssuerData data = *issuer_data(card_, circumstances);
  const Contradiction contradicts = contradiction(card_, told_, answer, data, circumstances);
  take_over(told_, answer, data);
  expected_->expect(inputs, data, circumstances);
  // Also where the answer is known: it takes no less time.
  const Found found = search(*expected_, told_, answer, window_above(last_atc, card_.window),
                             std::numeric_limits<std::uint32_t>::max());
  verdict.candidates = found.tried;
  verdict.outcome = outcome(contradicts);
  if (contradicts != Contradiction::none) return verdict;
  verdict.outcome = found.fitting.empty() ? Outcome::invalid : Outcome::good;
  if (!found.fitting.empty()) verdict.atc = found.fitting.back();
  return verdict;
}

double false_accept(const CardRecord& card, std::uint16_t last_atc) {
  const std::uint16_t told = told_by_codes(card).atc;
  std::vector<std::uint16_t> seen;
  if (const auto window = window_above(last_atc, card.window)) {
    for (std::uint32_t atc = window->first; atc <= window->last; ++atc) {
      seen.push_back(static_cast<std::uint16_t>(atc & told));
    }
  }
  std::sort(seen.begin(), seen.end());
  std::ptrdiff_t most = 0;
  for (auto at = seen.begin(); at != seen.end();) {
    const auto end = std::upper_bound(at, seen.end(), *at);
    most = std::max(most, end - at);
    at = end;
  }
  const double each = std::ldexp(1.0, -static_cast<int>(ac_bits(card)));
  return -std::expm1(static_cast<double>(most) * std::log1p(-each));
}

}  // namespace sesame::issuer
