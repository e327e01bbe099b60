#include "sim/bank/tables.hpp"

#include <fmt/format.h>

#include "host/base/failure.hpp"

namespace sesame::bank {

namespace {

constexpr int kVersion = 1;

constexpr const char* kTables = R"(
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE subscriptions (
  id INTEGER PRIMARY KEY, client_id TEXT NOT NULL UNIQUE, name TEXT NOT NULL) STRICT;
CREATE TABLE users (
  id INTEGER PRIMARY KEY, subscription INTEGER NOT NULL REFERENCES subscriptions, number TEXT NOT NULL,
  user_code TEXT UNIQUE, role INTEGER NOT NULL, entitlements INTEGER NOT NULL, name TEXT NOT NULL,
  born TEXT NOT NULL, mobile TEXT, email TEXT UNIQUE, company TEXT, server_code TEXT, address TEXT,
  bank_iban TEXT,
  strong_at INTEGER, login_at INTEGER, login_method TEXT, login_before INTEGER, method_before TEXT,
  UNIQUE (subscription, number), UNIQUE (company, server_code)) STRICT;

-- Confidential codes, passwords, and codes that came by post: the one that counts, and those of before.
CREATE TABLE secrets (
  id INTEGER PRIMARY KEY, user INTEGER NOT NULL REFERENCES users, kind INTEGER NOT NULL,
  cost INTEGER NOT NULL, salt BLOB NOT NULL, hash BLOB NOT NULL, must_change INTEGER NOT NULL,
  at INTEGER NOT NULL,
  counts INTEGER NOT NULL) STRICT;
CREATE INDEX secrets_by_user ON secrets (user, kind, counts);
CREATE TABLE certificates (
  fingerprint BLOB PRIMARY KEY, user INTEGER NOT NULL REFERENCES users, at INTEGER NOT NULL,
  ends INTEGER NOT NULL, revoked INTEGER NOT NULL) STRICT;
-- Of an identifier, whether it is anyone's or not.
CREATE TABLE attempts (
  identifier BLOB PRIMARY KEY, failures INTEGER NOT NULL, at INTEGER NOT NULL, known INTEGER NOT NULL) STRICT;
CREATE INDEX attempts_by_time ON attempts (known, at);

CREATE TABLE sessions (
  id BLOB PRIMARY KEY, user INTEGER NOT NULL REFERENCES users, site INTEGER NOT NULL, level INTEGER NOT NULL,
  method INTEGER NOT NULL, opened INTEGER NOT NULL, seen INTEGER NOT NULL, strong_at INTEGER) STRICT;
-- One of a session at most; it goes when its code comes, whatever the code.
CREATE TABLE operations (
  session BLOB PRIMARY KEY REFERENCES sessions ON DELETE CASCADE, id TEXT NOT NULL, user INTEGER NOT NULL,
  kind INTEGER NOT NULL, method INTEGER NOT NULL, details TEXT NOT NULL, inputs TEXT NOT NULL,
  message_code BLOB, ends INTEGER NOT NULL) STRICT;

CREATE TABLE accounts (
  id INTEGER PRIMARY KEY, subscription INTEGER NOT NULL REFERENCES subscriptions, iban TEXT NOT NULL UNIQUE,
  label TEXT NOT NULL, balance INTEGER NOT NULL) STRICT;
CREATE TABLE movements (
  id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts, at INTEGER NOT NULL,
  kind TEXT NOT NULL, label TEXT NOT NULL, counterpart TEXT NOT NULL, iban TEXT NOT NULL,
  amount INTEGER NOT NULL,
  operation TEXT NOT NULL) STRICT;
CREATE INDEX movements_by_account ON movements (account, at);
CREATE TABLE beneficiaries (
  id INTEGER PRIMARY KEY, subscription INTEGER NOT NULL REFERENCES subscriptions, name TEXT NOT NULL,
  iban TEXT NOT NULL, since INTEGER NOT NULL, UNIQUE (subscription, iban)) STRICT;
CREATE TABLE batches (
  id INTEGER PRIMARY KEY, subscription INTEGER NOT NULL REFERENCES subscriptions,
  account INTEGER NOT NULL REFERENCES accounts, label TEXT NOT NULL, entered_by INTEGER NOT NULL,
  at INTEGER NOT NULL, signed_by INTEGER, signed_at INTEGER) STRICT;
CREATE TABLE orders (
  batch INTEGER NOT NULL REFERENCES batches ON DELETE CASCADE, number INTEGER NOT NULL, name TEXT NOT NULL,
  iban TEXT NOT NULL, amount INTEGER NOT NULL, label TEXT NOT NULL, PRIMARY KEY (batch, number)) STRICT;
CREATE TABLE cheque_books (
  id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts, count INTEGER NOT NULL,
  at INTEGER NOT NULL) STRICT;

-- Post and text messages that would have been sent.
CREATE TABLE outbox (
  number INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind INTEGER NOT NULL, recipient TEXT NOT NULL,
  user INTEGER, subject TEXT NOT NULL, text TEXT NOT NULL, code TEXT) STRICT;
CREATE TABLE audit (
  number INTEGER PRIMARY KEY, at INTEGER NOT NULL, user INTEGER, event TEXT NOT NULL, method TEXT,
  detail TEXT NOT NULL) STRICT;
CREATE INDEX audit_by_user ON audit (user, number);

-- OpenID Connect: applications, what they asked for, and the codes that they exchange. The URIs of a client
-- are separated by spaces; codes and tokens are SHA-256 hashes, and a client's secret is an HMAC.
CREATE TABLE clients (
  client_id TEXT PRIMARY KEY, name TEXT NOT NULL, secret BLOB, redirect_uris TEXT NOT NULL,
  post_logout_redirect_uris TEXT NOT NULL) STRICT;
CREATE TABLE authorizations (
  id TEXT PRIMARY KEY, session BLOB NOT NULL, client_id TEXT NOT NULL REFERENCES clients ON DELETE CASCADE,
  request TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE INDEX authorizations_by_session ON authorizations (session);
CREATE INDEX authorizations_by_time ON authorizations (at);
CREATE TABLE authorization_codes (
  code BLOB PRIMARY KEY, client_id TEXT NOT NULL REFERENCES clients ON DELETE CASCADE,
  user INTEGER NOT NULL REFERENCES users, claims TEXT NOT NULL, request TEXT NOT NULL, at INTEGER NOT NULL,
  used INTEGER NOT NULL) STRICT;
CREATE INDEX authorization_codes_by_time ON authorization_codes (at);
CREATE TABLE access_tokens (
  token BLOB PRIMARY KEY, code BLOB NOT NULL REFERENCES authorization_codes ON DELETE CASCADE,
  user INTEGER NOT NULL REFERENCES users, scope TEXT NOT NULL, ends INTEGER NOT NULL) STRICT;
CREATE INDEX access_tokens_by_code ON access_tokens (code);
CREATE INDEX access_tokens_by_time ON access_tokens (ends);
CREATE TABLE signing_keys (kid TEXT PRIMARY KEY, sealed BLOB NOT NULL, at INTEGER NOT NULL) STRICT;
)";

constexpr const char* kUser =
    "SELECT users.id, subscription, client_id, number, user_code, role, entitlements, users.name, born, "
    "mobile, "
    "email, company, server_code, address, bank_iban, strong_at, login_at, login_method, login_before, "
    "method_before FROM users JOIN subscriptions ON subscriptions.id=subscription WHERE ";

User user_row(sqlite::Query& row) {
  User user;
  user.id = row.number(0);
  user.subscription = row.number(1);
  user.client_id = row.text(2);
  user.number = row.text(3);
  user.user_code = row.optional_text(4);
  user.role = static_cast<Role>(row.number(5));
  user.entitlements = static_cast<Entitlements>(row.number(6));
  user.name = row.text(7);
  user.born = row.text(8);
  user.mobile = row.optional_text(9);
  user.email = row.optional_text(10);
  user.company = row.optional_text(11);
  user.server_code = row.optional_text(12);
  user.address = row.optional_text(13);
  user.bank_iban = row.optional_text(14);
  user.strong_at = row.optional_number(15);
  user.login_at = row.optional_number(16);
  user.login_method = row.optional_text(17);
  user.login_before = row.optional_number(18);
  user.method_before = row.optional_text(19);
  return user;
}

template <class... Values>
std::optional<User> find_one(Database& database, const std::string& condition, Values... values) {
  sqlite::Query found = database.query(fmt::format("{}{}", kUser, condition));
  (found.with(values), ...);
  return found.step() ? std::optional(user_row(found)) : std::nullopt;
}

}  // namespace

void make_tables(Database& database) {
  const auto number = [&](std::string_view sql) {
    sqlite::Query asked = database.query(sql);
    asked.step();
    return asked.number(0);
  };
  {
    Transaction making(database);
    const bool is_new = number("SELECT count(*) FROM sqlite_master") == 0;
    const bool is_bank = number("SELECT count(*) FROM sqlite_master WHERE name='subscriptions'") == 1;
    const std::int64_t version = number("PRAGMA user_version");
    if (!is_new && !is_bank) throw Failure(Failure::invalid, database.path() + ": is no bank");
    if (is_bank && version != kVersion) {
      throw Failure(
          Failure::invalid,
          fmt::format("{}: is a bank of version {}, and this program knows {}; move it away, and a new "
                      "one is made",
                      database.path(), version, kVersion));
    }
    if (is_new) {
      database.run(kTables);
      database.run(fmt::format("PRAGMA user_version={}", kVersion));
      making.commit();
    }
  }
  database.keep_log();
}

std::optional<User> find_user(Database& database, Id id) { return find_one(database, "users.id=?", id); }
std::optional<User> find_by_code(Database& database, std::string_view user_code) {
  return find_one(database, "user_code=?", user_code);
}
std::optional<User> find_by_number(Database& database, std::string_view client_id, std::string_view number) {
  return find_one(database, "client_id=? AND number=?", client_id, number);
}
std::optional<User> find_by_email(Database& database, std::string_view email) {
  return find_one(database, "email=?", email);
}
std::optional<User> find_by_company(Database& database, std::string_view company,
                                    std::string_view server_code) {
  return find_one(database, "company=? AND server_code=?", company, server_code);
}

std::vector<User> users_of(Database& database, Id subscription) {
  std::vector<User> users;
  sqlite::Query found = database.query(fmt::format("{}subscription=? ORDER BY users.id", kUser));
  found.with(subscription);
  while (found.step()) users.push_back(user_row(found));
  return users;
}

Id insert_user(Database& database, const User& user) {
  database
      .query("INSERT INTO users (subscription, number, role, entitlements, name, born) VALUES (?,?,?,?,?,?)")
      .with(user.subscription)
      .with(user.number)
      .with(static_cast<std::int64_t>(user.role))
      .with(std::int64_t{user.entitlements})
      .with(user.name)
      .with(user.born)
      .step();
  User inserted = user;
  inserted.id = database.last_id();
  update_user(database, inserted);
  return inserted.id;
}

void update_user(Database& database, const User& user) {
  database
      .query(
          "UPDATE users SET number=?, user_code=?, role=?, entitlements=?, name=?, born=?, mobile=?, "
          "email=?, "
          "company=?, server_code=?, address=?, bank_iban=?, strong_at=?, login_at=?, login_method=?, "
          "login_before=?, method_before=? WHERE id=?")
      .with(user.number)
      .with(user.user_code)
      .with(static_cast<std::int64_t>(user.role))
      .with(std::int64_t{user.entitlements})
      .with(user.name)
      .with(user.born)
      .with(user.mobile)
      .with(user.email)
      .with(user.company)
      .with(user.server_code)
      .with(user.address)
      .with(user.bank_iban)
      .with(user.strong_at)
      .with(user.login_at)
      .with(user.login_method)
      .with(user.login_before)
      .with(user.method_before)
      .with(user.id)
      .step();
}

}  // namespace sesame::bank
