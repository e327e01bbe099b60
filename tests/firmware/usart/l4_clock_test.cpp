// What firmware/boards/stm32l4/clock.cpp does that its sibling of the STM32F4 does not; on a board without a
// quartz, and on the same with one.
#include <catch2/catch.hpp>

#include "firmware/generated/board.hpp"
#include "firmware/hal/card.hpp"
#include "firmware/hal/clock.hpp"
#include "firmware/hal/keys.hpp"
#include "firmware/hal/panel.hpp"
#include "tests/firmware/usart/stm32l4.hpp"

namespace sesame::board::model {
namespace {

using Source = Stm32l4::Source;

constexpr Pin kWakingRow = kKeyRows[0], kWakingColumn = kKeyColumns[3], kSwitch = kCardDetect;

TEST_CASE("MSI, from which the chip starts, is off, and the flash waits as long as the speed wants") {
  Stm32l4 chip;
  REQUIRE(chip.run([] { hal::clock::init(); }) == Ending::returned);
  CHECK(chip.source() == Source::pll);
  CHECK(chip.wait_states() == 1);
  CHECK_FALSE(chip.msi_runs());
}

TEST_CASE("a dark board is in Stop 2, wakes at its full speed, and keeps its time from there on") {
  Stm32l4 chip;
  chip.wire(kSwitch, !kCardInHigh);
  REQUIRE(chip.run([] {
    hal::clock::init();
    hal::panel::init();
    hal::card::init();
    hal::keys::init();
  }) == Ending::returned);
  hal::clock::Millis before = 0, after = 0, later = 0;
  const Time pressed = chip.now() + 90 * kSecond;
  chip.at(pressed, [&] { chip.press(kWakingRow, kWakingColumn); });
  REQUIRE(chip.run([&] {
    before = hal::clock::now();
    hal::clock::stop();
    after = hal::clock::now();
  }) == Ending::returned);
  CHECK(chip.deep_sleeps() == 1);
  CHECK(chip.now() - pressed < (kQuartzHz == 0 ? kMilli : 30 * kMilli));
  CHECK(after - before < 30);
  CHECK(chip.woken_with() == Source::hsi);
  CHECK(chip.source() == Source::pll);
  CHECK(chip.from_quartz() == (kQuartzHz != 0));
  CHECK_FALSE(chip.msi_runs());
  const Time until = chip.now() + 500 * kMilli;
  REQUIRE(chip.run([&] {
    while (chip.now() < until) hal::clock::sleep();
    later = hal::clock::now();
  }) == Ending::returned);
  CHECK(static_cast<double>(later - after) == Approx(500).margin(1));
}

}  // namespace
}  // namespace sesame::board::model
