// What firmware/boards/stm32l4/card.cpp does that its sibling of the STM32F4 does not: the USART repeats by
// itself, and its settings change while it is off.
#include <catch2/catch.hpp>

#include <algorithm>

#include "firmware/core/iso7816/exchange.hpp"
#include "firmware/generated/board.hpp"
#include "firmware/hal/card.hpp"
#include "firmware/hal/clock.hpp"
#include "tests/firmware/usart/bench.hpp"

namespace sesame::board::model {
namespace {

using Heard = L4Usart::Heard;

const std::map<std::string, std::string> kAnswers{{"00A40400", "9000"}, {"00B2010C04", "010203049000"}};
constexpr std::string_view kRead = "00B2010C04", kRecord = "010203049000";
constexpr std::string_view kT0 = "3B00", kInverseT0 = "3F00", kT1 = "3B808131FE458B",
                           kFastT1 = "3B90188131FE4583";

std::string wrong_parity() { return std::string(to_string(iso7816::LinkError::parity)); }

// Of two characters, from start bit to start bit.
double etus(const Bench& bench, const LineCard::Character& from, const LineCard::Character& to) {
  return static_cast<double>(to.start - from.start) / static_cast<double>(bench.etu());
}

TEST_CASE("a character that the card refuses goes out again by itself, 2.5 etu after the refusal") {
  for (const auto heard : {Heard::each, Heard::the_last, Heard::none}) {
    TableCard slot(kT0, kAnswers);
    Bench bench(slot, {.refuses = {1, 2, 3}}, {.refusals = heard});
    CHECK(bench.activate() == kT0);
    CHECK(bench.transmit(kRead) == kRecord);
    const auto sent = bench.characters(true);
    REQUIRE(sent.size() == 5 + 3);
    for (std::size_t i = 0; i < 4; ++i) {
      CHECK(sent[i].value == 0x00);
      CHECK(sent[i].taken == (i == 3));
    }
    for (std::size_t i = 0; i < 3; ++i) CHECK(etus(bench, sent[i], sent[i + 1]) == Approx(13.5).margin(0.2));
  }
}

TEST_CASE("a character that is refused four times is the end of the command, and goes out no more") {
  for (const auto heard : {Heard::each, Heard::the_last, Heard::none}) {
    TableCard slot(kT0, kAnswers);
    Bench bench(slot, {.refuses = {2, 3, 4, 5}}, {.refusals = heard});
    CHECK(bench.activate() == kT0);
    CHECK(bench.transmit(kRead) == wrong_parity());
    CHECK(bench.characters(true).size() == 1 + 4);
    // A reset forgets it.
    CHECK(bench.warm_reset() == kT0);
    CHECK(bench.transmit(kRead) == kRecord);
  }
}

TEST_CASE("a character that comes wrong is refused by the USART and comes again, without the program") {
  TableCard slot(kT0, kAnswers);
  Bench bench(slot, {.spoils = {4, 5, 6}});
  CHECK(bench.activate() == kT0);
  CHECK(bench.transmit(kRead) == kRecord);
  const auto came = bench.characters(false);
  REQUIRE(came.size() == 2 + 1 + 6 + 3);
  CHECK(std::count_if(came.begin(), came.end(), [](const auto& one) { return !one.taken; }) == 3);
}

TEST_CASE("a character that comes wrong four times is the end of the command, at once") {
  TableCard slot(kT0, kAnswers);
  Bench bench(slot, {.spoils = {4, 5, 6, 7}});
  CHECK(bench.activate() == kT0);
  const Time before = bench.chip.now();
  CHECK(bench.transmit(kRead) == wrong_parity());
  CHECK(bench.chip.now() - before < 200 * bench.etu());
  const auto came = bench.characters(false);
  CHECK(std::count_if(came.begin(), came.end(), [](const auto& one) { return !one.taken; }) == 3);
  CHECK(bench.warm_reset() == kT0);
  CHECK(bench.transmit(kRead) == kRecord);
}

TEST_CASE("at T=1 nothing is refused: a wrong character is a wrong block") {
  TableCard slot(kT1, kAnswers);
  Bench bench(slot, {.spoils = {9}});
  CHECK(bench.activate() == kT1);
  CHECK(bench.transmit(kRead) == kRecord);
  const auto came = bench.characters(false);
  CHECK(std::count_if(came.begin(), came.end(), [](const auto& one) { return !one.taken; }) == 0);
  CHECK(std::count_if(came.begin(), came.end(), [](const auto& one) { return !one.parity_ok; }) == 1);
}

TEST_CASE("an inverse card is understood from its second character on, however late the loop is") {
  for (const unsigned late : {0U, 300U, 500U, 700U, 1'000U, 20'000U}) {
    TableCard slot(kInverseT0, kAnswers);
    Bench bench(slot);
    bench.dawdle = late * kMicro;
    CAPTURE(late);
    CHECK(bench.activate() == kInverseT0);
    CHECK(bench.transmit(kRead) == kRecord);
    CHECK(bench.chip.overruns() == 0);
  }
}

TEST_CASE("an inverse card that nobody asks any more leaves nothing behind for the next") {
  TableCard slot(kInverseT0, kAnswers);
  Bench bench(slot);
  bench.run([&] {
    hal::card::set(iso7816::Contacts{.vcc = true, .clk = true, .rst = false});
    hal::clock::sleep();
    hal::card::set(iso7816::Contacts{.vcc = true, .clk = true, .rst = true});
    while (bench.characters(false).size() < 2) hal::clock::sleep();
    hal::card::set(iso7816::Contacts{});
  });
  TableCard other(kT0, kAnswers);
  LineCard direct(bench.chip.line(), other, kCardClockHz, {});
  bench.chip.remove();
  bench.chip.insert(direct);
  CHECK(bench.activate() == kT0);
  CHECK(bench.transmit(kRead) == kRecord);
  REQUIRE(direct.power.size() == 4);  // cold, and not once more
}

// TC1 absent, 5, and at T=1 255.
TEST_CASE("the guard time is what the card asks for, from start bit to start bit") {
  struct Row {
    std::string_view atr;
    double least;
  };
  for (const auto& [atr, least] :
       {Row{kT0, 12}, Row{"3B4005", 17}, Row{kT1, 12}, Row{"3BC0FF8131FE4534", 12}}) {
    CAPTURE(atr);
    TableCard slot(atr, kAnswers);
    Bench bench(slot);
    CHECK(bench.activate() == atr);
    CHECK(bench.transmit(kRead) == kRecord);
    const auto sent = bench.characters(true);
    double closest = 100;
    for (std::size_t i = 1; i < sent.size(); ++i)
      closest = std::min(closest, etus(bench, sent[i - 1], sent[i]));
    CHECK(closest >= least - 0.01);
    CHECK(closest < least + 2);
  }
}

TEST_CASE("after an inverse card a direct one is understood") {
  TableCard slot(kInverseT0, kAnswers);
  Bench bench(slot);
  CHECK(bench.activate() == kInverseT0);
  CHECK(bench.deactivate().empty());
  TableCard other(kT0, kAnswers);
  LineCard direct(bench.chip.line(), other, kCardClockHz, {});
  bench.chip.remove();
  bench.chip.insert(direct);
  CHECK(bench.activate() == kT0);
  CHECK(bench.transmit(kRead) == kRecord);
}

TEST_CASE("what changes the settings of the USART does not stop the card's clock") {
  for (const std::string_view atr : {kT0, kInverseT0, kT1, kFastT1}) {
    TableCard slot(atr, kAnswers);
    Bench bench(slot);
    CHECK(bench.activate() == atr);
    CHECK(bench.transmit(kRead) == kRecord);
    // VCC, CLK, RST: each comes once.
    REQUIRE(bench.card.power.size() == 4);
    CHECK_FALSE(bench.card.power[0].vcc);
    CHECK((bench.card.power[1].vcc && !bench.card.power[1].clk && !bench.card.power[1].rst));
    CHECK((bench.card.power[2].vcc && bench.card.power[2].clk && !bench.card.power[2].rst));
    CHECK((bench.card.power[3].vcc && bench.card.power[3].clk && bench.card.power[3].rst));
    CHECK(bench.chip.card_usart().card_hz() == kCardClockHz);
  }
}

TEST_CASE("a USART that does not come to an end ends the command, and not the reader") {
  for (const auto& [atr, outcome] :
       {std::pair{kT0, iso7816::LinkError::parity}, {kT1, iso7816::LinkError::mute}}) {
    CAPTURE(atr);
    TableCard slot(atr, kAnswers);
    Bench bench(slot);
    CHECK(bench.activate() == atr);
    bench.chip.port().jammed = true;
    const Time before = bench.chip.now();
    CHECK(bench.transmit(kRead) == to_string(outcome));
    CHECK(bench.chip.now() - before < 60 * kSecond);
    bench.chip.port().jammed = false;
    CHECK(bench.activate() == atr);
    CHECK(bench.transmit(kRead) == kRecord);
  }
}

TEST_CASE("a USART that hears nothing, of itself neither, ends the command, and not the reader") {
  for (const std::string_view atr : {kT0, kT1}) {
    CAPTURE(atr);
    TableCard slot(atr, kAnswers);
    Bench bench(slot);
    CHECK(bench.activate() == atr);
    bench.chip.port().deaf = true;
    CHECK(bench.transmit(kRead) == to_string(iso7816::LinkError::mute));
    CHECK_FALSE(hal::card::heard_itself());
    bench.chip.port().deaf = false;
    CHECK(bench.activate() == atr);
    CHECK(bench.transmit(kRead) == kRecord);
  }
}

}  // namespace
}  // namespace sesame::board::model
