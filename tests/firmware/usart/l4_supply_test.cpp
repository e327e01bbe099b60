// firmware/boards/stm32l4/supply.cpp: VREFINT on a converter that behaves, and on one that does not.
#include <catch2/catch.hpp>

#include "firmware/hal/clock.hpp"
#include "firmware/hal/supply.hpp"
#include "tests/firmware/usart/stm32l4.hpp"

namespace sesame::board::model {
namespace {

std::uint16_t measured(const Stm32l4::Made& made) {
  Stm32l4 chip(made);
  std::uint16_t millivolts = 1;
  REQUIRE(chip.run([&] {
    hal::clock::init();
    millivolts = hal::supply::millivolts();
  }) == Ending::returned);
  return millivolts;
}

TEST_CASE("the supply is measured against the chip's own reference") {
  Stm32l4::Made made;
  CHECK(measured(made) == 3'000);
  made.millivolts = 2'500;
  CHECK(measured(made) == 2'500);
}

TEST_CASE("a converter that does not do its part measures nothing, and nobody waits for it for long") {
  Stm32l4::Made made;
  SECTION("it is not calibrated") { made.calibrates = false; }
  SECTION("it does not start") { made.starts = false; }
  SECTION("it does not end") { made.converts = false; }
  CHECK(measured(made) == 0);
}

}  // namespace
}  // namespace sesame::board::model
