// Protocol and parameters selection: ISO 7816-3:2006, 9.
#include <catch2/catch.hpp>

#include "tests/firmware/iso7816/link_tester.hpp"

using namespace sesame;
using namespace sesame::iso7816;
using namespace sesame::test;

namespace {

constexpr std::uint16_t kFast = 16;  // a line that can do 512 / 32

// TA1 = 95: 512 / 16.
const char* const kT0Atr = "3B 10 95";
const char* const kT1Atr = "3B 90 95 01 04";

}  // namespace

TEST_CASE("a faster rate that card and line can do is agreed on") {
  LinkTester tester(kFast);

  SECTION("T=0") {
    tester.activate(kT0Atr);
    CHECK(tester.link.settings() == LineSettings{372, 1, 0, false, false});  // the rate of the ATR
    tester.hears("FF 10 95 7A");
    tester.says("FF 10 95 7A");
    CHECK(tester.outcome() == "3B1095");
    CHECK(tester.link.settings() == LineSettings{512, 16, 0, false, true});
  }
  SECTION("T=1") {
    tester.activate(kT1Atr);
    tester.hears("FF 11 95 7B");
    tester.says("FF 11 95 7B");
    CHECK(tester.outcome() == "3B90950104");
    CHECK(tester.link.settings() == LineSettings{512, 16, 0, false, false});
  }
}

TEST_CASE("the guard time of TC1 holds for the request as well") {
  struct Row {
    const char* atr;
    int guard;
  };
  const Row row = GENERATE(values<Row>({{"3B 50 95 FF", 0}, {"3B 50 95 00", 0}, {"3B 50 95 07", 7}}));
  LinkTester tester(kFast);
  tester.activate(row.atr);
  CHECK(int{tester.link.settings().guard} == row.guard);
}

TEST_CASE("without need there is no request") {
  struct Row {
    const char* what;
    const char* atr;
    std::uint16_t least;
    LineSettings settings;
  };
  const Row row = GENERATE(values<Row>({
      {"a line of one rate", kT0Atr, 372, {372, 1, 0, false, true}},
      {"a card too fast for the line", kT0Atr, 33, {372, 1, 0, false, true}},
      {"a slower card", "3B 10 91", kFast, {372, 1, 0, false, true}},
      {"TA1 as by default", "3B 10 11", kFast, {372, 1, 0, false, true}},
      {"a reserved F", "3B 10 75", kFast, {372, 1, 0, false, true}},
      {"a reserved D", "3B 10 9F", kFast, {372, 1, 0, false, true}},
      {"a card bound to its rate", "3B 90 95 10 00", kFast, {512, 16, 0, false, true}},
      {"a card bound to a slow rate", "3B 90 91 10 00", 372, {512, 1, 0, false, true}},
  }));
  INFO(row.what);
  LinkTester tester(row.least);
  tester.activate(row.atr);
  CHECK(tester.outcome() == hex(bytes(row.atr)));
  CHECK(tester.link.settings() == row.settings);
}

TEST_CASE("after a request that fails the card is reset, and spoken to at the default rate") {
  LinkTester tester(kFast);
  tester.activate(kT0Atr);

  SECTION("refused: PPS1 is left out") {
    tester.hears("FF 10 95 7A");
    tester.says("FF 00");
  }
  SECTION("another rate") {
    tester.hears("FF 10 95 7A");
    tester.says("FF 10 94");
  }
  SECTION("a wrong check character") {
    tester.hears("FF 10 95 7A");
    tester.says("FF 10 95 7B");
  }
  SECTION("a wrong parity") {
    tester.hears("FF 10 95 7A");
    tester.says_one(0xFF, false);
  }
  SECTION("a character that the card does not take") {
    tester.hears("FF 10");
    tester.hears("95", false);
  }
  SECTION("silence") {
    tester.hears("FF 10 95 7A");
    const Millis waited = tester.silence();
    CHECK(waited >= 850);
    CHECK(waited <= 850 + Link::kSlack + 2);
  }
  SECTION("half an answer") {
    tester.hears("FF 10 95 7A");
    tester.says("FF 10");
    CHECK(tester.silence() >= 850);
  }
  REQUIRE(tester.outcome() == "still under way");
  CHECK(tester.link.contacts() == Contacts{});
  tester.reset();
  tester.says(kT0Atr);
  CHECK(tester.outcome() == "3B1095");
  CHECK(tester.link.settings() == LineSettings{372, 1, 0, false, true});
}

TEST_CASE("a rate that was refused is not asked for again until the card is activated again") {
  LinkTester tester(kFast);
  tester.activate(kT0Atr);
  tester.hears("FF 10 95 7A");
  tester.says("00");
  tester.reset();
  tester.says(kT0Atr);
  REQUIRE(tester.outcome() == "3B1095");

  tester.link.warm_reset(tester.now);
  tester.reset();
  tester.says(kT0Atr);
  CHECK(tester.outcome() == "3B1095");

  tester.activate(kT0Atr);
  tester.hears("FF 10 95 7A");
}

TEST_CASE("a request that fails after a warm reset is followed by a warm reset") {
  LinkTester tester(kFast);
  tester.activate("3B 00");
  tester.link.warm_reset(tester.now);
  tester.reset();
  tester.says(kT0Atr);
  tester.hears("FF 10 95 7A");
  tester.says("00");
  CHECK(tester.link.contacts() == Contacts{true, true, false});
  tester.reset();
  tester.says(kT0Atr);
  CHECK(tester.outcome() == "3B1095");
}
