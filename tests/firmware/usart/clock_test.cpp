// The clock.cpp of each family: oscillators that start and that do not, and the one clock.
#include <catch2/catch.hpp>

#include "firmware/boards/stm32/clock.hpp"
#include "firmware/boards/stm32/delay.hpp"
#include "firmware/generated/board.hpp"
#include "firmware/hal/clock.hpp"
#include "tests/firmware/usart/the_chip.hpp"

namespace sesame::board::model {
namespace {

struct ClockStarted {
  explicit ClockStarted(const TheChip::Made& made = {}) : chip(made) {
    REQUIRE(chip.run([] { hal::clock::init(); }) == Ending::returned);
  }
  TheChip chip;
};

TEST_CASE("the core runs at its speed, from the quartz where there is one") {
  ClockStarted board;
  CHECK(board.chip.core_hz() == kCoreHz);
  CHECK(board.chip.core_hz() <= 42'000'000);  // the card's line needs no more
  CHECK(board.chip.from_quartz() == (kQuartzHz != 0));
}

TEST_CASE("without a quartz that starts it does so from the internal oscillator, a bounded time later") {
  TheChip::Made made;
  made.quartz_hz = std::nullopt;
  ClockStarted board(made);
  CHECK(board.chip.core_hz() == kCoreHz);
  CHECK_FALSE(board.chip.from_quartz());
  CHECK(board.chip.now() < 100 * kMilli);
}

TEST_CASE("it is said to run from the quartz where it does: at its speed, and with one that started") {
  const auto is_said = [](const TheChip::Made& made) {
    ClockStarted board(made);
    bool said = false;
    REQUIRE(board.chip.run([&] { said = run_from_quartz(); }) == Ending::returned);
    return said;
  };
  TheChip::Made without_quartz, unlocked;
  without_quartz.quartz_hz = std::nullopt;
  unlocked.pll_locks = false;
  CHECK(is_said({}) == (kQuartzHz != 0));
  CHECK_FALSE(is_said(without_quartz));
  CHECK_FALSE(is_said(unlocked));
}

TEST_CASE("a PLL that never locks leaves a core that goes on, slowly") {
  TheChip::Made made;
  made.pll_locks = false;
  TheChip chip(made);
  CHECK(chip.run([] { hal::clock::init(); }) == Ending::returned);
  CHECK(chip.core_hz() == 16'000'000);
  CHECK(chip.now() < 300 * kMilli);
  // Once more, as after a WFI that was no Stop mode: all that may not be written is as it was.
  CHECK(chip.run([] { start_clocks(); }) == Ending::returned);
  CHECK(chip.core_hz() == 16'000'000);
}

TEST_CASE("a millisecond is one") {
  ClockStarted board;
  const Time begin = board.chip.now();
  hal::clock::Millis first = 0, last = 0;
  REQUIRE(board.chip.run([&] {
    first = hal::clock::now();
    for (int i = 0; i < 1000; ++i) hal::clock::sleep();
    last = hal::clock::now();
  }) == Ending::returned);
  CHECK(last - first == 1000);
  CHECK(board.chip.now() - begin > 998 * kMilli);
  CHECK(board.chip.now() - begin < 1002 * kMilli);
}

TEST_CASE("a short wait is as long as it is asked, and ends where the timer stands still") {
  ClockStarted board;
  const auto waited = [&](std::uint32_t us) {
    const Time begin = board.chip.now();
    REQUIRE(board.chip.run([us] { wait_us(us); }) == Ending::returned);
    return board.chip.now() - begin;
  };
  for (const std::uint32_t us : {1U, 10U, 999U, 1000U, 5000U}) {
    CAPTURE(us);
    CHECK(waited(us) >= us * kMicro);
    CHECK(waited(us) <= us * kMicro + 20 * kMicro);
  }
  REQUIRE(board.chip.run([] { systick().ctrl = 0; }) == Ending::returned);
  CHECK(waited(100) < 10 * kMilli);
}

}  // namespace
}  // namespace sesame::board::model
