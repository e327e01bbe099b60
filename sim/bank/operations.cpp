#include "sim/bank/operations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "host/base/safe_json.hpp"

namespace sesame::bank {

namespace {

constexpr std::size_t kChallengeDigits = 8, kPayeeInChallenge = 4;
constexpr std::string_view kCurrency = "978";

void put(Json& json, const char* name, const std::optional<std::string>& value) {
  if (value) json[name] = *value;
}
std::optional<std::string> optional(const Json& json, const char* name) {
  return json.contains(name) ? std::optional(json[name].get<std::string>()) : std::nullopt;
}

std::string value_of(const Operation& operation, std::string_view field) {
  for (const Input& input : operation.inputs) {
    if (input.field == field) return input.value;
  }
  return {};
}

}  // namespace

const KindRule& rule_of(Kind kind) {
  using enum Asks;
  static constexpr std::array<KindRule, 9> kRules{{
      {Kind::strong, code, std::nullopt, false, Access::must_prove},
      {Kind::entitlements, code, std::nullopt, true, Access::limited},
      {Kind::beneficiary, code, Entitlement::beneficiaries, false, Access::limited},
      {Kind::beneficiary_removal, code, Entitlement::beneficiaries, false, Access::limited},
      {Kind::cheque_book, code, Entitlement::cheque_books, false, Access::limited},
      {Kind::instant_transfer, signature, Entitlement::sign_orders, false, Access::limited},
      {Kind::batch, signature, Entitlement::sign_orders, false, Access::limited},
      {Kind::contact, message, std::nullopt, false, Access::full},
      {Kind::certificate, code, std::nullopt, false, Access::full},
  }};
  return kRules[static_cast<std::size_t>(kind)];
}

std::string to_text(const Wish& wish) {
  Json json{
      {"kind", to_string(wish.kind)}, {"user_number", wish.user_number}, {"entitlements", wish.entitlements},
      {"account", wish.account},      {"target", wish.target},           {"name", wish.order.name},
      {"iban", wish.order.iban},      {"amount", wish.order.amount},     {"label", wish.order.label},
      {"count", wish.count}};
  put(json, "mobile", wish.mobile);
  put(json, "email", wish.email);
  put(json, "address", wish.address);
  put(json, "bank_iban", wish.bank_iban);
  return safe::json(json);
}

Wish read_wish(std::string_view text) {
  const Json json = Json::parse(text);
  Wish wish;
  const auto kind = std::find(std::begin(kKindNames), std::end(kKindNames), json["kind"].get<std::string>());
  wish.kind = static_cast<Kind>(kind - std::begin(kKindNames));
  wish.user_number = json["user_number"];
  wish.entitlements = json["entitlements"];
  wish.account = json["account"];
  wish.target = json["target"];
  wish.order.name = json["name"];
  wish.order.iban = json["iban"];
  wish.order.amount = json["amount"];
  wish.order.label = json["label"];
  wish.count = json["count"];
  wish.mobile = optional(json, "mobile");
  wish.email = optional(json, "email");
  wish.address = optional(json, "address");
  wish.bank_iban = optional(json, "bank_iban");
  return wish;
}

std::optional<Proof> signature_of(const CardFunctions& card) {
  if (card.sign) return Proof::sign;
  if (card.tds) return Proof::tds;
  return std::nullopt;
}

std::string last_digits(std::string_view iban, std::size_t count) {
  std::string digits = digits_of(iban);
  if (digits.size() < count) digits.insert(0, count - digits.size(), '0');
  return digits.substr(digits.size() - count);
}

std::string control_number(const Batch& batch, const keys::SealingKey& key, std::size_t count) {
  std::string text;
  for (const Order& order : batch.orders) text += fmt::format("{} {}\n", order.iban, order.amount);
  const auto mac = keys::hmac(key, bytes_of(text));
  std::string digits;
  for (const std::uint8_t byte : mac) digits += static_cast<char>('0' + byte % 10);
  return digits.substr(0, count);
}

std::vector<Input> inputs_of(Proof proof, const Signed& what, const Random& random) {
  const bool batch = what.count != 0;
  const char* const amount = batch ? "total" : "amount";
  const char* const payee = batch ? "control" : "payee";
  switch (proof) {
    case Proof::respond: return {{"challenge", random_digits(random, kChallengeDigits)}};
    case Proof::sign:
      return {{"challenge", random_digits(random, kChallengeDigits - kPayeeInChallenge) +
                                what.payee_digits.substr(what.payee_digits.size() - kPayeeInChallenge)},
              {amount, fmt::format("{}", what.amount)}};
    case Proof::tds: {
      std::vector<Input> inputs{{"reference", random_digits(random, kChallengeDigits)},
                                {payee, what.payee_digits},
                                {amount, fmt::format("{}", what.amount)}};
      if (batch) inputs.push_back({"count", fmt::format("{}", what.count)});
      return inputs;
    }
    default: return {};
  }
}

issuer::Submission submission_of(const Operation& operation, std::string_view code) {
  issuer::Submission submission;
  submission.code = SecretString(code);
  switch (operation.proof) {
    case Proof::respond:
      submission.mode = issuer::Mode::respond;
      submission.challenge = value_of(operation, "challenge");
      break;
    case Proof::sign:
      submission.mode = issuer::Mode::sign;
      submission.challenge = value_of(operation, "challenge");
      submission.amount = value_of(operation, operation.wish.kind == Kind::batch ? "total" : "amount");
      submission.currency = std::string(kCurrency);
      break;
    case Proof::tds:
      submission.mode = issuer::Mode::tds;
      for (const Input& input : operation.inputs) submission.tds.push_back(input.value);
      break;
    default: submission.mode = issuer::Mode::identify; break;
  }
  return submission;
}

std::optional<Operation> find_operation(Database& database, const Session& session) {
  sqlite::Query found = database.query(
      "SELECT id, user, method, details, inputs, message_code, ends FROM operations WHERE session=?");
  if (!found.with(Bytes(session.id)).step()) return std::nullopt;
  Operation operation;
  operation.id = found.text(0);
  operation.user = found.number(1);
  operation.proof = static_cast<Proof>(found.number(2));
  operation.wish = read_wish(found.text(3));
  for (const Json& input : Json::parse(found.text(4))) {
    operation.inputs.push_back({input[0].get<std::string>(), input[1].get<std::string>()});
  }
  operation.message_code = found.bytes(5);
  operation.ends = found.number(6);
  return operation;
}

void begin_operation(Database& database, const Session& session, const Operation& operation) {
  Json inputs = Json::array();
  for (const Input& input : operation.inputs) inputs.push_back(Json::array({input.field, input.value}));
  const std::string details = to_text(operation.wish), typed = safe::json(inputs);
  database
      .query(
          "INSERT OR REPLACE INTO operations (session, id, user, kind, method, details, inputs, "
          "message_code, "
          "ends) VALUES (?,?,?,?,?,?,?,?,?)")
      .with(Bytes(session.id))
      .with(operation.id)
      .with(operation.user)
      .with(static_cast<std::int64_t>(operation.wish.kind))
      .with(static_cast<std::int64_t>(operation.proof))
      .with(details)
      .with(typed)
      .with(Bytes(operation.message_code))
      .with(operation.ends)
      .step();
}

bool end_operation(Database& database, const Session& session, std::string_view id) {
  return database.query("DELETE FROM operations WHERE session=? AND id=?")
             .with(Bytes(session.id))
             .with(id)
             .run() == 1;
}

}  // namespace sesame::bank
