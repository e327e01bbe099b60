#include "sim/mcp/code_check.hpp"

#include <fmt/format.h>

#include "host/base/failure.hpp"
#include "host/card/file/card_file.hpp"
#include "host/issuer/file/card_file_record.hpp"
#include "host/issuer/judge.hpp"
#include "host/issuer/why_refused.hpp"
#include "host/profile/shipped.hpp"

namespace sesame::sim {

namespace {

card::Personalization personalization(const CardSpec& card) {
  switch (card.kind) {
    case CardSpec::Kind::shipped:
      if (!profile::shipped_text(profile::ProfileKind::cards, card.text)) {
        throw Failure(Failure::invalid, "unknown_card: there is no such card; list_cards has them");
      }
      return card::load_card(card.text);
    case CardSpec::Kind::file: return card::load_card(card.text);
    case CardSpec::Kind::toml: return card::read_card(card.text, "card_toml");
    default: break;
  }
  throw Failure(Failure::invalid, "the codes of this card cannot be verified: a recorded card has no keys");
}

issuer::CardRecord record(const CardSpec& spec) {
  const card::Personalization card = personalization(spec);
  const auto application = issuer::code_application(card);
  if (!application) throw Failure(Failure::invalid, "the card has no application that makes codes");
  issuer::CardRecord record = issuer::record_of(card, *application);
  if (const auto fault = issuer::fault(record)) {
    throw Failure(Failure::invalid, fmt::format("no code of this card can be verified: {}", *fault));
  }
  return record;
}

}  // namespace

CodeCheck::CodeCheck(const CardSpec& card) : record_(record(card)) {}

nlohmann::ordered_json CodeCheck::judge(const issuer::Submission& submission, std::uint16_t last_atc,
                                        std::optional<std::uint16_t>& accepted) const {
  issuer::Judge judge(record_);
  issuer::Inquiry inquiry{issuer::Cause::unknown, judge.judge(submission, last_atc)};
  const bool good = inquiry.verdict.outcome == issuer::Outcome::good;
  if (good) {
    accepted = inquiry.verdict.atc;
  } else {
    inquiry = issuer::why_refused(record_, submission, last_atc, inquiry.verdict);
  }
  nlohmann::ordered_json json = {{"accepted", good},
                                 {"outcome", to_string(inquiry.verdict.outcome)},
                                 {"atc", nullptr},
                                 {"reason", nullptr}};
  if (inquiry.verdict.atc) json["atc"] = fmt::format("{:04X}", *inquiry.verdict.atc);
  if (!good) json["reason"] = issuer::refusal(inquiry);
  return json;
}

}  // namespace sesame::sim
