// The bank's tables, in one file of SQLite; and those rows of them that more than one room reads.
//
// What identifies a customer is in the open: the bank is a simulator, its customers are made up. Secrets are
// scrypt hashes, tokens of sessions are SHA-256 hashes; neither can be read back.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/sqlite/database.hpp"
#include "sim/bank/rules.hpp"

namespace sesame::bank {

using Json = nlohmann::ordered_json;
using sqlite::ByteString;
using sqlite::Database;
using sqlite::Transaction;
using Id = std::int64_t;  // from 1
using Cents = std::int64_t;

// The sites of the documents.
enum class Site : std::uint8_t {
  coopanet,    // a user code of 8 characters
  coopaccess,  // a client identifier and a user number
  savings,     // e-mail, or company number and server code
};
inline constexpr std::string_view kSiteNames[] = {"coopanet", "coopaccess", "savings"};
constexpr std::span<const std::string_view> names(Site) { return kSiteNames; }
constexpr std::string_view to_string(Site site) { return kSiteNames[static_cast<std::size_t>(site)]; }

enum class Role : std::uint8_t { main, administrator, user };
inline constexpr std::string_view kRoleNames[] = {"main", "administrator", "user"};
constexpr std::span<const std::string_view> names(Role) { return kRoleNames; }
constexpr std::string_view to_string(Role role) { return kRoleNames[static_cast<std::size_t>(role)]; }

// "Habilitations": what a user may do beside looking at their own data.
enum class Entitlement : std::uint8_t { view, enter_orders, sign_orders, beneficiaries, cheque_books };
inline constexpr std::string_view kEntitlementNames[] = {"view", "enter_orders", "sign_orders",
                                                         "beneficiaries", "cheque_books"};
constexpr std::span<const std::string_view> names(Entitlement) { return kEntitlementNames; }
constexpr std::string_view to_string(Entitlement one) {
  return kEntitlementNames[static_cast<std::size_t>(one)];
}
using Entitlements = std::uint8_t;  // a bit for each
inline constexpr Entitlements kAllEntitlements = 0x1F;
constexpr bool has(Entitlements all, Entitlement one) { return (all >> static_cast<unsigned>(one) & 1) != 0; }

struct User {
  Id id = 0, subscription = 0;
  std::string client_id;                 // of the subscription
  std::string number;                    // in it
  std::optional<std::string> user_code;  // 8 characters
  Role role = Role::user;
  Entitlements entitlements = 0;
  std::string name, born;  // born: YYYY-MM-DD
  std::optional<std::string> mobile, email, company, server_code, address, bank_iban;
  std::optional<Millis> strong_at;                         // last strong authentication
  std::optional<Millis> login_at, login_before;            // this login, and the one before
  std::optional<std::string> login_method, method_before;  // Method

  // What the issuer calls them.
  std::string customer() const { return client_id + "/" + number; }
};

// Makes the tables in an empty file. Failure(Failure::invalid): those of another version are there, or of no
// bank.
void make_tables(Database& database);

std::optional<User> find_user(Database& database, Id id);
std::optional<User> find_by_code(Database& database, std::string_view user_code);
std::optional<User> find_by_number(Database& database, std::string_view client_id, std::string_view number);
std::optional<User> find_by_email(Database& database, std::string_view email);
std::optional<User> find_by_company(Database& database, std::string_view company,
                                    std::string_view server_code);
std::vector<User> users_of(Database& database, Id subscription);
Id insert_user(Database& database, const User& user);
void update_user(Database& database, const User& user);

}  // namespace sesame::bank
