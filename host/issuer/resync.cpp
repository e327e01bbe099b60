#include "host/issuer/resync.hpp"

#include <algorithm>
#include <limits>

#include "host/issuer/search.hpp"

namespace sesame::issuer {

namespace {

constexpr std::uint32_t kAll = std::numeric_limits<std::uint32_t>::max();

// One of the two codes, ready to be compared at any ATC.
class Half {
 public:
  Half(const CardRecord& card, const Submission& submission)
      : told_(told_by_codes(card)), data_(*issuer_data(card, {})), expected_(card) {
    Inputs inputs;
    fault_ = read_inputs(submission, card, inputs);
    if (!fault_) fault_ = spread(submission.code.view(), card, answer_);
    if (fault_) return;
    contradicts_ = contradiction(card, told_, answer_, data_, {}) != Contradiction::none;
    take_over(told_, answer_, data_);
    expected_.expect(inputs, data_, {});
  }

  const std::optional<FormatFault>& fault() const { return fault_; }
  bool contradicts() const { return contradicts_; }
  Found find(std::optional<AtcRange> range) { return search(expected_, told_, answer_, range, kAll); }

 private:
  Answer told_, answer_;
  IssuerData data_;
  ExpectedAc expected_;
  std::optional<FormatFault> fault_;
  bool contradicts_ = false;
};

}  // namespace

Verdict resynchronize(const CardRecord& card, const Submission& first, const Submission& second,
                      std::uint16_t last_atc, std::uint16_t reach) {
  Verdict verdict;
  if (const auto bad = fault(card)) {
    verdict.fault = *bad;
    return verdict;
  }
  Half one(card, first), two(card, second);
  if (const auto& bad = one.fault() ? one.fault() : two.fault()) {
    verdict.outcome = Outcome::format;
    verdict.format = *bad;
    return verdict;
  }
  verdict.outcome = Outcome::invalid;
  const Found found = one.find(window_above(last_atc, reach));
  verdict.candidates = found.tried;
  for (const std::uint16_t atc : found.fitting) {
    if (atc == 0xFFFF) continue;
    const auto next = static_cast<std::uint16_t>(atc + 1);
    if (two.find(AtcRange{next, next}).fitting.empty()) continue;
    verdict.atc = next;
  }
  if (one.contradicts() || two.contradicts()) verdict.atc.reset();
  if (verdict.atc) verdict.outcome = Outcome::good;
  return verdict;
}

}  // namespace sesame::issuer
