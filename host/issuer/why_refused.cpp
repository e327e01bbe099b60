#include "host/issuer/why_refused.hpp"

#include <fmt/format.h>

#include <array>

#include "host/issuer/search.hpp"

namespace sesame::issuer {

namespace {

using Pin = Circumstances::Pin;

class Inquirer {
 public:
  Inquirer(const CardRecord& card, const Inputs& inputs, const Answer& answer, std::uint16_t last_atc)
      : card_(card),
        inputs_(inputs),
        answer_(answer),
        last_atc_(last_atc),
        told_(told_by_codes(card)),
        expected_(card) {}

  std::optional<std::uint16_t> older() {
    if (last_atc_ == 0) return std::nullopt;
    return find(inputs_, {}, AtcRange{last_atc_, 0});
  }

  std::optional<std::uint16_t> newer() {
    const std::uint32_t end = static_cast<std::uint32_t>(last_atc_) + card_.window;
    if (end >= 0xFFFF) return std::nullopt;
    return find(inputs_, {}, AtcRange{static_cast<std::uint16_t>(end + 1), 0xFFFF});
  }

  std::optional<std::uint16_t> in_window(const Inputs& inputs, const Circumstances& circumstances) {
    return find(inputs, circumstances, window_above(last_atc_, card_.window));
  }

 private:
  std::optional<std::uint16_t> find(const Inputs& inputs, const Circumstances& circumstances,
                                    std::optional<AtcRange> range) {
    IssuerData data = *issuer_data(card_, circumstances);
    if (contradiction(card_, told_, answer_, data, circumstances) != Contradiction::none) return std::nullopt;
    take_over(told_, answer_, data);
    expected_.expect(inputs, data, circumstances);
    const Found found = search(expected_, told_, answer_, range, kMostInquired);
    return found.fitting.empty() ? std::nullopt : std::optional(found.fitting.front());
  }

  const CardRecord& card_;
  const Inputs& inputs_;
  const Answer& answer_;
  std::uint16_t last_atc_;
  Answer told_;
  ExpectedAc expected_;
};

struct Variant {
  Circumstances circumstances;
  Cause cause;
  Outcome outcome;
};
constexpr std::array<Variant, 5> kVariants{{
    {{false, Pin::right}, Cause::declined, Outcome::not_an_arqc},
    {{false, Pin::not_asked}, Cause::declined, Outcome::not_an_arqc},
    {{false, Pin::wrong}, Cause::declined, Outcome::not_an_arqc},
    {{true, Pin::not_asked}, Cause::without_pin, Outcome::verification_results_wrong},
    {{true, Pin::wrong}, Cause::wrong_pin, Outcome::verification_results_wrong},
}};

// Those that a customer may have used instead: none at all, and no numbers to sign.
bool with_less(Inputs& inputs) {
  const bool had = inputs.unpredictable_number != decltype(inputs.unpredictable_number){} ||
                   inputs.amount != decltype(inputs.amount){} || !inputs.signed_data.empty();
  inputs = {};
  return had;
}

std::string_view in_words(Cause cause) {
  switch (cause) {
    case Cause::replayed: return "it was used before, or a later one was";
    case Cause::newer: return "its ATC is beyond the window";
    case Cause::declined: return "the card had declined";
    case Cause::without_pin: return "made without the PIN";
    case Cause::wrong_pin: return "made with a wrong PIN";
    case Cause::other_input: return "made for other input";
    case Cause::unknown:
    case Cause::no_code: break;
  }
  return "it is not of this card, or for other input";
}

std::string_view in_words(Outcome outcome) {
  if (outcome == Outcome::not_an_arqc) return "the card had declined";
  if (outcome == Outcome::verification_results_wrong) return "made without the right PIN";
  return "it is not of this card";
}

}  // namespace

Inquiry why_refused(const CardRecord& card, const Submission& submission, std::uint16_t last_atc,
                    const Verdict& given) {
  Inquiry inquiry{Cause::no_code, given};
  Inputs inputs;
  Answer answer;
  if (fault(card) || given.outcome == Outcome::format || read_inputs(submission, card, inputs) ||
      spread(submission.code.view(), card, answer)) {
    return inquiry;
  }
  const auto found = [&](Cause cause, Outcome outcome, std::optional<std::uint16_t> atc) {
    if (!atc) return false;
    inquiry.cause = cause;
    inquiry.verdict.outcome = outcome;
    inquiry.verdict.atc = atc;
    return true;
  };
  Inquirer inquirer(card, inputs, answer, last_atc);
  for (const Variant& variant : kVariants) {
    if (found(variant.cause, variant.outcome, inquirer.in_window(inputs, variant.circumstances)))
      return inquiry;
  }
  if (given.outcome != Outcome::invalid) return inquiry;  // a bit said it
  inquiry.cause = Cause::unknown;
  if (found(Cause::replayed, Outcome::replayed, inquirer.older())) return inquiry;
  if (found(Cause::newer, Outcome::atc_out_of_range, inquirer.newer())) return inquiry;
  if (Inputs less = inputs; with_less(less))
    found(Cause::other_input, Outcome::invalid, inquirer.in_window(less, {}));
  return inquiry;
}

std::string refusal(const Inquiry& inquiry) {
  const Verdict& verdict = inquiry.verdict;
  if (verdict.outcome == Outcome::format) return to_string(verdict.format);
  if (inquiry.cause == Cause::no_code) return std::string(in_words(verdict.outcome));
  std::string line(in_words(inquiry.cause));
  if (verdict.atc) line += fmt::format(", ATC {:04X}", *verdict.atc);
  return line;
}

}  // namespace sesame::issuer
