// firmware/boards/stm32/power.cpp: sleep, Stop mode, and what wakes from it.
#include <catch2/catch.hpp>

#include "firmware/boards/stm32/clock.hpp"
#include "firmware/boards/stm32/pin.hpp"
#include "firmware/generated/board.hpp"
#include "firmware/generated/family.hpp"
#include "firmware/hal/card.hpp"
#include "firmware/hal/clock.hpp"
#include "firmware/hal/keys.hpp"
#include "firmware/hal/panel.hpp"
#include "tests/firmware/usart/the_chip.hpp"

namespace sesame::board::model {
namespace {

constexpr Pin kRow = kKeyRows[1], kColumn = kKeyColumns[2], kDetect = kCardDetect, kStrap = kPanelStrap;

struct Started {
  explicit Started(bool panel_on = false) {
    chip.wire(kStrap, panel_on ? std::optional(false) : std::nullopt);
    chip.wire(kDetect, !kCardInHigh);
    REQUIRE(chip.run([] {
      hal::clock::init();
      hal::panel::init();
      hal::card::init();
      hal::keys::init();
      hal::card::present();
    }) == Ending::returned);
  }
  // The low-power stop, until it has come back.
  Time stop() {
    const Time begin = chip.now();
    CHECK(chip.run([] { hal::clock::stop(); }) == Ending::returned);
    return chip.now() - begin;
  }
  TheChip chip;
};

TEST_CASE("a sleep ends with the next millisecond") {
  Started board;
  const Time begin = board.chip.now();
  for (int i = 0; i < 3; ++i) REQUIRE(board.chip.run([] { hal::clock::sleep(); }) == Ending::returned);
  CHECK(board.chip.now() - begin <= 3 * kMilli);
  CHECK(board.chip.now() - begin >= 1 * kMilli);
  CHECK(board.chip.deep_sleeps() == 0);
}

TEST_CASE("a key wakes the board from Stop, and it runs as fast as before") {
  Started board;
  board.chip.at(board.chip.now() + 5 * kSecond, [&] { board.chip.press(kRow, kColumn); });
  CHECK(board.stop() >= 5 * kSecond);
  CHECK(board.chip.deep_sleeps() == 1);
  CHECK(board.chip.core_hz() == kCoreHz);
  // Its press is there for the loop.
  std::optional<Event> event;
  REQUIRE(board.chip.run([&] {
    for (int i = 0; i < 50 && !event; ++i) {
      event = hal::keys::poll(hal::clock::now());
      hal::clock::sleep();
    }
  }) == Ending::returned);
  CHECK(event.has_value());
}

TEST_CASE("a card that comes or goes wakes the board") {
  Started board;
  board.chip.at(board.chip.now() + kSecond, [&] { board.chip.wire(kDetect, kCardInHigh); });
  CHECK(board.stop() >= kSecond);
  REQUIRE(board.chip.run([&] {
    for (int i = 0; i < 50; ++i) {
      hal::card::present();
      hal::clock::sleep();
    }
    CHECK(hal::card::present());
  }) == Ending::returned);
  board.chip.at(board.chip.now() + kSecond, [&] { board.chip.wire(kDetect, !kCardInHigh); });
  CHECK(board.stop() >= kSecond);
  CHECK(board.chip.deep_sleeps() == 2);
}

TEST_CASE("what moved before the stop is not slept over") {
  Started board;
  board.chip.press(kRow, kColumn);
  CHECK(board.stop() <= kMilli);
  board.chip.release();
  board.chip.wire(kDetect, kCardInHigh);
  CHECK(board.stop() <= kMilli);
  CHECK(board.chip.deep_sleeps() == 0);
}

TEST_CASE("with the panel link on there is no Stop") {
  Started board(true);
  CHECK(board.stop() <= kMilli);
  CHECK(board.chip.deep_sleeps() == 0);
}

TEST_CASE("a hundred stops, each ended by a key") {
  Started board;
  for (int i = 0; i < 100; ++i) {
    board.chip.at(board.chip.now() + 20 * kMilli, [&] { board.chip.press(kRow, kColumn); });
    REQUIRE(board.stop() >= 20 * kMilli);
    board.chip.release();
    REQUIRE(board.chip.deep_sleeps() == static_cast<unsigned>(i + 1));
  }
}

TEST_CASE("what the keys did while the board was awake neither keeps it awake nor ends it") {
  Started board;
  board.chip.at(board.chip.now() + 20 * kMilli, [&] { board.chip.press(kRow, kColumn); });
  REQUIRE(board.stop() >= 20 * kMilli);
  for (int i = 0; i < 3; ++i) {
    board.chip.release();
    board.chip.press(kRow, kColumn);
    REQUIRE(board.chip.run([] {
      for (int turn = 0; turn < 30; ++turn) {
        hal::keys::poll(hal::clock::now());
        hal::clock::sleep();
      }
    }) == Ending::returned);
  }
  board.chip.release();
  board.chip.at(board.chip.now() + 50 * kMilli, [&] { board.chip.press(kRow, kColumn); });
  CHECK(board.stop() >= 50 * kMilli);
  CHECK(board.chip.deep_sleeps() == 2);
}

TEST_CASE("an edge that comes as the board goes to sleep, and one as it wakes, are not its end") {
  // At each of the accesses that arm and disarm the lines, a key bounces.
  for (std::uint64_t access = 0; access < 60; ++access) {
    CAPTURE(access);
    Started board;
    board.chip.at_access(access, [&] {
      board.chip.press(kRow, kColumn);
      board.chip.release();
    });
    board.chip.at(board.chip.now() + 50 * kMilli, [&] { board.chip.press(kRow, kColumn); });
    board.stop();
    board.chip.release();
    REQUIRE(board.chip.run([] { hal::clock::sleep(); }) == Ending::returned);
  }
}

TEST_CASE("a pin that nothing uses is analog, and the debug port is what it was") {
  TheChip chip;
  REQUIRE(chip.run([] {
    rest_pins();
    hal::card::init();
  }) == Ending::returned);
  CHECK(chip.mode({0, 13}) == TheChip::Mode::alternate);
  CHECK(chip.mode({0, 14}) == TheChip::Mode::alternate);
  CHECK(chip.mode({0, 0}) == TheChip::Mode::analog);
  CHECK(chip.mode({kLastPort, 1}) == TheChip::Mode::analog);
  CHECK(chip.mode({1, 3}) == TheChip::Mode::analog);
  CHECK(chip.mode(kCardRst) == TheChip::Mode::output);
  CHECK(chip.mode(kCardDetect) == TheChip::Mode::input);
}

}  // namespace
}  // namespace sesame::board::model
