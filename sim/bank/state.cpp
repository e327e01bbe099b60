#include "sim/bank/state.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "host/base/failure.hpp"
#include "host/base/hex.hpp"

namespace sesame::bank {

namespace {

// In an order in which each refers to those before it alone.
constexpr std::array kKept{"subscriptions", "users",         "secrets", "certificates", "accounts",
                           "movements",     "beneficiaries", "batches", "orders",       "cheque_books",
                           "outbox",        "audit",         "clients"};

Json value_json(const sqlite::Query& row, int column) {
  if (row.is_null(column)) return nullptr;
  if (row.is_number(column)) return row.number(column);
  if (row.is_text(column)) return row.text(column);
  return {{"hex", to_hex(row.bytes(column))}};
}

Json table_json(Database& database, std::string_view table) {
  Json rows = Json::array();
  sqlite::Query found = database.query(fmt::format("SELECT * FROM {} ORDER BY rowid", table));
  while (found.step()) {
    Json row = Json::object();
    for (int column = 0; column < found.columns(); ++column)
      row[found.name(column)] = value_json(found, column);
    rows.push_back(std::move(row));
  }
  return rows;
}

[[noreturn]] void refuse(std::string_view what) {
  throw Failure(Failure::invalid, fmt::format("state: {}; give what GET …/state has said", what));
}

// Only the table's own columns are named in the statement: what the state calls them is compared, not run.
void load_table(Database& database, std::string_view table, const Json& rows) {
  std::vector<std::string> columns;
  {
    sqlite::Query found = database.query("SELECT name FROM pragma_table_info(?)");
    found.with(table);
    while (found.step()) columns.push_back(found.text(0));
  }
  const std::string insert = fmt::format("INSERT INTO {} ({}) VALUES ({})", table, fmt::join(columns, ","),
                                         fmt::join(std::vector<std::string>(columns.size(), "?"), ","));
  for (const Json& row : rows) {
    if (!row.is_object() || row.size() != columns.size()) refuse("a row is not as this version has it");
    std::vector<std::vector<std::uint8_t>> bytes;
    std::vector<std::string> texts;
    bytes.reserve(columns.size());
    texts.reserve(columns.size());
    sqlite::Query query = database.query(insert);
    for (const std::string& column : columns) {
      const auto at = row.find(column);
      if (at == row.end()) refuse("a row is not as this version has it");
      if (at->is_null()) {
        query.with_null();
      } else if (at->is_number_integer()) {
        query.with(at->get<std::int64_t>());
      } else if (at->is_string()) {
        query.with(std::string_view(texts.emplace_back(at->get<std::string>())));
      } else {
        if (!at->is_object() || !at->contains("hex") || !(*at)["hex"].is_string()) refuse("a value is none");
        auto parsed = parse_hex((*at)["hex"].get<std::string>());
        if (!std::holds_alternative<std::vector<std::uint8_t>>(parsed)) refuse("a value is none");
        query.with(Bytes(bytes.emplace_back(std::get<std::vector<std::uint8_t>>(std::move(parsed)))));
      }
    }
    query.step();
  }
}

}  // namespace

Json state_json(Tenant& tenant) {
  Json tables = Json::object();
  tenant.bank().with_tables([&](Database& database) {
    for (const char* table : kKept) tables[table] = table_json(database, table);
  });
  Json cards = Json::array();
  for (const SeededUser& one : tenant.planted()) {
    if (!one.card_toml) continue;
    const auto ids = tenant.registry().find_customer(one.user.customer());
    const std::uint16_t last = ids.empty() ? std::uint16_t{0} : tenant.registry().show(ids.back()).last_atc;
    cards.push_back({{"customer", one.user.customer()},
                     {"toml", *one.card_toml},
                     {"last_atc", fmt::format("{:04X}", last)}});
  }
  return {{"now_ms", tenant.now()}, {"tables", tables}, {"cards", cards}};
}

void load_state(Tenant& tenant, const Json& state) {
  if (!state.is_object() || !state.contains("tables") || !state.contains("cards")) refuse("it is none");
  const Json& tables = state["tables"];
  if (!tables.is_object() || tables.size() != kKept.size()) refuse("tables are missing");
  tenant.bank().with_tables([&](Database& database) {
    Transaction writing(database);
    for (const char* table : kKept) {
      if (!tables.contains(table) || !tables[table].is_array()) refuse("tables are missing");
      try {
        load_table(database, table, tables[table]);
      } catch (const Failure& failure) {
        if (failure.kind() == Failure::invalid) throw;
        refuse(failure.what());
      }
    }
    writing.commit();
  });
  std::vector<SeededUser> customers;
  for (const Json& card : state["cards"]) {
    const bool fits = card.is_object() && card.value("customer", Json()).is_string() &&
                      card.value("toml", Json()).is_string() && card.value("last_atc", Json()).is_string();
    if (!fits) refuse("a card is none");
    const std::string customer = card["customer"];
    const std::size_t slash = customer.find('/');
    const auto user = tenant.bank().with_tables([&](Database& database) {
      return slash == std::string::npos
                 ? std::nullopt
                 : find_by_number(database, customer.substr(0, slash), customer.substr(slash + 1));
    });
    const auto last = parse_hex(card["last_atc"].get<std::string>());
    const auto* atc = std::get_if<std::vector<std::uint8_t>>(&last);
    if (!user || atc == nullptr || atc->size() != 2) refuse("a card is nobody's, or its ATC is none");
    tenant.adopt(*user, card["toml"], static_cast<std::uint16_t>((*atc)[0] << 8 | (*atc)[1]));
  }
}

}  // namespace sesame::bank
