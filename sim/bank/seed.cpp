#include "sim/bank/seed.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "host/base/failure.hpp"
#include "host/card/file/card_file.hpp"
#include "host/card/file/card_template.hpp"
#include "host/issuer/file/card_file_record.hpp"
#include "host/profile/shipped.hpp"
#include "host/profile/source.hpp"
#include "sim/bank/fields.hpp"

namespace sesame::bank {

namespace {

using document::Table;
using document::Value;

constexpr std::size_t kText = 140, kFile = 1u << 20, kMost = 1'000;
// Made-up accounts of a bank that there is not: its code is all zeros but for the last.
constexpr std::string_view kBankAndBranch = "0000100001";

std::optional<std::string> text_or_none(const std::optional<Value>& value, std::size_t most = kText) {
  return value ? std::optional(std::string(value->text(most))) : std::nullopt;
}

Entitlements usual(Role role) {
  switch (role) {
    case Role::main: return kAllEntitlements;
    case Role::administrator:
      return 1U << static_cast<unsigned>(Entitlement::view) |
             1U << static_cast<unsigned>(Entitlement::enter_orders);
    case Role::user: return 1U << static_cast<unsigned>(Entitlement::view);
  }
  return 0;
}

Cents balance_of(const Value& value) {
  const std::string_view text = value.text(16);
  if (text == "0.00") return 0;
  const auto cents = read_money(text);
  if (!cents) value.refuse("is no amount, such as 1500.00");
  return *cents;
}

std::string date_of(const Value& value) {
  std::string date(value.text(10));
  bool fits = date.size() == 10 && date[4] == '-' && date[7] == '-';
  for (const std::size_t at : {0U, 1U, 2U, 3U, 5U, 6U, 8U, 9U})
    fits = fits && date[at] >= '0' && date[at] <= '9';
  if (!fits) value.refuse("is no date, such as 1980-05-17");
  return date;
}

std::optional<KeptSecret> secret_of(const std::optional<Value>& value, const Rules& rules,
                                    const Random& random, Millis now) {
  if (!value) return std::nullopt;
  Table table(*value);
  const Value secret = table.at("value");
  const bool must_change = table.flag("must_change", false);
  table.done();
  return KeptSecret{hash_secret(secret.text(rules.password_max), rules.scrypt_cost, random), must_change,
                    now};
}

std::optional<std::string> card_of(const std::optional<Value>& value, const Random& random) {
  if (!value) return std::nullopt;
  Table table(*value);
  const auto toml = table.find("toml"), from = table.find("template"), pin = table.find("pin");
  table.done();
  if (toml.has_value() == from.has_value()) table.refuse("needs toml or template");
  std::string text;
  if (toml) {
    text = toml->text(kFile);
  } else {
    const std::string name(from->text(kLongestName));
    const auto shipped = profile::list_shipped(profile::ProfileKind::cards);
    if (std::none_of(shipped.begin(), shipped.end(), [&](const auto& one) { return one.name == name; })) {
      from->refuse("is no shipped card");
    }
    const profile::Source source(profile::ProfileKind::cards, name);
    text = card::personalize(source.text(),
                             pin ? std::optional(std::string(pin->digits(4, 12))) : std::nullopt, random);
  }
  static_cast<void>(card::read_card(text, "card"));
  return text;
}

SeedUser user_of(const Value& value, const Rules& rules, const Random& random, Millis now) {
  Table table(value);
  const Value number = table.at("number"), name = table.at("name");
  const auto role = table.find("role"), born = table.find("born"), user_code = table.find("user_code"),
             mobile = table.find("mobile"), email = table.find("email"), company = table.find("company"),
             server_code = table.find("server_code"), address = table.find("address"),
             bank_iban = table.find("bank_iban"), entitlements = table.find("entitlements"),
             confidential = table.find("confidential_code"), password = table.find("password"),
             strong_at = table.find("strong_at_ms"), card = table.find("card");
  table.done();
  SeedUser out;
  User& user = out.user;
  user.number = number.digits(1, 8);
  user.name = name.text(kLongestName);
  user.role = role ? role->enumerator<Role>() : Role::user;
  user.born = born ? date_of(*born) : "1970-01-01";
  user.user_code = text_or_none(user_code, 8);
  if (user.user_code && user.user_code->size() != 8) user_code->refuse("has 8 characters");
  user.mobile = text_or_none(mobile, 20);
  user.email = text_or_none(email);
  user.company = text_or_none(company, 20);
  user.server_code = text_or_none(server_code, 20);
  if (user.company.has_value() != user.server_code.has_value()) {
    table.refuse("has a company with its server_code, or neither");
  }
  user.address = text_or_none(address);
  if (bank_iban) user.bank_iban = iban_of(*bank_iban);
  user.entitlements = usual(user.role);
  if (entitlements) {
    user.entitlements = entitlements_of(*entitlements);
  }
  if (strong_at) user.strong_at = strong_at->integer(0, INT64_MAX);
  out.confidential = secret_of(confidential, rules, random, now);
  out.password = secret_of(password, rules, random, now);
  out.card_toml = card_of(card, random);
  return out;
}

SeedSubscription subscription_of(const Value& value, const Rules& rules, const Random& random, Millis now) {
  Table table(value);
  const Value client_id = table.at("client_id"), users = table.at("users");
  const auto name = table.find("name"), accounts = table.find("accounts"),
             beneficiaries = table.find("beneficiaries");
  table.done();
  SeedSubscription out;
  out.client_id = client_id.text(20);
  if (out.client_id.empty()) client_id.refuse("is empty");
  out.name = name ? std::string(name->text(kLongestName)) : out.client_id;
  if (accounts) {
    for (const Value& one : accounts->list(0, kMost)) {
      Table account(one);
      const auto iban = account.find("iban"), label = account.find("label"),
                 balance = account.find("balance");
      account.done();
      out.accounts.push_back({0, 0, iban ? iban_of(*iban) : std::string(),
                              label ? std::string(label->text(kLongestName)) : "Compte courant",
                              balance ? balance_of(*balance) : 0});
    }
  }
  if (beneficiaries) {
    for (const Value& one : beneficiaries->list(0, kMost)) {
      Table payee(one);
      const Value payee_name = payee.at("name"), iban = payee.at("iban");
      payee.done();
      out.beneficiaries.push_back({std::string(payee_name.text(kLongestName)), iban_of(iban)});
    }
  }
  for (const Value& one : users.list(1, kMost)) out.users.push_back(user_of(one, rules, random, now));
  return out;
}

void check_free(Database& database, const SeedSubscription& subscription) {
  sqlite::Query found = database.query("SELECT 1 FROM subscriptions WHERE client_id=?");
  if (found.with(subscription.client_id).step()) {
    throw Failure(Failure::invalid, "this client_id is there already");
  }
  for (const SeedUser& one : subscription.users) {
    if (one.user.user_code && find_by_code(database, *one.user.user_code)) {
      throw Failure(Failure::invalid, "this user_code is there already");
    }
    if (one.user.email && find_by_email(database, *one.user.email)) {
      throw Failure(Failure::invalid, "this email is there already");
    }
    if (one.user.company && find_by_company(database, *one.user.company, *one.user.server_code)) {
      throw Failure(Failure::invalid, "this company and server_code are there already");
    }
  }
}

}  // namespace

issuer::NewCard issued_card(const User& user, const std::string& toml) {
  const card::Personalization file = card::read_card(toml, "card");
  const auto application = issuer::code_application(file);
  if (!application) throw Failure(Failure::invalid, "the card has no application");
  issuer::NewCard card;
  card.customer = user.customer();
  card.pan = file.pan;
  card.psn = file.psn;
  card.aid = file.applications[*application].aid;
  card.policy.record = issuer::record_of(file, *application);
  return card;
}

std::string pin_of(const std::string& toml) { return std::string(card::read_card(toml, "card").pin.view()); }

std::string made_up_iban(std::uint64_t number) {
  const std::string account = fmt::format("{}{:011}", kBankAndBranch, number % 100'000'000'000);
  // RIB key: 97 less the number times 100, modulo 97 (with digits alone).
  unsigned rest = 0;
  for (const char c : account + "00") rest = (rest * 10 + static_cast<unsigned>(c - '0')) % 97;
  const std::string bban = fmt::format("{}{:02}", account, 97 - rest);
  rest = 0;
  for (const char c : bban + "152700") rest = (rest * 10 + static_cast<unsigned>(c - '0')) % 97;  // FR00
  return fmt::format("FR{:02}{}", 98 - rest, bban);
}

Seed read_seed(const Value& value, const Rules& rules, const Random& random, Millis now) {
  Table table(value);
  const Value subscriptions = table.at("subscriptions");
  table.done();
  Seed seed;
  for (const Value& one : subscriptions.list(1, kMost)) {
    seed.push_back(subscription_of(one, rules, random, now));
  }
  return seed;
}

std::vector<SeededUser> plant(Bank& bank, issuer::Registry& registry, const Seed& seed, Millis now) {
  std::vector<issuer::NewCard> cards;
  bank.with_tables([&](Database& database) {
    for (const SeedSubscription& subscription : seed) check_free(database, subscription);
  });
  for (const SeedSubscription& subscription : seed) {
    for (SeedUser one : subscription.users) {
      one.user.client_id = subscription.client_id;
      if (one.card_toml) cards.push_back(issued_card(one.user, *one.card_toml));
    }
  }
  if (!cards.empty()) registry.add(cards, now);
  return bank.with_tables([&](Database& database) {
    std::vector<SeededUser> planted;
    Transaction writing(database);
    for (const SeedSubscription& subscription : seed) {
      database.query("INSERT INTO subscriptions (client_id, name) VALUES (?,?)")
          .with(subscription.client_id)
          .with(subscription.name)
          .step();
      const Id id = database.last_id();
      for (const Account& account : subscription.accounts) {
        sqlite::Query next = database.query("SELECT coalesce(max(id), 0) + 1 FROM accounts");
        next.step();
        database.query("INSERT INTO accounts (subscription, iban, label, balance) VALUES (?,?,?,?)")
            .with(id)
            .with(account.iban.empty() ? made_up_iban(static_cast<std::uint64_t>(next.number(0)))
                                       : account.iban)
            .with(account.label)
            .with(account.balance)
            .step();
      }
      for (const Payee& payee : subscription.beneficiaries) add_beneficiary(database, id, payee, now);
      for (const SeedUser& one : subscription.users) {
        User user = one.user;
        user.subscription = id;
        user.client_id = subscription.client_id;
        user.id = insert_user(database, user);
        if (one.confidential) keep_secret(database, user.id, SecretKind::confidential, *one.confidential, 1);
        if (one.password) keep_secret(database, user.id, SecretKind::password, *one.password, 1);
        planted.push_back({user, one.card_toml, one.card_toml ? pin_of(*one.card_toml) : std::string()});
      }
    }
    writing.commit();
    return planted;
  });
}

}  // namespace sesame::bank
