// The bring-up image's tests by the drivers of firmware/boards/stm32f4, on a model of the chip.
#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

#include "firmware/bringup/test_bench.hpp"
#include "firmware/generated/board.hpp"
#include "firmware/hal/keys.hpp"
#include "firmware/hal/watchdog.hpp"
#include "host/reader/panel/board_check.hpp"
#include "tests/firmware/usart/bench.hpp"

namespace sesame::board::model {
namespace {

struct Station {
  explicit Station(const Stm32f4::Made& made = {}) : bench(slot, {}, made) {
    bench.run([] { hal::keys::init(); });
  }
  std::vector<Finding> check() {
    return check_board(
        [this](panel::Test test, std::uint8_t argument) {
          std::vector<std::uint8_t> values;
          bench.run([&] {
            const bringup::Result result = board.run(static_cast<std::uint8_t>(test), argument);
            values.assign(result.begin(), result.end());
          });
          return values;
        },
        [] { return 1.0; });
  }

  TableCard slot{"3B6500005345534D01"};
  Bench bench;
  bringup::Bench board{{kCardClockHz, kCardLeastClocksPerEtu}};
};

std::string all(const std::vector<Finding>& findings, Verdict verdict) {
  std::string names;
  for (const Finding& finding : findings) {
    if (finding.verdict == verdict) names += (names.empty() ? "" : ", ") + finding.what;
  }
  return names;
}
std::string said(const std::vector<Finding>& findings, std::string_view what) {
  const auto found = std::find_if(findings.begin(), findings.end(),
                                  [&](const Finding& finding) { return finding.what == what; });
  return found == findings.end() ? "" : found->said;
}

TEST_CASE("the drivers of a board pass its bring-up") {
  Station station;
  const auto findings = station.check();
  CHECK(all(findings, Verdict::failed).empty());
  CHECK(all(findings, Verdict::not_here).empty());
  CHECK(all(findings, Verdict::passed) ==
        "chip, quartz, reset, clock, last fault, supply, keys, contacts off, VCC, CLK, RST, contacts off "
        "again, "
        "own echo, answer to reset, characters");
  CHECK(said(findings, "chip") == "STM32F405, F407 (413), revision 1007");
  CHECK(said(findings, "supply") == "3000 mV");
  CHECK(said(findings, "answer to reset") == "3B6500005345534D01, T=0, F/D 372/1");
  CHECK(said(findings, "characters") == "9, each with the right parity, none lost");
}

TEST_CASE("what is wrong with a board is found") {
  SECTION("a quartz that does not start") {
    Stm32f4::Made made;
    made.quartz_hz.reset();
    CHECK(all(Station(made).check(), Verdict::failed) == "quartz");
  }
  SECTION("a supply that is too low") {
    Stm32f4::Made made;
    made.millivolts = 2'500;
    CHECK(said(Station(made).check(), "supply").starts_with("2500 mV"));
  }
  SECTION("a converter that does not end") {
    Stm32f4::Made made;
    made.converts = false;
    CHECK(all(Station(made).check(), Verdict::failed) == "supply");
  }
  SECTION("a key that is down") {
    Station station;
    station.bench.chip.press({kKeyRows[1].port, kKeyRows[1].number},
                             {kKeyColumns[2].port, kKeyColumns[2].number});
    CHECK(said(station.check(), "keys").starts_with("row 2 column 3 closed"));
  }
}

TEST_CASE("no test takes so long that the watchdog ends it, and one that hangs takes the card's power") {
  Station station;
  Stm32f4& chip = station.bench.chip;
  station.bench.run([] { hal::watchdog::start(); });
  CHECK(all(station.check(), Verdict::failed).empty());
  const Time begin = chip.now();
  chip.at(begin + 2 * kMilli, [&] { chip.hang_at(chip.place()); });
  CHECK(chip.run([&] { station.board.run(static_cast<std::uint8_t>(panel::Test::contacts), panel::kVcc); }) ==
        Ending::fatal);
  CHECK(chip.now() - begin < 100 * kMilli);
  REQUIRE(station.bench.card.power.size() >= 2);
  CHECK((station.bench.card.power.end() - 2)->vcc);
  CHECK_FALSE(station.bench.card.power.back().vcc);
}

TEST_CASE("an emulator says what it is") {
  Stm32f4::Made made;
  made.emulated = true;
  const auto findings = Station(made).check();
  CHECK(all(findings, Verdict::failed).empty());
  CHECK(said(findings, "own echo") == "an emulator's USART has no smartcard mode");
}

}  // namespace
}  // namespace sesame::board::model
