// What is the STM32F4's alone: an emulator of it, a flag that falls late, and its first revision.
#include <catch2/catch.hpp>

#include "firmware/hal/clock.hpp"
#include "firmware/hal/watchdog.hpp"
#include "tests/firmware/usart/bench.hpp"

namespace sesame::board::model {
namespace {

constexpr std::string_view kT0 = "3B00";
const std::map<std::string, std::string> kAnswers{{"00A40400", "9000"}, {"00B2010C04", "010203049000"}};

TEST_CASE("an emulated USART, which is done at once and hears nothing of itself, does as well") {
  TableCard slot(kT0, kAnswers);
  Stm32f4::Made emulated;
  emulated.emulated = true;
  Bench bench(slot, {}, emulated);
  CHECK(bench.activate() == kT0);
  CHECK(bench.transmit("00B2010C04") == "010203049000");
}

// A character of the slow card, which says so in its TA1 and TA2, takes longer than an echo may be late.
TEST_CASE("what the reader sends is out when it is out, however late the chip lowers its flag") {
  constexpr std::string_view kSlow = "3B90511000";
  for (const std::string_view atr : {kT0, kSlow}) {
    CAPTURE(atr);
    TableCard slot(atr, kAnswers);
    Stm32f4::Made late;
    late.complete_stays_us = 4;  // TC of the character before
    Bench bench(slot, {{1, 2}, {}}, late);
    REQUIRE(bench.activate() == atr);
    CHECK(bench.transmit("00A40400") == "9000");
    CHECK(bench.characters(true).size() == 7);
  }
}

TEST_CASE("the flash is read ahead, but on the first revision, which cannot") {
  Stm32f4::Made revision_a;
  revision_a.idcode = 0x1000'6411;  // its errata: the device is that of an STM32F2
  for (const auto& made : {revision_a, Stm32f4::Made{}}) {
    Stm32f4 chip(made);
    REQUIRE(chip.run([] { hal::clock::init(); }) == Ending::returned);
    CHECK(chip.prefetches() == (made.idcode != revision_a.idcode));
  }
}

TEST_CASE("an emulator, whose time is not its processor's, has no watchdog") {
  Stm32f4::Made emulated;
  emulated.emulated = true;
  Stm32f4 chip(emulated);
  CHECK(chip.run([&] {
    hal::clock::init();
    hal::watchdog::start();
    chip.pass(kSecond);
  }) == Ending::returned);
}

}  // namespace
}  // namespace sesame::board::model
