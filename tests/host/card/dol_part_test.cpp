#include "host/card/dol_part.hpp"

#include <catch2/catch.hpp>

#include "tests/host/card/fixture.hpp"

namespace sesame::card {
namespace {

using namespace test;

TEST_CASE("a data object stands after those that the list has before it") {
  struct Row {
    const char* dol;
    emv::Tag wanted;
    const char* part;  // of 00 01 02 …
  };
  const auto row = GENERATE(values<Row>({
      {"9F3704", 0x9F37, "00010203"},
      {"9F0206 9505 9F3704", 0x9F02, "000102030405"},
      {"9F0206 9505 9F3704", 0x95, "060708090A"},
      {"9F0206 9505 9F3704", 0x9F37, "0B0C0D0E"},
      {"9F0206 9500 9F3704", 0x95, ""},
      {"9501 9F3701 9502", 0x95, "00"},  // the first of two
      {"9F0206 9505", 0x9F37, "none"},
      {"", 0x95, "none"},
      {"9505 9F37", 0x95, "none"},  // a malformed list asks for nothing
      {"9505 9F", 0x95, "none"},
  }));
  CAPTURE(row.dol, row.wanted);
  const auto sent = bytes("000102030405060708090A0B0C0D0E");
  const auto part = find_in_dol(bytes(row.dol), row.wanted);
  CHECK((part ? hex(part->of(sent)) : "none") == row.part);
}

TEST_CASE("a card whose lists are malformed wants no data, and answers all the same") {
  Personalization card = personalization();
  card.applications[0].cdol1 = bytes("9F0206 9F37");
  card.applications[0].cdol2 = bytes("8A02 95");
  card.applications[0].pdol = bytes("9F");
  Terminal terminal(std::move(card));
  terminal.go_to(Stage::pin_verified);
  CHECK(terminal.send(generate_ac("80", "000000000000")) == "6700");
  CHECK(terminal.sw("80AE800000") == "9000");
  CHECK(terminal.sw("80AE000000") == "9000");
}

}  // namespace
}  // namespace sesame::card
