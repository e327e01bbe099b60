// Resets, answers to reset and PPS, from the card's side.
#include <catch2/catch.hpp>

#include "tests/host/contacts/script.hpp"

namespace sesame::card::iso7816 {

using namespace test;
using Catch::Matchers::Contains;

namespace {

constexpr const char* kBoth = "3B F0 18 00 00 80 01 69";  // TA1 18, T=0 first, T=1 too
constexpr const char* kSpecific = "3B 90 95 10 00";       // TA2: T=0, the rate of TA1

}  // namespace

TEST_CASE("a card answers a cold reset, and then warm ones, as long as it has power") {
  Script script(kT0);
  script.apdus.warm_atr("3B021234");
  CHECK(script.power_up() == "3B00");
  CHECK(script.warm_reset() == "3B021234");
  CHECK(script.warm_reset() == "3B021234");
  CHECK(script.apdus.cold_resets == 1);
  CHECK(script.power_up() == "3B00");
  CHECK(script.apdus.cold_resets == 2);
  CHECK(script.apdus.warm_resets == 2);
}

TEST_CASE("the answer begins 400 to 40 000 clock periods after RST, a character every 12 etu at least") {
  Script script(kBoth);
  script.power_up();
  REQUIRE(script.moments.size() == 8);
  const Micros first_edge = script.moments[0] - script.spoke - 10 * 88;
  CHECK(first_edge > 400 * 1'000'000ULL / 4'200'000);
  CHECK(first_edge < 40'000 * 1'000'000ULL / 4'200'000);
  for (std::size_t i = 1; i < script.moments.size(); ++i) {
    CHECK(script.moments[i] - script.moments[i - 1] >= 12 * 372 * 1'000'000ULL / 4'200'000);
  }
}

TEST_CASE("a card without RST, without clock or without power says nothing") {
  Script script(kT0);
  script.card.contacts(true, true, false, script.now);
  CHECK(script.hear().empty());
  script.card.contacts(true, false, true, script.now);
  CHECK(script.hear().empty());
  script.card.contacts(false, true, true, script.now);
  CHECK(script.hear().empty());
  CHECK(script.say("00A40400").empty());
  CHECK(script.apdus.cold_resets == 0);
}

TEST_CASE("a reset in the middle of anything begins anew") {
  Script script(kT0);
  script.power_up();
  script.say("00B2010C");
  CHECK(script.warm_reset() == "3B00");
  CHECK(script.say("00B2010C00") == "6D00");
  CHECK(script.apdus.asked() == std::vector<std::string>{"00B2010C00"});
}

TEST_CASE("a card of inverse convention says 3F as a direct reader sees it: 03 with a wrong parity") {
  Script script("3F00");
  // Bits reversed and inverted: 00 is FF, SW 6D00 is 49 FF.
  CHECK(script.power_up() == "03!FF");
  CHECK(script.say("FF B2 7F CF FF") == "49FF");
  CHECK(script.apdus.asked() == std::vector<std::string>{"00B2010C00"});
}

TEST_CASE("what is no answer to reset becomes 3B 00") {
  for (const char* atr : {"3B 65 00", "00", "3B 82 01 81", "3F 80 01 82", "3B 80 05 85"}) {
    Script script(atr);
    INFO(atr);
    CHECK(script.power_up() == "3B00");
    CHECK(script.say("00B2010C00") == "6D00");
  }
}

TEST_CASE("a mute card is mute") {
  Script script("");
  CHECK(script.power_up().empty());
  CHECK(script.say("00B2010C00").empty());
}

TEST_CASE("a PPS request is answered where it can be") {
  struct Row {
    const char *atr, *request, *answer;
    Rate after;
  };
  const Row rows[] = {
      {kBoth, "FF 10 18 F7", "FF1018F7", {372, 12}},        // what TA1 offers
      {kBoth, "FF 11 18 F6", "FF1118F6", {372, 12}},        // T=1
      {kBoth, "FF 10 11 FE", "FF1011FE", {372, 1}},         // the default
      {kBoth, "FF 00 FF", "FF00FF", {372, 1}},              // no PPS1
      {kBoth, "FF 10 95 7A", "FF00FF", {372, 1}},           // not offered: left out
      {kBoth, "FF 70 18 01 02 94", "FF1018F7", {372, 12}},  // PPS2 and PPS3 are left out
      {kT1, "FF 01 FE", "FF01FE", {372, 1}},
      {kBoth, "FF 10 18 F6", "", {372, 1}},  // wrong PCK
      {kBoth, "FF 02 FD", "", {372, 1}},     // T=2
      {kT1, "FF 00 FF", "", {372, 1}},       // not offered
  };
  for (const Row& row : rows) {
    Script script(row.atr);
    INFO(row.atr << " asked " << row.request);
    script.power_up();
    CHECK(script.say(row.request) == row.answer);
    CHECK(script.card.rate() == row.after);
  }
}

TEST_CASE("after a PPS the card talks the protocol that was agreed on; after a wrong one it is silent") {
  Script script(kBoth);
  script.power_up();
  script.say("FF 11 18 F6");
  CHECK(script.say(block("00000500B2010C00")) == block("0000026D00"));
  script.power_up();
  CHECK(script.card.rate() == Rate{});
  CHECK(script.say("00B2010C00") == "6D00");
  script.power_up();
  script.say("FF 10 18 00");
  CHECK(script.say("00B2010C00").empty());
  script.power_up();
  CHECK(script.say("00B2010C00") == "6D00");
}

TEST_CASE("a card in specific mode has its rate at once, and knows no PPS") {
  Script script(kSpecific);
  script.power_up();
  CHECK(script.card.rate() == Rate{512, 16});
  CHECK(script.say("FF 10 95 7A 00") == "6D00");
}

TEST_CASE("a character that the reader signals comes again, four times") {
  Script script(kT0);
  script.card.contacts(true, true, true, script.now);
  for (int i = 0; i < 4; ++i) {
    REQUIRE(script.card.next()->character == 0x3B);
    script.card.sent(false, script.now += 2'000);
  }
  CHECK(script.hear() == "3B00");
  script.warm_reset();
  script.card.contacts(true, true, false, script.now);
  script.card.contacts(true, true, true, script.now);
  for (int i = 0; i < 5; ++i) script.card.sent(false, script.now += 2'000);
  CHECK(script.hear().empty());
}

}  // namespace sesame::card::iso7816
