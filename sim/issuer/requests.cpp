#include "sim/issuer/requests.hpp"

#include <algorithm>
#include <limits>

#include "host/card/file/card_file.hpp"
#include "host/card/file/card_spec.hpp"
#include "host/issuer/file/card_file_record.hpp"
#include "sim/http/json_body.hpp"
#include "sim/http/message.hpp"

namespace sesame::sim {

namespace {

using document::Table;
using document::Value;
using issuer::Mode;
using issuer::Submission;

constexpr std::size_t kName = 128, kFile = 1u << 20, kCode = 64, kNumbers = 10, kDigits = 10, kChallenge = 8,
                      kReference = 20;
constexpr auto kLastCard = std::numeric_limits<issuer::CardId>::max();

ApiError malformed(const std::string& message, const std::string& hint) {
  return {400, "malformed_request", message, hint};
}

std::optional<std::string> digits(const std::optional<Value>& value, std::size_t least, std::size_t most) {
  return value ? std::optional(std::string(value->digits(least, most))) : std::nullopt;
}

// What a mode takes does not depend on the card, but for the currency, which few of them use.
void check_inputs(const Submission& submission) {
  const Mode mode = submission.mode;
  const bool needs_challenge = mode == Mode::respond, takes_challenge = needs_challenge || mode == Mode::sign;
  const bool fits = (submission.challenge ? takes_challenge : !needs_challenge) &&
                    submission.amount.has_value() == (mode == Mode::sign) &&
                    (!submission.currency || mode == Mode::sign) &&
                    submission.tds.empty() == (mode != Mode::tds);
  if (fits) return;
  throw malformed(
      "the inputs are not those of the mode",
      "identify: none; respond: challenge; sign: amount, and currency and challenge where they were "
      "typed; tds: tds");
}

// Takes its members out of the table: done() is the caller's.
Submission submission(Table& table) {
  const Value mode = table.at("mode"), code = table.at("code");
  const auto challenge = table.find("challenge"), amount = table.find("amount"),
             currency = table.find("currency"), tds = table.find("tds");
  table.done();
  Submission out;
  out.mode = mode.enumerator<Mode>();
  out.code = SecretString(code.text(kCode));
  out.challenge = digits(challenge, 1, out.mode == Mode::sign ? kReference : kChallenge);
  out.amount = digits(amount, 1, 12);
  out.currency = digits(currency, 3, 3);
  if (tds) {
    for (const Value& number : tds->list(1, kNumbers)) out.tds.emplace_back(number.digits(1, kDigits));
  }
  check_inputs(out);
  return out;
}

struct Which {
  explicit Which(Table& table)
      : card(table.find("card")),
        pan(table.find("pan")),
        psn(table.find("psn")),
        customer(table.find("customer")) {}

  WhichCard read() const {
    if ((card ? 1 : 0) + (pan ? 1 : 0) + (customer ? 1 : 0) != 1 || pan.has_value() != psn.has_value()) {
      throw malformed("it is not clear which card is meant", "give card, or pan and psn, or customer");
    }
    WhichCard which;
    if (card) which.id = card->number<issuer::CardId>(1, kLastCard);
    if (pan) which.pan = pan->digits(12, 19);
    if (psn) which.psn = psn->digits(2, 2);
    if (customer) which.customer = customer->text(kName);
    return which;
  }

  std::optional<Value> card, pan, psn, customer;
};

std::uint8_t mode_bits(const Value& modes) {
  unsigned bits = 0;
  for (const Value& mode : modes.list(1, 4)) bits |= 1U << static_cast<unsigned>(mode.enumerator<Mode>());
  return static_cast<std::uint8_t>(bits);
}

}  // namespace

VerificationRequest verification_request(const Value& body) {
  Table table(body);
  const Which which(table);
  Submission submitted = submission(table);
  return {which.read(), std::move(submitted)};
}

ResynchronizationRequest resynchronization_request(const Value& body) {
  Table table(body);
  const Which which(table);
  const Value codes = table.at("codes");
  table.done();
  ResynchronizationRequest request;
  request.which = which.read();
  const auto both = codes.list(2, 2);
  Table first(both[0]), second(both[1]);
  request.first = submission(first);
  request.second = submission(second);
  return request;
}

namespace {

// The choices of a policy, as they are given.
class Choices {
 public:
  explicit Choices(Table& table)
      : window_(table.find("window")),
        tries_(table.find("tries")),
        reach_(table.find("reach")),
        unblock_after_(table.find("unblock_after")),
        modes_(table.find("modes")) {}

  issuer::PolicyChange read() const {
    issuer::PolicyChange change;
    if (window_) change.window = window_->number<std::uint16_t>(1, 0xFFFF);
    if (tries_) change.tries = tries_->number<std::uint8_t>(1, 15);
    if (reach_) change.reach = reach_->number<std::uint16_t>(1, 0xFFFF);
    if (unblock_after_) change.unblock_after = unblock_after_->number<std::uint32_t>(0, kYear);
    if (modes_) change.modes = mode_bits(*modes_);
    return change;
  }

 private:
  static constexpr std::uint32_t kYear = 31'536'000;  // seconds

  std::optional<Value> window_, tries_, reach_, unblock_after_, modes_;
};

keys::Key card_key(const Value& value) {
  std::vector<std::uint8_t> bytes = value.hex(keys::Key::size);
  keys::Key key{std::span<const std::uint8_t>(bytes).first<keys::Key::size>()};
  wipe(bytes.data(), bytes.size());
  return key;
}

// A name alone, and never a path: who may add cards may not read files.
card::Personalization card_file(const std::optional<Value>& toml, const std::optional<Value>& shipped,
                                const card::Issued& issued) {
  if (toml.has_value() == shipped.has_value()) {
    throw malformed("it is not clear what card this is", "give toml or template");
  }
  if (toml) return card::read_card(toml->text(kFile), "toml", issued);
  const std::string name(shipped->text(kName));
  if (parse_card(name).kind != CardSpec::Kind::shipped) shipped->refuse("is no name of a shipped card");
  return card::load_card(name, issued);
}

}  // namespace

issuer::NewCard new_card(const Value& body) {
  Table table(body);
  const auto toml = table.find("toml"), shipped = table.find("template"), pan = table.find("pan"),
             psn = table.find("psn"), key = table.find("key"), aid = table.find("aid"),
             customer = table.find("customer"), last_atc = table.find("last_atc"),
             replaces = table.find("replaces");
  const Choices choices(table);
  const bool weak_mask = table.flag("weak_mask", false);
  table.done();
  if (pan.has_value() != key.has_value() || psn.has_value() != key.has_value()) {
    throw malformed("a card's key belongs to its number", "give pan, psn and key, or none of them");
  }
  card::Issued issued;
  if (key) {
    issued.pan = pan->digits(12, 19);
    issued.psn = psn->digits(2, 2);
    issued.mk = card_key(*key);
  }
  const card::Personalization file = card_file(toml, shipped, issued);
  const auto application =
      issuer::code_application(file, aid ? aid->hex(5, 16) : std::vector<std::uint8_t>{});
  if (!application) aid->refuse("the card has no such application");
  issuer::NewCard card;
  card.pan = file.pan;
  card.psn = file.psn;
  card.aid = file.applications[*application].aid;
  card.policy.record = issuer::record_of(file, *application);
  card.policy.weak_mask = weak_mask;
  if (customer) card.customer = customer->text(kName);
  if (last_atc) card.last_atc = static_cast<std::uint16_t>(hex_digits(*last_atc, 4));
  if (replaces) card.replaces = replaces->number<issuer::CardId>(1, kLastCard);
  apply(choices.read(), card.policy);
  return card;
}

CardPatch card_patch(const Value& body) {
  Table table(body);
  const auto action = table.find("action"), last_atc = table.find("last_atc");
  const Choices choices(table);
  table.done();
  CardPatch patch;
  patch.policy = choices.read();
  if ((action ? 1 : 0) + (last_atc ? 1 : 0) + (patch.policy.is_none() ? 0 : 1) != 1) {
    throw malformed("it is not clear what is to be done",
                    "give action, last_atc, or what of the policy changes");
  }
  if (action) patch.action = action->enumerator<CardAction>();
  if (last_atc) patch.last_atc = static_cast<std::uint16_t>(hex_digits(*last_atc, 4));
  return patch;
}

}  // namespace sesame::sim
