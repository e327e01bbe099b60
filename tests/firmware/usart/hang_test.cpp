// A reader that stops in the middle of a dialogue: the image's own loop (firmware/app) over the drivers over
// the model, with a hang at each step. The card loses its power, and the next run knows where.
#include <catch2/catch.hpp>

#include <string>

#include "firmware/app/shell.hpp"
#include "firmware/generated/board.hpp"
#include "firmware/generated/family.hpp"
#include "firmware/hal/card.hpp"
#include "firmware/hal/clock.hpp"
#include "firmware/hal/fatal.hpp"
#include "firmware/hal/keys.hpp"
#include "firmware/hal/panel.hpp"
#include "firmware/hal/watchdog.hpp"
#include "tests/firmware/core/dialogue.hpp"
#include "tests/firmware/core/profiles.hpp"
#include "tests/firmware/usart/bench.hpp"

namespace sesame::board::model {
namespace {

constexpr Time kMost = 100 * kMilli;

std::map<std::string, std::string> answers() {
  std::map<std::string, std::string> all;
  for (const auto& step : test::identify()) {
    test::ByteVector command = test::bytes(step.command);
    // At T=0 a command with data has no Le (host/card/iso7816/character_card.hpp).
    if (command.size() > 5 && command.size() == 6U + command[4]) command.pop_back();
    all[test::hex(command)] = test::hex(test::bytes(step.response));
  }
  return all;
}

// A code is asked for as a person does it, and the reader goes as far as it may.
struct Session {
  explicit Session(const std::function<void(TheChip&)>& before_it = {}, const TheChip::Made& made = {},
                   std::uint32_t card_hz = kCardClockHz)
      : chip(made), card(chip.line(), slot, card_hz, {}) {
    chip.insert(card);
    type(700, "F1");
    for (const auto& [at, key] : {std::pair(900, "1"), {1100, "2"}, {1300, "3"}, {1500, "4"}, {1700, "OK"}})
      type(at, key);
    if (before_it) before_it(chip);
    ending = chip.run([this] {
      hal::forget_fault();
      hal::clock::init();
      hal::panel::init();
      hal::card::init();
      hal::keys::init();
      app::Shell shell(test::kSesame, {kName, 1, {}, {}}, {kCardClockHz, kCardLeastClocksPerEtu});
      hal::watchdog::start();
      while (shell.reader().state() != State::code && chip.now() < 8 * kSecond) {
        if (!shell.turn()) shell.sleep();
        hal::watchdog::turned();
        turned_at = chip.now();
        if (shell.reader().state() == State::code)
          code = {shell.reader().code().begin(), shell.reader().code().end()};
      }
    });
  }

  // Down for 100 ms.
  void type(int at_ms, std::string_view name) {
    const std::vector<std::string_view> names{"0", "1", "2", "3", "4",  "5", "6",
                                              "7", "8", "9", ".", "OK", "C", "F1"};
    const auto wanted = static_cast<Key>(std::find(names.begin(), names.end(), name) - names.begin());
    for (std::size_t row = 0; row < 4; ++row) {
      for (std::size_t column = 0; column < 4; ++column) {
        if (kKeyLayout[row][column] != wanted) continue;
        const Pin r{kKeyRows[row].port, kKeyRows[row].number};
        const Pin c{kKeyColumns[column].port, kKeyColumns[column].number};
        const Time at = static_cast<Time>(at_ms) * kMilli;
        chip.at(at, [this, r, c] { chip.press(r, c); });
        chip.at(at + 100 * kMilli, [this] { chip.release(); });
      }
    }
  }

  TheChip chip;
  TableCard slot{"3B00", answers()};
  LineCard card;
  Ending ending = Ending::returned;
  Time turned_at = 0;
  std::string code;
};

// The moments at which something changes at the card: a contact, or a character that begins.
std::vector<Time> steps_of(const Session& session) {
  std::vector<Time> steps;
  for (const auto& power : session.card.power) steps.push_back(power.at);
  for (const auto& character : session.card.characters) steps.push_back(character.start);
  std::sort(steps.begin(), steps.end());
  return steps;
}

std::vector<Time> steps_of_a_code() {
  const Session whole;  // there is one chip at a time
  return steps_of(whole);
}

bool has_power(const LineCard& card) { return !card.power.empty() && card.power.back().vcc; }

void hang_at_every(std::size_t stride) {
  const std::vector<Time> steps = steps_of_a_code();
  for (std::size_t i = 1; i < steps.size(); i += stride) {
    CAPTURE(i, steps[i]);
    std::uint64_t hung_at = 0;
    Session session([&](TheChip& chip) { chip.at(steps[i], [&] { chip.hang_at(hung_at = chip.place()); }); });
    REQUIRE(session.ending == Ending::fatal);
    CHECK_FALSE(has_power(session.card));
    CHECK(session.chip.now() - steps[i] < kMost);
    const auto fault = hal::last_fault();
    REQUIRE(fault);
    CHECK(fault->cause == hal::FaultCause::hang);
    CHECK(fault->pc == hung_at);
  }
}

}  // namespace

TEST_CASE("a code on the model, as on a board") {
  const Session session;
  CHECK(session.ending == Ending::returned);
  CHECK(session.code == "42511495");
  CHECK(steps_of(session).size() > 200);
}

TEST_CASE(
    "at whatever step the loop hangs, the card loses its power in time, and the record names the place") {
  hang_at_every(9);
}

// A minute: by its name only.
TEST_CASE("at each step the loop hangs, as above", "[.each]") { hang_at_every(1); }

// Its millisecond, the card's clock and the watchdog come from the same one.
TEST_CASE(
    "without a PLL that locks all goes at the pace of the internal oscillator, and a hang ends as much "
    "later") {
  constexpr std::uint32_t kSlowHz = 16'000'000;
  constexpr auto kCardHz = static_cast<std::uint32_t>(std::uint64_t{kCardClockHz} * kSlowHz / kCoreHz);
  TheChip::Made made;
  made.pll_locks = false;
  std::vector<Time> steps;
  {
    const Session whole({}, made, kCardHz);
    REQUIRE(whole.code == "42511495");
    REQUIRE(whole.chip.core_hz() == kSlowHz);
    steps = steps_of(whole);
  }
  for (std::size_t i = 1; i < steps.size(); i += 40) {
    CAPTURE(i);
    for (const bool held : {false, true}) {
      CAPTURE(held);
      Session session([&](TheChip& chip) { chip.at(steps[i], [&] { chip.hang_at(chip.place(), held); }); },
                      made, kCardHz);
      CHECK(session.ending == (held ? Ending::reset : Ending::fatal));
      if (!held) CHECK_FALSE(has_power(session.card));
      CHECK(session.chip.now() - steps[i] < kMost * kCoreHz / kSlowHz);
    }
  }
}

TEST_CASE("a hang that holds all handlers off ends in a reset, which lets all pins go") {
  const std::vector<Time> steps = steps_of_a_code();
  for (std::size_t i = 1; i < steps.size(); i += 40) {
    CAPTURE(i);
    Session session([&](TheChip& chip) { chip.at(steps[i], [&] { chip.hang_at(chip.place(), true); }); });
    CHECK(session.ending == Ending::reset);
    CHECK(session.chip.now() - steps[i] < kMost);
    CHECK_FALSE(hal::last_fault());
  }
}

TEST_CASE("a handler that hangs is interrupted by the watchdog's, which takes the card's power") {
  for (const unsigned which : {1U, 20U, 200U}) {
    CAPTURE(which);
    Time hung = 0;
    Session session([&](TheChip& chip) {
      chip.hang_in_handler(kFirstInterrupt + usart_wiring(kCardUsart).interrupt, which,
                           [&] { hung = chip.now(); });
    });
    REQUIRE(session.ending == Ending::fatal);
    CHECK_FALSE(has_power(session.card));
    CHECK(session.chip.now() - hung < kMost);
    const auto fault = hal::last_fault();
    REQUIRE(fault);
    CHECK(fault->cause == hal::FaultCause::watchdog);
  }
}

TEST_CASE("a reader that sleeps, or stops, for long is not taken for one that hangs") {
  TheChip chip;
  chip.wire({kCardDetect.port, kCardDetect.number}, !kCardInHigh);
  chip.at(100 * kSecond, [&] { chip.wire({kCardDetect.port, kCardDetect.number}, kCardInHigh); });
  State state = State::off;
  CHECK(chip.run([&] {
    hal::clock::init();
    hal::panel::init();
    hal::card::init();
    hal::keys::init();
    app::Shell shell(test::kSesame, {kName, 1, {}, {}}, {kCardClockHz, kCardLeastClocksPerEtu});
    hal::watchdog::start();
    while (chip.now() < 101 * kSecond) {
      if (!shell.turn()) shell.sleep();
      hal::watchdog::turned();
    }
    state = shell.reader().state();
  }) == Ending::returned);
  CHECK(chip.deep_sleeps() > 0);
  CHECK(state != State::off);
}

}  // namespace sesame::board::model
