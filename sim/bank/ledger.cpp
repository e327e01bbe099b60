#include "sim/bank/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace sesame::bank {

namespace {

constexpr Cents kMostCents = 99'999'999'999;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

void move(Database& database, Id account, const Movement& movement, std::string_view operation) {
  database.query("UPDATE accounts SET balance=balance+? WHERE id=?")
      .with(movement.amount)
      .with(account)
      .step();
  database
      .query(
          "INSERT INTO movements (account, at, kind, label, counterpart, iban, amount, operation) "
          "VALUES (?,?,?,?,?,?,?,?)")
      .with(account)
      .with(movement.at)
      .with(movement.kind)
      .with(movement.label)
      .with(movement.counterpart)
      .with(movement.iban)
      .with(movement.amount)
      .with(operation)
      .step();
}

Account account_row(const sqlite::Query& row) {
  return {row.number(0), row.number(1), row.text(2), row.text(3), row.number(4)};
}
constexpr const char* kAccount = "SELECT id, subscription, iban, label, balance FROM accounts WHERE ";

std::vector<Order> orders_of(Database& database, Id batch) {
  std::vector<Order> orders;
  sqlite::Query found =
      database.query("SELECT name, iban, amount, label FROM orders WHERE batch=? ORDER BY number");
  found.with(batch);
  while (found.step()) {
    orders.push_back({{found.text(0), found.text(1)}, found.number(2), found.text(3)});
  }
  return orders;
}

Batch batch_row(const sqlite::Query& row) {
  return {row.number(0), row.number(1),          row.number(2),          row.text(3), row.number(4),
          row.number(5), row.optional_number(6), row.optional_number(7), {}};
}
constexpr const char* kBatch =
    "SELECT id, subscription, account, label, entered_by, at, signed_by, signed_at FROM batches WHERE ";

}  // namespace

std::string money(Cents cents) {
  const Cents absolute = cents < 0 ? -cents : cents;
  return fmt::format("{}{}.{:02}", cents < 0 ? "-" : "", absolute / 100, absolute % 100);
}

std::optional<Cents> read_money(std::string_view text) {
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view part = point == std::string_view::npos ? "00" : text.substr(point + 1);
  if (whole.empty() || whole.size() > 9 || part.size() != 2) return std::nullopt;
  Cents cents = 0;
  for (const std::string_view digits : {whole, part}) {
    for (const char c : digits) {
      if (!is_digit(c)) return std::nullopt;
      cents = cents * 10 + (c - '0');
    }
  }
  return cents > 0 && cents <= kMostCents ? std::optional(cents) : std::nullopt;
}

std::optional<std::string> read_iban(std::string_view text) {
  std::string iban;
  std::copy_if(text.begin(), text.end(), std::back_inserter(iban), [](char c) { return c != ' '; });
  const bool looks =
      iban.size() >= 15 && iban.size() <= 34 && is_capital(iban[0]) && is_capital(iban[1]) &&
      is_digit(iban[2]) && is_digit(iban[3]) &&
      std::all_of(iban.begin(), iban.end(), [](char c) { return is_digit(c) || is_capital(c); });
  if (!looks) return std::nullopt;
  unsigned rest = 0;
  for (const char c : iban.substr(4) + iban.substr(0, 4)) {
    const unsigned value = static_cast<unsigned>(is_digit(c) ? c - '0' : c - 'A' + 10);
    rest = (rest * (value < 10 ? 10 : 100) + value) % 97;
  }
  return rest == 1 ? std::optional(iban) : std::nullopt;
}

std::vector<Account> accounts_of(Database& database, Id subscription) {
  std::vector<Account> accounts;
  sqlite::Query found = database.query(fmt::format("{}subscription=? ORDER BY id", kAccount));
  found.with(subscription);
  while (found.step()) accounts.push_back(account_row(found));
  return accounts;
}

std::optional<Account> find_account(Database& database, Id subscription, Id id) {
  sqlite::Query found = database.query(fmt::format("{}subscription=? AND id=?", kAccount));
  return found.with(subscription).with(id).step() ? std::optional(account_row(found)) : std::nullopt;
}

std::vector<Movement> movements_of(Database& database, Id account, Millis since, std::size_t most) {
  std::vector<Movement> movements;
  sqlite::Query found = database.query(
      "SELECT at, kind, label, counterpart, iban, amount FROM movements WHERE account=? AND at>=? "
      "ORDER BY id DESC LIMIT ?");
  found.with(account).with(since).with(static_cast<std::int64_t>(most));
  while (found.step()) {
    movements.push_back(
        {found.number(0), found.text(1), found.text(2), found.text(3), found.text(4), found.number(5)});
  }
  return movements;
}

std::vector<Beneficiary> beneficiaries_of(Database& database, Id subscription) {
  std::vector<Beneficiary> all;
  sqlite::Query found = database.query(
      "SELECT name, iban, id, since FROM beneficiaries WHERE subscription=? ORDER BY name, id");
  found.with(subscription);
  while (found.step()) {
    all.push_back({{found.text(0), found.text(1)}, found.number(2), found.number(3)});
  }
  return all;
}

std::optional<Beneficiary> find_beneficiary(Database& database, Id subscription, Id id) {
  for (Beneficiary& one : beneficiaries_of(database, subscription)) {
    if (one.id == id) return std::move(one);
  }
  return std::nullopt;
}

bool add_beneficiary(Database& database, Id subscription, const Payee& payee, Millis now) {
  return database
             .query("INSERT OR IGNORE INTO beneficiaries (subscription, name, iban, since) VALUES (?,?,?,?)")
             .with(subscription)
             .with(payee.name)
             .with(payee.iban)
             .with(now)
             .run() == 1;
}

bool remove_beneficiary(Database& database, Id subscription, Id id) {
  return database.query("DELETE FROM beneficiaries WHERE subscription=? AND id=?")
             .with(subscription)
             .with(id)
             .run() == 1;
}

Cents Batch::total() const {
  return std::accumulate(orders.begin(), orders.end(), Cents{0},
                         [](Cents sum, const Order& order) { return sum + order.amount; });
}

std::vector<Batch> batches_of(Database& database, Id subscription) {
  std::vector<Batch> batches;
  {
    sqlite::Query found = database.query(fmt::format("{}subscription=? ORDER BY id DESC LIMIT 200", kBatch));
    found.with(subscription);
    while (found.step()) batches.push_back(batch_row(found));
  }
  for (Batch& batch : batches) batch.orders = orders_of(database, batch.id);
  return batches;
}

std::optional<Batch> find_batch(Database& database, Id subscription, Id id) {
  std::optional<Batch> batch;
  {
    sqlite::Query found = database.query(fmt::format("{}subscription=? AND id=?", kBatch));
    if (found.with(subscription).with(id).step()) batch = batch_row(found);
  }
  if (batch) batch->orders = orders_of(database, id);
  return batch;
}

Id enter_batch(Database& database, const Batch& batch) {
  database.query("INSERT INTO batches (subscription, account, label, entered_by, at) VALUES (?,?,?,?,?)")
      .with(batch.subscription)
      .with(batch.account)
      .with(batch.label)
      .with(batch.entered_by)
      .with(batch.at)
      .step();
  const Id id = database.last_id();
  std::int64_t number = 0;
  for (const Order& order : batch.orders) {
    database.query("INSERT INTO orders (batch, number, name, iban, amount, label) VALUES (?,?,?,?,?,?)")
        .with(id)
        .with(++number)
        .with(order.name)
        .with(order.iban)
        .with(order.amount)
        .with(order.label)
        .step();
  }
  return id;
}

bool remove_batch(Database& database, Id subscription, Id id) {
  return database.query("DELETE FROM batches WHERE subscription=? AND id=? AND signed_by IS NULL")
             .with(subscription)
             .with(id)
             .run() == 1;
}

bool transfer(Database& database, const Account& from, const Order& order, std::string_view kind,
              std::string_view operation, Millis now) {
  sqlite::Query rest = database.query("SELECT balance FROM accounts WHERE id=? AND balance>=?");
  if (!rest.with(from.id).with(order.amount).step()) return false;
  Movement movement{now, std::string(kind), order.label, order.name, order.iban, -order.amount};
  move(database, from.id, movement, operation);
  sqlite::Query own = database.query("SELECT id FROM accounts WHERE iban=?");
  if (own.with(order.iban).step()) {
    movement.counterpart = from.label;
    movement.iban = from.iban;
    movement.amount = order.amount;
    move(database, own.number(0), movement, operation);
  }
  return true;
}

bool sign_batch(Database& database, const Batch& batch, Id user, std::string_view operation, Millis now) {
  const auto from = find_account(database, batch.subscription, batch.account);
  if (!from || from->balance < batch.total()) return false;
  const bool first =
      database.query("UPDATE batches SET signed_by=?, signed_at=? WHERE id=? AND signed_by IS NULL")
          .with(user)
          .with(now)
          .with(batch.id)
          .run() == 1;
  if (!first) return false;
  return std::all_of(batch.orders.begin(), batch.orders.end(), [&](const Order& order) {
    return transfer(database, *from, order, "batch", operation, now);
  });
}

void order_cheque_books(Database& database, Id account, int count, std::string_view operation, Millis now) {
  database.query("INSERT INTO cheque_books (account, count, at) VALUES (?,?,?)")
      .with(account)
      .with(std::int64_t{count})
      .with(now)
      .step();
  move(database, account, {now, "cheque_book", fmt::format("{}", count), {}, {}, 0}, operation);
}

}  // namespace sesame::bank
