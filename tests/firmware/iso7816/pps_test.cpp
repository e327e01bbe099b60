// Protocol and parameters selection: ISO 7816-3:2006, 9.
#include <catch2/catch.hpp>

#include "tests/firmware/iso7816/desk.hpp"

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
  Desk desk(kFast);

  SECTION("T=0") {
    desk.activate(kT0Atr);
    CHECK(desk.link.settings() == LineSettings{372, 1, 0, false, false});  // the rate of the ATR
    desk.hears("FF 10 95 7A");
    desk.says("FF 10 95 7A");
    CHECK(desk.outcome() == "3B1095");
    CHECK(desk.link.settings() == LineSettings{512, 16, 0, false, true});
  }
  SECTION("T=1") {
    desk.activate(kT1Atr);
    desk.hears("FF 11 95 7B");
    desk.says("FF 11 95 7B");
    CHECK(desk.outcome() == "3B90950104");
    CHECK(desk.link.settings() == LineSettings{512, 16, 0, false, false});
  }
}

TEST_CASE("the guard time of TC1 holds for the request as well") {
  struct Row {
    const char* atr;
    int guard;
  };
  const Row row = GENERATE(values<Row>({{"3B 50 95 FF", 0}, {"3B 50 95 00", 0}, {"3B 50 95 07", 7}}));
  Desk desk(kFast);
  desk.activate(row.atr);
  CHECK(int{desk.link.settings().guard} == row.guard);
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
  Desk desk(row.least);
  desk.activate(row.atr);
  CHECK(desk.outcome() == hex(bytes(row.atr)));
  CHECK(desk.link.settings() == row.settings);
}

TEST_CASE("after a request that fails the card is reset, and spoken to at the default rate") {
  Desk desk(kFast);
  desk.activate(kT0Atr);

  SECTION("refused: PPS1 is left out") {
    desk.hears("FF 10 95 7A");
    desk.says("FF 00");
  }
  SECTION("another rate") {
    desk.hears("FF 10 95 7A");
    desk.says("FF 10 94");
  }
  SECTION("a wrong check character") {
    desk.hears("FF 10 95 7A");
    desk.says("FF 10 95 7B");
  }
  SECTION("a wrong parity") {
    desk.hears("FF 10 95 7A");
    desk.says_one(0xFF, false);
  }
  SECTION("a character that the card does not take") {
    desk.hears("FF 10");
    desk.hears("95", false);
  }
  SECTION("silence") {
    desk.hears("FF 10 95 7A");
    const Millis waited = desk.silence();
    CHECK(waited >= 850);
    CHECK(waited <= 850 + Link::kSlack + 2);
  }
  SECTION("half an answer") {
    desk.hears("FF 10 95 7A");
    desk.says("FF 10");
    CHECK(desk.silence() >= 850);
  }
  REQUIRE(desk.outcome() == "still under way");
  CHECK(desk.link.contacts() == Contacts{});
  desk.reset();
  desk.says(kT0Atr);
  CHECK(desk.outcome() == "3B1095");
  CHECK(desk.link.settings() == LineSettings{372, 1, 0, false, true});
}

TEST_CASE("a rate that was refused is not asked for again until the card is activated again") {
  Desk desk(kFast);
  desk.activate(kT0Atr);
  desk.hears("FF 10 95 7A");
  desk.says("00");
  desk.reset();
  desk.says(kT0Atr);
  REQUIRE(desk.outcome() == "3B1095");

  desk.link.warm_reset(desk.now);
  desk.reset();
  desk.says(kT0Atr);
  CHECK(desk.outcome() == "3B1095");

  desk.activate(kT0Atr);
  desk.hears("FF 10 95 7A");
}

TEST_CASE("a request that fails after a warm reset is followed by a warm reset") {
  Desk desk(kFast);
  desk.activate("3B 00");
  desk.link.warm_reset(desk.now);
  desk.reset();
  desk.says(kT0Atr);
  desk.hears("FF 10 95 7A");
  desk.says("00");
  CHECK(desk.link.contacts() == Contacts{true, true, false});
  desk.reset();
  desk.says(kT0Atr);
  CHECK(desk.outcome() == "3B1095");
}
