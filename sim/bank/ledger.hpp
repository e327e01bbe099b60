// Accounts and what moves on them, payees, batches of orders, cheque books. What moves money does it in one
// transaction, which is the caller's; and once, whatever happens: an operation's number is on its movements.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/bank/tables.hpp"

namespace sesame::bank {

// "1234.56", with a sign in front where it is negative.
std::string money(Cents cents);
// More than nothing, and at most 999,999,999.99. Nothing where it is no such amount.
std::optional<Cents> read_money(std::string_view text);

// An IBAN as it is written without blanks, where its check digits are right (ISO 13616); else nothing.
std::optional<std::string> read_iban(std::string_view text);

struct Account {
  Id id = 0, subscription = 0;
  std::string iban, label;
  Cents balance = 0;
};
std::vector<Account> accounts_of(Database& database, Id subscription);
std::optional<Account> find_account(Database& database, Id subscription, Id id);

struct Movement {
  Millis at = 0;
  std::string kind, label, counterpart, iban;
  Cents amount = 0;
};
// The newest first.
std::vector<Movement> movements_of(Database& database, Id account, Millis since, std::size_t most);

struct Payee {
  std::string name, iban;
};
struct Beneficiary : Payee {
  Id id = 0;
  Millis since = 0;
};
std::vector<Beneficiary> beneficiaries_of(Database& database, Id subscription);
std::optional<Beneficiary> find_beneficiary(Database& database, Id subscription, Id id);
// False: there is one with this IBAN.
bool add_beneficiary(Database& database, Id subscription, const Payee& payee, Millis now);
bool remove_beneficiary(Database& database, Id subscription, Id id);

struct Order : Payee {
  Cents amount = 0;
  std::string label;
};
struct Batch {
  Id id = 0, subscription = 0, account = 0;
  std::string label;
  Id entered_by = 0;
  Millis at = 0;
  std::optional<Id> signed_by;
  std::optional<Millis> signed_at;
  std::vector<Order> orders;

  Cents total() const;
};
std::vector<Batch> batches_of(Database& database, Id subscription);
std::optional<Batch> find_batch(Database& database, Id subscription, Id id);
Id enter_batch(Database& database, const Batch& batch);
// False: it is not there, or signed.
bool remove_batch(Database& database, Id subscription, Id id);

// False: there is not so much on the account, and nothing has moved. An account of this bank that the payee
// has gets it at once.
bool transfer(Database& database, const Account& from, const Order& order, std::string_view kind,
              std::string_view operation, Millis now);
// All of its orders, or none: false, where there is not so much, or it is signed.
bool sign_batch(Database& database, const Batch& batch, Id user, std::string_view operation, Millis now);

void order_cheque_books(Database& database, Id account, int count, std::string_view operation, Millis now);

}  // namespace sesame::bank
