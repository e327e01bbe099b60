// Who can write to the store, but has not its key.
#include <sqlite3.h>
#include <catch2/catch.hpp>

#include <regex>
#include <type_traits>

#include "tests/host/issuer/store/issuer_with_store.hpp"

namespace sesame::issuer {
namespace {

using namespace test;

// Statements in the words of SQLite.
void sql(const IssuerWithStore& setup, std::string text) {
  INFO(text);
  if (on_postgresql()) {
    text = std::regex_replace(text, std::regex("zeroblob\\((\\d+)\\)"), "decode(repeat('00', $1), 'hex')");
    text = std::regex_replace(text, std::regex("x'([0-9A-F]*)'"), "'\\x$1'::bytea");
    CHECK_NOTHROW(
        sesame::test::PostgresqlServer::sql(setup.name(), "SET search_path=sesame_issuer; " + text));
    return;
  }
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(setup.name().c_str(), &database) == SQLITE_OK);
  char* error = nullptr;
  const int result = sqlite3_exec(database, text.c_str(), nullptr, nullptr, &error);
  INFO((error == nullptr ? "" : error));
  CHECK(result == SQLITE_OK);
  sqlite3_free(error);
  sqlite3_close(database);
}

TEST_CASE("a change in any column of a card's row is refused, and named by the audit") {
  IssuerWithStore setup;
  Codes codes;
  REQUIRE(setup.registry().verify(setup.card(), codes.good(1), 1).accepted);
  REQUIRE_FALSE(setup.registry().verify(setup.card(), codes.wrong(2), 1).accepted);
  const Submission good = codes.good(2);
  sql(setup, "CREATE TABLE before AS SELECT * FROM cards WHERE id=1");
  for (const char* change : {"customer='mallory'",
                             "pan_hash=x'00'",
                             "sealed_pan=sealed_key",
                             "sealed_key=zeroblob(44)",
                             "policy=replace(policy, '\"window\":10', '\"window\":11')",
                             "policy=replace(policy, '\"tries\":3', '\"tries\":9')",
                             "policy='{}'",
                             "policy=''",
                             "last_atc=0",
                             "last_atc=last_atc+65536",
                             "last_atc=-1",
                             "failures=0",
                             "failures=256",
                             "prepaid='x'",
                             "since=since+1",
                             "state=1",
                             "state=99",
                             "replaces=1",
                             "revision=revision+1",
                             "revision=revision-1",
                             "mac=zeroblob(32)",
                             "mac=x''"}) {
    CAPTURE(change);
    sql(setup, std::string("UPDATE cards SET ") + change + " WHERE id=1");
    const Decision decision = setup.registry().verify(setup.card(), good, 1);
    CHECK_FALSE(decision.accepted);
    CHECK(decision.refusal == Refusal::tampered);
    CHECK(setup.registry().show(setup.card()).tampered);
    CHECK(setup.registry().verify_audit().tampered == std::vector<CardId>{setup.card()});
    sql(setup, "DELETE FROM cards WHERE id=1; INSERT INTO cards SELECT * FROM before");
    CHECK(setup.registry().verify_audit().tampered.empty());
  }
}

// Of every byte one bit, of every number each.
TEST_CASE("a flipped bit in any column of a card's row is refused, and named by the audit") {
  IssuerWithStore setup;
  Codes codes;
  REQUIRE(setup.registry().verify(setup.card(), codes.good(1), 1).accepted);
  CardRow good;
  setup.store().transact([&](Rows& rows) { good = *rows.card(setup.card()); });
  REQUIRE_FALSE(good.prepaid.empty());
  const auto put = [&](const CardRow& row, std::int64_t revision) {
    setup.store().transact([&](Rows& rows) { CHECK(rows.update(row, revision)); }, Store::Lasting::visible);
  };
  std::size_t flips = 0;
  const auto refused = [&](const CardRow& row) {
    ++flips;
    put(row, good.revision);
    CHECK(setup.registry().show(setup.card()).tampered);
    put(good, row.revision);
  };
  const auto in_bytes = [&](auto CardRow::*column) {
    for (std::size_t i = 0; i < (good.*column).size(); ++i) {
      CardRow row = good;
      auto& byte = (row.*column)[i];
      byte = static_cast<std::decay_t<decltype(byte)>>(byte ^ 1 << i % 7);  // no text ends in another code
      refused(row);
    }
  };
  const auto in_number = [&](auto CardRow::*column, unsigned bits) {
    for (unsigned i = 0; i < bits; ++i) {
      CardRow row = good;
      using Number = std::decay_t<decltype(row.*column)>;
      row.*column = static_cast<Number>(static_cast<std::uint64_t>(row.*column) ^ std::uint64_t{1} << i);
      refused(row);
    }
  };
  in_bytes(&CardRow::customer);
  in_bytes(&CardRow::pan_hash);
  in_bytes(&CardRow::sealed_pan);
  in_bytes(&CardRow::sealed_key);
  in_bytes(&CardRow::policy);
  in_bytes(&CardRow::prepaid);
  in_bytes(&CardRow::mac);
  in_number(&CardRow::last_atc, 16);
  in_number(&CardRow::failures, 8);
  in_number(&CardRow::state, 3);
  in_number(&CardRow::since, 63);
  in_number(&CardRow::replaces, 63);
  in_number(&CardRow::revision, 63);
  CHECK(flips > 900);

  // The number of the card itself: there is none of the old one.
  sql(setup, "UPDATE cards SET id=id+2 WHERE id=1");
  CHECK(setup.registry().verify(setup.card(), codes.good(2), 1).refusal == Refusal::unknown_card);
  CHECK(setup.registry().verify(setup.card() + 2, codes.good(2), 1).refusal == Refusal::tampered);
  CHECK(setup.registry().verify_audit().tampered == std::vector<CardId>{setup.card() + 2});
}

TEST_CASE("a row that is put back as it was is refused") {
  IssuerWithStore setup;
  Codes codes;
  sql(setup, "CREATE TABLE before AS SELECT * FROM cards");
  REQUIRE(setup.registry().verify(setup.card(), codes.good(1), 1).accepted);
  sql(setup, "DELETE FROM cards; INSERT INTO cards SELECT * FROM before");
  CHECK(setup.registry().verify(setup.card(), codes.good(1), 1).refusal == Refusal::tampered);
  CHECK(setup.registry().verify_audit().tampered == std::vector<CardId>{setup.card()});
}

TEST_CASE("a row with the key of another card is refused") {
  IssuerWithStore setup;
  const NewCard other = new_card("5413330000000027");
  const CardId id = setup.registry().add({&other, 1}, 1).at(0);
  Codes codes;
  sql(setup, "UPDATE cards SET sealed_key=(SELECT sealed_key FROM cards WHERE id=1) WHERE id=2");
  CHECK(setup.registry().verify(id, codes.good(1), 1).refusal == Refusal::tampered);
  CHECK(setup.registry().verify(setup.card(), codes.good(1), 1).accepted);
}

TEST_CASE("an audit that is changed, cut, or added to is found, and where") {
  struct Row {
    const char* change;
    std::int64_t broken_at;
  };
  const auto row = GENERATE(values<Row>({
      {"UPDATE audit SET event='added' WHERE number=3", 3},
      {"UPDATE audit SET detail='{}' WHERE number=4", 4},
      {"UPDATE audit SET at=at+1 WHERE number=1", 1},
      {"UPDATE audit SET card=9 WHERE number=2", 2},
      {"UPDATE audit SET chain=zeroblob(32) WHERE number=2", 2},
      {"DELETE FROM audit WHERE number=2", 2},
      {"DELETE FROM audit WHERE number=6", 6},
      {"DELETE FROM audit", 1},
      {"INSERT INTO audit SELECT 7, at, card, revision, event, detail, chain FROM audit WHERE number=6", 7},
      {"UPDATE meta SET value=x'00' WHERE name='audit head'", 7},
  }));
  CAPTURE(row.change);
  IssuerWithStore setup;
  Codes codes;
  REQUIRE(setup.registry().verify(setup.card(), codes.good(1), 1).accepted);
  REQUIRE_FALSE(setup.registry().verify(setup.card(), codes.wrong(1), 1).accepted);
  CHECK(setup.registry().verify_audit().rows == 6);
  CHECK(setup.registry().verify_audit().broken_at == 0);
  CHECK(setup.registry().head().number == 6);
  sql(setup, row.change);
  CHECK(setup.registry().verify_audit().broken_at == row.broken_at);
}

}  // namespace
}  // namespace sesame::issuer
