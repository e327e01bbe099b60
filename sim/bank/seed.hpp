// Customers of a bank that were not there before, as JSON:
//
//     {"subscriptions": [{"client_id": "10002000", "name": "Association Exemple",
//       "accounts": [{"label": "Compte courant", "balance": "1500.00"}],     // "iban": else one is made
//       "beneficiaries": [{"name": "Boulangerie du Port", "iban": "FR76…"}],
//       "users": [{"number": "1", "name": "Alice Exemple", "role": "main",   // main, administrator, user
//         "born": "1980-05-17", "user_code": "ALICE001", "mobile": "+33600000001",
//         "email": "alice@example.org", "company": "4711", "server_code": "A1B2",
//         "address": "1 rue du Port, 29200 Brest",
//         "entitlements": ["view", …],                                       // else those of the role
//         "confidential_code": {"value": "…", "must_change": false},         // each of these is optional
//         "password": {"value": "…", "must_change": false},
//         "strong_at_ms": 0,                                                 // last strong authentication
//         "card": {"template": "sesame-card", "pin": "1234"}}]}]}            // or {"toml": "…"}
//
// A card of a template gets a PAN and a key of its own (test keys): who seeds gets its file, for a reader.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/document/value.hpp"
#include "sim/bank/bank.hpp"

namespace sesame::bank {

struct SeedUser {
  User user;
  std::optional<KeptSecret> confidential, password;  // hashed
  std::optional<std::string> card_toml;
};
struct SeedSubscription {
  std::string client_id, name;
  std::vector<Account> accounts;
  std::vector<Payee> beneficiaries;
  std::vector<SeedUser> users;
};
using Seed = std::vector<SeedSubscription>;

// What a mistake is told as is the document's own. Hashes secrets: scrypt.
Seed read_seed(const document::Value& value, const Rules& rules, const Random& random, Millis now);

struct SeededUser {
  User user;
  std::optional<std::string> card_toml;
  std::string pin;
};
// All of them or none; the cards are added to the issuer before. Failure(Failure::invalid): a client
// identifier, a user code, an e-mail or a card is there already.
std::vector<SeededUser> plant(Bank& bank, issuer::Registry& registry, const Seed& seed, Millis now);

// What the issuer is to know of a card file, and its PIN. Failure(Failure::invalid): it is no card.
issuer::NewCard issued_card(const User& user, const std::string& toml);
std::string pin_of(const std::string& toml);

// "FR76…" with right check digits, from a number.
std::string made_up_iban(std::uint64_t number);

}  // namespace sesame::bank
