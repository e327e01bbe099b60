#include "host/issuer/store/sql_rows.hpp"

#include <fmt/format.h>

#include <limits>

namespace sesame::issuer {

namespace {

constexpr std::string_view kTables = R"(
CREATE TABLE cards (
  id {0} PRIMARY KEY, customer TEXT NOT NULL, pan_hash {1} NOT NULL, sealed_pan {1} NOT NULL,
  sealed_key {1} NOT NULL, policy TEXT NOT NULL, last_atc {0} NOT NULL, failures {0} NOT NULL,
  prepaid TEXT NOT NULL, state {0} NOT NULL, since {0} NOT NULL, replaces {0} NOT NULL,
  revision {0} NOT NULL, mac {1} NOT NULL) {2};
CREATE INDEX cards_by_pan ON cards (pan_hash);
CREATE INDEX cards_by_customer ON cards (customer);
CREATE TABLE audit (
  number {0} PRIMARY KEY, at {0} NOT NULL, card {0} NOT NULL, revision {0} NOT NULL,
  event TEXT NOT NULL, detail TEXT NOT NULL, chain {1} NOT NULL) {2};
CREATE INDEX audit_by_card ON audit (card, number);
CREATE TABLE meta (name TEXT PRIMARY KEY, value {1} NOT NULL) {2};
)";

// Of an audit that is read to its end, so many rows are in memory at a time.

}  // namespace

std::string SqlRows::tables(const Dialect& dialect) {
  return fmt::format(kTables, dialect.integer, dialect.bytes, dialect.table);
}

std::string SqlRows::Found::text(int column) const {
  const ByteString all = bytes(column);
  return {all.begin(), all.end()};
}

namespace {

template <class Found>
CardRow card_row(const Found& from) {
  CardRow row;
  row.id = from.number(0);
  row.customer = from.text(1);
  row.pan_hash = from.bytes(2);
  row.sealed_pan = from.bytes(3);
  row.sealed_key = from.bytes(4);
  row.policy = from.text(5);
  row.prepaid = from.text(8);
  row.since = from.number(10);
  row.replaces = from.number(11);
  row.revision = from.number(12);
  row.mac = from.bytes(13);
  // What was not written by us has no MAC.
  const auto of_ours = [&](int column, std::int64_t most) {
    const std::int64_t value = from.number(column);
    if (value < 0 || value > most) row.mac.clear();
    return value;
  };
  row.last_atc = static_cast<std::uint16_t>(of_ours(6, 0xFFFF));
  row.failures = static_cast<std::uint8_t>(of_ours(7, 0xFF));
  row.state = static_cast<CardState>(of_ours(9, static_cast<std::int64_t>(CardState::ended)));
  return row;
}

template <class Found>
AuditRow audit_row(const Found& from) {
  return {from.number(0), from.number(1), from.number(2), from.number(3),
          from.text(4),   from.text(5),   from.bytes(6)};
}

template <class Row>
std::optional<Row> first(std::vector<Row> rows) {
  return rows.empty() ? std::nullopt : std::optional(std::move(rows.front()));
}

}  // namespace

template <class Row>
std::vector<Row> SqlRows::rows(Row (*read)(const Found&), const char* sql, const Values& values) {
  std::vector<Row> all;
  run(sql, values, [&](const Found& found) { all.push_back(read(found)); });
  return all;
}

std::optional<CardRow> SqlRows::card(CardId id) {
  return first(rows(card_row<Found>, "SELECT * FROM cards WHERE id=$1", {id}));
}
std::vector<CardRow> SqlRows::cards_of(Bytes pan_hash) {
  return rows(card_row<Found>, "SELECT * FROM cards WHERE pan_hash=$1 ORDER BY id", {pan_hash});
}
std::vector<CardRow> SqlRows::cards_of(std::string_view customer) {
  return rows(card_row<Found>, "SELECT * FROM cards WHERE customer=$1 ORDER BY id", {customer});
}
std::vector<CardRow> SqlRows::cards_from(CardId first, std::size_t most) {
  return rows(card_row<Found>, "SELECT * FROM cards WHERE id>=$1 ORDER BY id LIMIT $2",
              {first, static_cast<std::int64_t>(most)});
}
CardId SqlRows::next_id() {
  CardId next = 0;
  run("SELECT coalesce(max(id), 0) + 1 FROM cards", {}, [&](const Found& found) { next = found.number(0); });
  return next;
}

namespace {

template <class Value>
std::vector<Value> all_but_id(const CardRow& row) {
  return {std::string_view(row.customer),
          Bytes(row.pan_hash),
          Bytes(row.sealed_pan),
          Bytes(row.sealed_key),
          std::string_view(row.policy),
          std::int64_t{row.last_atc},
          std::int64_t{row.failures},
          std::string_view(row.prepaid),
          static_cast<std::int64_t>(row.state),
          row.since,
          row.replaces,
          row.revision,
          Bytes(row.mac)};
}

}  // namespace

void SqlRows::insert(const CardRow& row) {
  Values values = all_but_id<Value>(row);
  values.emplace_back(row.id);
  run("INSERT INTO cards (customer, pan_hash, sealed_pan, sealed_key, policy, last_atc, failures, prepaid, "
      "state, since, replaces, revision, mac, id) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
      values, {});
}
bool SqlRows::update(const CardRow& row, std::int64_t revision) {
  Values values = all_but_id<Value>(row);
  values.emplace_back(row.id);
  values.emplace_back(revision);
  return run("UPDATE cards SET customer=$1, pan_hash=$2, sealed_pan=$3, sealed_key=$4, policy=$5, "
             "last_atc=$6, failures=$7, prepaid=$8, state=$9, since=$10, replaces=$11, revision=$12, mac=$13 "
             "WHERE id=$14 AND revision=$15",
             values, {}) == 1;
}

std::optional<AuditRow> SqlRows::last_audit() {
  return first(rows(audit_row<Found>, "SELECT * FROM audit ORDER BY number DESC LIMIT 1", {}));
}
std::optional<AuditRow> SqlRows::last_audit_of(CardId card) {
  return first(
      rows(audit_row<Found>, "SELECT * FROM audit WHERE card=$1 ORDER BY number DESC LIMIT 1", {card}));
}
void SqlRows::append(const AuditRow& row) {
  run("INSERT INTO audit VALUES ($1, $2, $3, $4, $5, $6, $7)",
      {row.number, row.at, row.card, row.revision, std::string_view(row.event), std::string_view(row.detail),
       Bytes(row.chain)},
      {});
}
std::vector<AuditRow> SqlRows::audit_from(std::int64_t first, std::size_t most) {
  return rows(audit_row<Found>, "SELECT * FROM audit WHERE number>=$1 ORDER BY number LIMIT $2",
              {first, static_cast<std::int64_t>(most)});
}

std::optional<ByteString> SqlRows::value(std::string_view name) {
  std::optional<ByteString> value;
  run("SELECT value FROM meta WHERE name=$1", {name}, [&](const Found& found) { value = found.bytes(0); });
  return value;
}
void SqlRows::set_value(std::string_view name, Bytes value) {
  run("INSERT INTO meta VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value=excluded.value", {name, value},
      {});
}

}  // namespace sesame::issuer
