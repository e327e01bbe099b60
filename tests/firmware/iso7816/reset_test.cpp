// Contacts, answer to reset and the choice of a protocol: ISO 7816-3:2006, 6.2, 8.
#include <catch2/catch.hpp>

#include "tests/firmware/iso7816/link_tester.hpp"

using namespace sesame;
using namespace sesame::iso7816;
using namespace sesame::test;

namespace {

// A card of inverse convention sends each character turned; its TS arrives with a wrong parity.
std::string turned_hex(std::string_view logical) {
  ByteVector all = bytes(logical);
  for (std::uint8_t& character : all) character = inverted(character);
  return hex(all);
}

// After an answer to reset that was refused: the warm reset, and this.
void warm_answer(LinkTester& tester, std::string_view atr) {
  REQUIRE(tester.outcome() == "still under way");
  REQUIRE(tester.link.contacts() == Contacts{true, true, false});
  tester.reset();
  tester.says(atr);
}

}  // namespace

TEST_CASE("a cold reset is power off, then power and clock with RST low, then RST high") {
  LinkTester tester;
  tester.link.activate(tester.now);
  CHECK(tester.link.contacts() == Contacts{false, false, false});
  CHECK(tester.silence() >= 10);
  CHECK(tester.link.contacts() == Contacts{true, true, false});
  CHECK(tester.silence() >= 1);  // 400 clock periods are 0.1 ms
  CHECK(tester.link.contacts() == Contacts{true, true, true});
  tester.says("3B00");
  CHECK(tester.outcome() == "3B00");
  CHECK(tester.link.settings() == LineSettings{372, 1, 0, false, true});
}

TEST_CASE("a warm reset leaves power and clock on") {
  LinkTester tester;
  tester.activate("3B00");
  tester.link.warm_reset(tester.now);
  CHECK(tester.link.contacts() == Contacts{true, true, false});
  CHECK(tester.silence() >= 1);
  CHECK(tester.link.contacts() == Contacts{true, true, true});
  tester.says("3B00");
  CHECK(tester.outcome() == "3B00");
}

TEST_CASE("deactivation takes everything away at once") {
  LinkTester tester;
  tester.activate("3B00");
  tester.link.deactivate(tester.now);
  CHECK(tester.link.contacts() == Contacts{});
  CHECK(tester.outcome().empty());
  tester.transmit("00A4040000");
  CHECK(tester.outcome() == kMute);
}

TEST_CASE("what is still on its way while RST is low is dropped") {
  LinkTester tester;
  tester.activate("3B00");
  tester.link.warm_reset(tester.now);
  tester.link.received(0x90, true, tester.now);
  tester.link.received(0x3B, true, tester.now);
  tester.reset();
  tester.says("3B011A");
  CHECK(tester.outcome() == "3B011A");
}

TEST_CASE("an answer to reset of inverse convention is recognized by what the hardware sees of its TS") {
  LinkTester tester;
  tester.link.activate(tester.now);
  tester.reset();
  CHECK_FALSE(tester.link.settings().inverse);
  tester.says_one(0x03, false);
  CHECK(tester.link.settings().inverse);
  tester.says(turned_hex("65 0801040450"));
  tester.says(turned_hex("7190"));
  CHECK(tester.outcome() == "3F6508010404507190");

  SECTION("and from then on all is turned, both ways") {
    tester.transmit("00A4040002A000");
    tester.hears(turned_hex("00A4040002"));
    tester.says(turned_hex("A4"));
    tester.hears(turned_hex("A000"));
    tester.says(turned_hex("6A82"));
    CHECK(tester.outcome() == "6A82");
  }
  SECTION("until the next reset") {
    tester.link.warm_reset(tester.now);
    tester.reset();
    CHECK_FALSE(tester.link.settings().inverse);
    tester.says("3B00");
    CHECK(tester.outcome() == "3B00");
  }
}

TEST_CASE("a card that does not answer a reset is mute, 40,000 clock periods later") {
  LinkTester tester;
  tester.link.activate(tester.now);
  tester.reset();
  const Millis waited = tester.silence();
  CHECK(waited >= 10);
  CHECK(waited <= 10 + Link::kSlack + 2);
  CHECK(tester.outcome() == kMute);
}

TEST_CASE("an answer to reset that is not one is asked for once more, with a warm reset") {
  struct Row {
    const char* what;
    std::string atr;
  };
  const Row row = GENERATE(values<Row>({
      {"TS is neither convention", "A5"},
      {"TS of the inverse convention, as the direct one would send it", "3F"},
      {"TCK is wrong", "3B 80 01 80"},
      {"more groups than there can be", "3B 80 80 80 80 80 80 80 80 80 80"},
      {"T=14 alone", with_tck("80 0E")},
      {"T=15 first", with_tck("80 1F C7")},
      {"bound to T=2", "3B 80 10 02"},
      {"bound to a rate that is not known", "3B 90 70 10 00"},
      {"bound to a rate that this line cannot do", "3B 90 95 10 00"},
      {"bound to a rate that is not told", "3B 80 10 10"},
      {"T=1 with blocks of no length", with_tck("80 81 11 00")},
      {"T=1 with blocks of 255", with_tck("80 81 11 FF")},
      {"T=1 with a block waiting time beyond the table", with_tck("80 81 21 A0")},
  }));
  INFO(row.what);
  LinkTester tester;
  tester.activate(row.atr);

  SECTION("which a good answer ends well") {
    warm_answer(tester, "3B 00");
    CHECK(tester.outcome() == "3B00");
  }
  SECTION("which a bad one does not") {
    warm_answer(tester, row.atr);
    CHECK(tester.outcome() == kBadAtr);
    tester.transmit("00A4040000");
    CHECK(tester.outcome() == kMute);
  }
}

TEST_CASE("a wrong parity in an answer to reset is a bad answer") {
  const int which = GENERATE(0, 1, 2);
  LinkTester tester;
  tester.link.activate(tester.now);
  tester.reset();
  const ByteVector atr = bytes("3B01AA");
  for (int i = 0; i <= which; ++i) tester.says_one(atr[static_cast<std::size_t>(i)], i != which);
  warm_answer(tester, "3B01AA");
  CHECK(tester.outcome() == "3B01AA");
}

TEST_CASE("an answer to reset that stops in the middle is a bad one, 9600 etu later") {
  LinkTester tester;
  tester.activate("3B 02 31");
  const Millis waited = tester.silence();
  CHECK(waited >= 850);
  CHECK(waited <= 850 + Link::kSlack + 2);
  warm_answer(tester, "3B 02 31 32");
  CHECK(tester.outcome() == "3B023132");
}

TEST_CASE("an answer to reset may take 20,160 etu in all, however steadily it comes") {
  LinkTester tester;
  tester.activate("3B");
  const Millis began = tester.now;
  tester.now += 800;
  tester.says("0F");
  tester.now += 800;
  tester.says("31");
  const Millis waited = tester.silence();
  CHECK(waited < 850);
  CHECK(tester.now - began <= 1786 + 2 * Link::kSlack + 20);
  CHECK(tester.now - began >= 1786);
  CHECK_FALSE(tester.link.contacts().rst);  // the warm reset
}

TEST_CASE("a bad answer to a warm reset that was asked for is final") {
  LinkTester tester;
  tester.activate("3B00");
  tester.link.warm_reset(tester.now);
  tester.reset();
  tester.says("A5");
  CHECK(tester.outcome() == kBadAtr);
}

TEST_CASE("the protocol is the first that is offered, or the one of TA2") {
  struct Row {
    std::string atr;
    bool t1;
  };
  const Row row = GENERATE(values<Row>({
      {"3B 00", false},
      {"3B 80 00", false},
      {with_tck("80 80 01"), false},    // T=0 first, T=1 too
      {with_tck("80 01"), true},        // T=1 alone
      {with_tck("80 81 00"), true},     // T=1 first, T=0 too
      {"3B 80 10 00", false},           // TA2: T=0
      {with_tck("80 90 01 01"), true},  // TA2: T=1, though T=0 is offered first
      {"3B 90 11 80 01 00", false},     // TA1 as by default
  }));
  INFO(row.atr);
  LinkTester tester;
  tester.activate(row.atr);
  REQUIRE(tester.outcome() == hex(bytes(row.atr)));
  CHECK(tester.link.settings().error_signal == !row.t1);
  tester.transmit("00B2010C00");
  tester.hears(row.t1 ? "00C101FE3E" : "00B2010C00");
}

TEST_CASE("the guard time of TC1 is counted from 12 etu") {
  struct Row {
    std::string atr;
    int guard;
  };
  const Row row = GENERATE(values<Row>({
      {"3B 00", 0},
      {"3B 40 00", 0},
      {"3B 40 05", 5},
      {"3B 40 FE", 254},
      {"3B 40 FF", 0},
      {with_tck("80 01"), 0},
      {with_tck("C0 00 01"), 0},
      {with_tck("C0 05 01"), 5},
      {with_tck("C0 FE 01"), 254},
      {with_tck("C0 FF 01"), 0},
  }));
  INFO(row.atr);
  LinkTester tester;
  tester.activate(row.atr);
  REQUIRE(tester.outcome() == hex(bytes(row.atr)));
  CHECK(int{tester.link.settings().guard} == row.guard);
}

TEST_CASE("an abandoned reset leaves the contacts, and nothing to do") {
  LinkTester tester;
  tester.link.activate(tester.now);
  tester.reset();
  tester.link.abandon();
  CHECK(tester.link.contacts() == Contacts{true, true, true});
  CHECK_FALSE(tester.link.deadline());
  CHECK_FALSE(tester.link.outcome());
  tester.link.received(0x3B, true, tester.now);
  tester.link.tick(tester.now + 100'000);
  CHECK_FALSE(tester.link.outcome());
  tester.transmit("00A4040000");
  CHECK(tester.outcome() == kMute);
}

TEST_CASE("a reset ends the request before it") {
  LinkTester tester;
  tester.activate("3B00");
  tester.transmit("00A4040000");
  tester.hears("00A4");
  tester.link.activate(tester.now);
  CHECK_FALSE(tester.link.to_send());
  tester.reset();
  tester.says("3B00");
  CHECK(tester.outcome() == "3B00");
}

TEST_CASE("RST is low for 40,000 clock periods and more, whatever the clock") {
  for (const std::uint32_t clock_hz : {1'000'000U, 4'200'000U, 5'000'000U}) {
    CAPTURE(clock_hz);
    Link link({clock_hz, 372});
    link.activate(0);
    Millis clock_on = 0;
    while (!link.contacts().clk) {
      clock_on = *link.deadline();
      link.tick(clock_on);
    }
    CHECK_FALSE(link.contacts().rst);
    CHECK(*link.deadline() - clock_on > 40'000 / (clock_hz / 1000));
    link.tick(*link.deadline());
    CHECK(link.contacts().rst);
  }
}

TEST_CASE("at a warm reset, whose clock runs already, RST is low for a millisecond less") {
  LinkTester tester;
  tester.link.activate(tester.now);
  CHECK(tester.silence() == 10);
  CHECK(tester.silence() == 12);  // 40,000 periods of 4.2 MHz, one that has begun, one in which VCC rises
  tester.says("3B00");
  tester.link.warm_reset(tester.now);
  CHECK(tester.silence() == 11);
  CHECK(tester.link.contacts() == Contacts{true, true, true});
}
