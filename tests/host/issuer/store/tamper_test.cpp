// Who can write to the store, but has not its key.
#include <sqlite3.h>
#include <catch2/catch.hpp>

#include "tests/host/issuer/store/issuer_with_store.hpp"

namespace sesame::issuer {
namespace {

using namespace test;

void sql(const IssuerWithStore& setup, const std::string& text) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(setup.path().c_str(), &database) == SQLITE_OK);
  char* error = nullptr;
  const int result = sqlite3_exec(database, text.c_str(), nullptr, nullptr, &error);
  INFO(text << ": " << (error == nullptr ? "" : error));
  CHECK(result == SQLITE_OK);
  sqlite3_free(error);
  sqlite3_close(database);
}

TEST_CASE("a change in any column of a card's row is refused, and named by the audit") {
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
    IssuerWithStore setup;
    Codes codes;
    REQUIRE(setup.registry().verify(setup.card(), codes.good(1), 1).accepted);
    REQUIRE_FALSE(setup.registry().verify(setup.card(), codes.wrong(2), 1).accepted);
    sql(setup, std::string("UPDATE cards SET ") + change + " WHERE id=1");
    const Decision decision = setup.registry().verify(setup.card(), codes.good(2), 1);
    CHECK_FALSE(decision.accepted);
    CHECK(decision.refusal == Refusal::tampered);
    CHECK(setup.registry().show(setup.card()).tampered);
    CHECK(setup.registry().verify_audit().tampered == std::vector<CardId>{setup.card()});
  }
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
