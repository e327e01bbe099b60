#include "sim/bank/requests.hpp"

#include <algorithm>
#include <limits>

#include "sim/bank/fields.hpp"
#include "sim/http/message.hpp"

namespace sesame::bank {

namespace {

using document::Table;
using document::Value;

constexpr std::size_t kIdentifier = 128, kCode = 64, kSecret = 512, kLabel = 140, kOrders = 500;
constexpr Id kLastId = std::numeric_limits<Id>::max();
constexpr Millis kLongest = 36'500 * kDay;

std::string text_of(const std::optional<Value>& value, std::size_t most = kIdentifier) {
  return value ? std::string(value->text(most)) : std::string();
}

sim::ApiError malformed(const char* message, const char* hint) {
  return {400, "malformed_request", message, hint};
}

struct Who {
  explicit Who(Table& table)
      : site(table.find("site")),
        user_code(table.find("user_code")),
        client_id(table.find("client_id")),
        user_number(table.find("user_number")),
        email(table.find("email")),
        company(table.find("company")),
        server_code(table.find("server_code")) {}

  Identifier read(std::optional<Site> fixed = std::nullopt) const {
    if (!fixed && !site) throw malformed("it is not said of which site", "give site");
    Identifier who;
    who.site = fixed ? *fixed : site->enumerator<Site>();
    who.user_code = text_of(user_code);
    who.client_id = text_of(client_id);
    who.user_number = text_of(user_number);
    who.email = text_of(email);
    who.company = text_of(company);
    who.server_code = text_of(server_code);
    const bool net = !who.user_code.empty(), access = !who.client_id.empty() || !who.user_number.empty(),
               savings = !who.email.empty() || !who.company.empty() || !who.server_code.empty();
    switch (who.site) {
      case Site::coopanet:
        if (!net || access || savings) throw malformed("Coop@net asks for a user code", "give user_code");
        break;
      case Site::coopaccess:
        if (net || savings || who.client_id.empty() || who.user_number.empty()) {
          throw malformed("Coop@ccess asks for a client identifier and a user number",
                          "give client_id and user_number");
        }
        break;
      case Site::savings: {
        const bool company_alone = who.company.empty() != who.server_code.empty();
        if (net || access || company_alone || who.email.empty() == who.company.empty()) {
          throw malformed("the savings site asks for an e-mail address, or a company number and server code",
                          "give email, or company and server_code");
        }
        break;
      }
    }
    return who;
  }

  std::optional<Value> site, user_code, client_id, user_number, email, company, server_code;
};

SecretLogin secret_login(const Value& body, Site site, std::string_view field) {
  Table table(body);
  const Who who(table);
  const Value secret = table.at(field);
  table.done();
  if (who.site && who.site->enumerator<Site>() != site) who.site->refuse("is another site's");
  return {who.read(site), SecretString(secret.text(kSecret))};
}

std::optional<std::string> mobile_of(const std::optional<Value>& value) {
  if (!value) return std::nullopt;
  std::string number(value->text(24));
  std::erase(number, ' ');
  const bool fits =
      number.size() >= 9 && number.size() <= 16 && number[0] == '+' &&
      std::all_of(number.begin() + 1, number.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!fits) value->refuse("is no telephone number, such as +33600000001");
  return number;
}

std::optional<std::string> email_of(const std::optional<Value>& value) {
  if (!value) return std::nullopt;
  std::string email(value->text(kIdentifier));
  const std::size_t at = email.find('@');
  if (at == std::string::npos || at == 0 || at + 1 == email.size() || email.find(' ') != std::string::npos) {
    value->refuse("is no e-mail address");
  }
  return email;
}

}  // namespace

CodeLogin code_login(const Value& body) {
  Table table(body);
  const Who who(table);
  const Value code = table.at("code");
  const auto card = table.find("card");
  table.done();
  return {who.read(), SecretString(code.text(kCode)), card ? std::string(card->digits(4, 4)) : std::string()};
}

SecretLogin confidential_login(const Value& body) {
  return secret_login(body, Site::coopaccess, "confidential_code");
}
SecretLogin password_login(const Value& body) { return secret_login(body, Site::savings, "password"); }

Identifier certificate_login(const Value& body) {
  Table table(body);
  const Who who(table);
  table.done();
  return who.read(Site::coopaccess);
}

SecretLogin reactivation(const Value& body) {
  Table table(body);
  const Who who(table);
  const Value code = table.at("letter_code");
  table.done();
  return {who.read(), SecretString(code.text(kCode))};
}

ForgottenIdentifier forgotten_identifier(const Value& body) {
  Table table(body);
  const Value name = table.at("name"), born = table.at("born");
  const auto site = table.find("site");
  table.done();
  if (site) static_cast<void>(site->enumerator<Site>());
  return {std::string(name.text(kLongestName)), std::string(born.text(10))};
}

ForgottenSecret forgotten_secret(const Value& body) {
  Table table(body);
  const Who who(table);
  const Value method = table.at("method");
  table.done();
  ForgottenSecret out{who.read(), method.enumerator<Method>()};
  const bool fits = out.method == Method::password       ? out.who.site == Site::savings
                    : out.method == Method::confidential ? out.who.site == Site::coopaccess
                    : out.method == Method::code         ? out.who.site != Site::savings
                                                         : false;
  if (!fits) method.refuse("is none of this site's that a letter renews");
  return out;
}

SecretChange secret_change(const Value& body) {
  Table table(body);
  const auto old = table.find("old");
  const Value secret = table.at("new");
  table.done();
  return {old ? SecretString(old->text(kSecret)) : SecretString(), SecretString(secret.text(kSecret))};
}

Wish wish(const Value& body) {
  Table table(body);
  const Value kind = table.at("kind");
  const auto user_number = table.find("user_number"), entitlements = table.find("entitlements"),
             account = table.find("account"), id = table.find("id"), beneficiary = table.find("beneficiary"),
             name = table.find("name"), iban = table.find("iban"), amount = table.find("amount"),
             label = table.find("label"), count = table.find("count"), mobile = table.find("mobile"),
             email = table.find("email"), address = table.find("address"),
             bank_iban = table.find("bank_iban");
  table.done();
  Wish wish;
  wish.kind = kind.enumerator<Kind>();
  const auto only = [&](const std::optional<Value>& value, std::initializer_list<Kind> kinds) {
    if (value && std::find(kinds.begin(), kinds.end(), wish.kind) == kinds.end()) {
      value->refuse("does not go with this kind");
    }
  };
  only(user_number, {Kind::entitlements});
  only(entitlements, {Kind::entitlements});
  only(account, {Kind::cheque_book, Kind::instant_transfer});
  only(id, {Kind::beneficiary_removal, Kind::batch});
  only(beneficiary, {Kind::instant_transfer});
  only(name, {Kind::beneficiary, Kind::instant_transfer});
  only(iban, {Kind::beneficiary, Kind::instant_transfer});
  only(amount, {Kind::instant_transfer});
  only(label, {Kind::instant_transfer});
  only(count, {Kind::cheque_book});
  for (const auto* of_contact : {&mobile, &email, &address, &bank_iban}) only(*of_contact, {Kind::contact});
  const auto needs = [](const std::optional<Value>& value, const char* what) -> const Value& {
    if (!value) throw sim::ApiError{400, "missing_field", std::string(what) + " is missing", "give it"};
    return *value;
  };
  switch (wish.kind) {
    case Kind::entitlements:
      wish.user_number = needs(user_number, "user_number").digits(1, 8);
      wish.entitlements = entitlements_of(needs(entitlements, "entitlements"));
      break;
    case Kind::beneficiary:
      wish.order.name = name_of(needs(name, "name"));
      wish.order.iban = iban_of(needs(iban, "iban"));
      break;
    case Kind::beneficiary_removal:
    case Kind::batch: wish.target = needs(id, "id").number<Id>(1, kLastId); break;
    case Kind::cheque_book:
      wish.account = needs(account, "account").number<Id>(1, kLastId);
      wish.count = needs(count, "count").number<int>(1, 5);
      break;
    case Kind::instant_transfer:
      wish.account = needs(account, "account").number<Id>(1, kLastId);
      wish.order.amount = amount_of(needs(amount, "amount"));
      wish.order.label = text_of(label, kLabel);
      if (beneficiary && (name || iban)) beneficiary->refuse("does not go with name and iban");
      if (beneficiary) {
        wish.target = beneficiary->number<Id>(1, kLastId);
      } else {
        wish.order.name = name_of(needs(name, "name"));
        wish.order.iban = iban_of(needs(iban, "iban"));
      }
      break;
    case Kind::contact:
      wish.mobile = mobile_of(mobile);
      wish.email = email_of(email);
      if (address) wish.address = name_of(*address);
      if (bank_iban) wish.bank_iban = iban_of(*bank_iban);
      if (!mobile && !email && !address && !bank_iban) {
        throw malformed("nothing is to be changed", "give mobile, email, address or bank_iban");
      }
      break;
    case Kind::strong:
    case Kind::certificate: break;
  }
  return wish;
}

SecretString operation_code(const Value& body) {
  Table table(body);
  const Value code = table.at("code");
  table.done();
  return SecretString(code.text(kCode));
}

Batch batch(const Value& body) {
  Table table(body);
  const Value account = table.at("account"), orders = table.at("orders");
  const auto label = table.find("label");
  table.done();
  Batch batch;
  batch.account = account.number<Id>(1, kLastId);
  batch.label = text_of(label, kLabel);
  for (const Value& one : orders.list(1, kOrders)) {
    Table order(one);
    const Value name = order.at("name"), iban = order.at("iban"), amount = order.at("amount");
    const auto text = order.find("label");
    order.done();
    batch.orders.push_back({{name_of(name), iban_of(iban)}, amount_of(amount), text_of(text, kLabel)});
  }
  return batch;
}

NewTenant new_tenant(const Value& body) {
  Table table(body);
  const auto seed = table.find("seed"), rules = table.find("rules"), clock = table.find("clock"),
             now = table.find("now_ms"), state = table.find("state");
  table.done();
  if (seed && state) state->refuse("does not go with seed");
  NewTenant out;
  out.has_state = state.has_value();
  out.seed = seed;
  constexpr std::string_view kClocks[] = {"virtual", "real"};
  if (clock) out.is_virtual = clock->one_of(kClocks) == 0;
  if (now) out.now = now->integer(0, std::numeric_limits<std::int64_t>::max() / 2);
  if (!rules) return out;
  Table table_of_rules(*rules);
  const auto idle = table_of_rules.find("idle_ms"), strong_days = table_of_rules.find("strong_days"),
             history_days = table_of_rules.find("history_days"), tries = table_of_rules.find("tries"),
             confidential_min = table_of_rules.find("confidential_min"),
             confidential_max = table_of_rules.find("confidential_max"),
             password_min = table_of_rules.find("password_min"),
             challenge = table_of_rules.find("challenge_ms"), cost = table_of_rules.find("scrypt_cost"),
             letter = table_of_rules.find("letter_ms");
  out.rules.password_mixed = table_of_rules.flag("password_mixed", false);
  out.rules.challenge_for_functions = table_of_rules.flag("challenge_for_functions", false);
  table_of_rules.done();
  if (idle) out.rules.idle = idle->integer(kSecond, kDay);
  if (strong_days) out.rules.strong_days = strong_days->number<int>(1, 3'650);
  if (history_days) out.rules.history_days = history_days->number<int>(1, 3'650);
  if (tries) out.rules.tries = tries->number<std::uint8_t>(1, 15);
  if (confidential_min) out.rules.confidential_min = confidential_min->number<std::size_t>(4, 64);
  if (confidential_max) out.rules.confidential_max = confidential_max->number<std::size_t>(4, 128);
  if (password_min) out.rules.password_min = password_min->number<std::size_t>(8, 64);
  if (challenge) out.rules.challenge = challenge->integer(kSecond, kDay);
  if (letter) out.rules.letter = letter->integer(kSecond, kLongest);
  if (cost) out.rules.scrypt_cost = cost->number<std::uint8_t>(4, 17);
  if (out.rules.confidential_max < out.rules.confidential_min) {
    confidential_min->refuse("is more than confidential_max");
  }
  return out;
}

ClockMove clock_move(const Value& body) {
  Table table(body);
  const auto advance = table.find("advance_ms"), to = table.find("now_ms");
  table.done();
  if (advance.has_value() == to.has_value()) {
    throw malformed("it is not clear how the clock moves", "give advance_ms or now_ms");
  }
  ClockMove move;
  if (advance) move.advance = advance->integer(0, kLongest);
  if (to) move.to = to->integer(0, std::numeric_limits<std::int64_t>::max() / 2);
  return move;
}

}  // namespace sesame::bank
