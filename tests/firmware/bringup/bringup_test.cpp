// The bring-up image on a whole board: its answers, as the host judges them.
#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

#include "firmware/bringup/link.hpp"
#include "firmware/bringup/pages.hpp"
#include "firmware/bringup/test_bench.hpp"
#include "host/reader/panel/board_check.hpp"
#include "tests/firmware/app/board.hpp"
#include "tests/firmware/core/hex.hpp"

namespace sesame::bringup {
namespace {

using app::test::Board;
using panel::Type;
using sesame::test::bytes;

class Card final : public CardSlot {
 public:
  SlotStatus carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) override {
    if (request.is_command() || !in) return SlotStatus::mute;
    return answer.assign(bytes("3B6500005345534D01")) ? SlotStatus::ok : SlotStatus::garbled;
  }
  bool in = true;
};

struct Station {
  Station() { board.supply = 3'000; }

  std::vector<std::uint8_t> ask(panel::Test test, std::uint8_t argument) {
    board.say(Type::test, {static_cast<std::uint8_t>(test), argument}, ++sequence);
    return answer();
  }
  // What the last test said, once it is acknowledged.
  std::vector<std::uint8_t> answer() {
    board.heard.clear();
    if (const auto done = link.poll(pages.screen())) pages.show(done->test, done->result);
    std::vector<std::uint8_t> result;
    for (const Board::Frame& frame : board.heard) {
      if (frame.type == Type::result) result.assign(frame.body.begin() + 1, frame.body.end());
    }
    REQUIRE(board.heard.back().type == Type::acknowledge);
    return result;
  }
  std::vector<Finding> check() {
    return check_board([this](panel::Test test, std::uint8_t argument) { return ask(test, argument); },
                       [] { return 1.0; });
  }
  std::string row(std::size_t number) const {
    std::string text;
    for (const char16_t cell : pages.screen().row(number)) text += static_cast<char>(cell);
    return text.erase(text.find_last_not_of(' ') + 1);
  }

  Card card;
  Board board{card};
  Bench bench{Board::kInterface};
  Pages pages{bench, "a-board"};
  Link link{bench, {"a-board", "1.2.3", "abc"}};
  std::uint8_t sequence = 0;
};

std::string all(const std::vector<Finding>& findings, Verdict verdict) {
  std::string names;
  for (const Finding& finding : findings) {
    if (finding.verdict == verdict) names += (names.empty() ? "" : ", ") + finding.what;
  }
  return names;
}

}  // namespace

TEST_CASE("a whole board with a card in it passes all that a program can tell") {
  Station station;
  const auto findings = station.check();
  CHECK(all(findings, Verdict::failed).empty());
  CHECK(all(findings, Verdict::not_here).empty());
  CHECK(all(findings, Verdict::passed) ==
        "chip, quartz, reset, clock, last fault, supply, keys, contacts off, VCC, CLK, RST, contacts off "
        "again, "
        "own echo, answer to reset, characters");
  const auto answer = std::find_if(findings.begin(), findings.end(),
                                   [](const Finding& finding) { return finding.what == "answer to reset"; });
  CHECK(answer->said == "3B6500005345534D01, T=0, F/D 372/1");
  CHECK(station.board.contacts == iso7816::Contacts{});
}

TEST_CASE("a board without a card is whole, and its answer is left to be measured") {
  Station station;
  station.card.in = false;
  const auto findings = station.check();
  CHECK(all(findings, Verdict::failed).empty());
  CHECK_THAT(all(findings, Verdict::measure), Catch::Matchers::Contains("answer to reset"));
}

TEST_CASE("what the board finds of itself reaches the table") {
  Station station;
  SECTION("a key that is down") {
    station.board.closed_keys = 0x20;
    CHECK(all(station.check(), Verdict::failed) == "keys");
  }
  SECTION("a fault of the run before") {
    station.board.last_fault = hal::Fault{hal::FaultCause::exception, 3, 0x08001234, 0x08000101, 0x8200};
    const auto findings = station.check();
    CHECK(all(findings, Verdict::failed) == "last fault");
    CHECK_THAT(findings[4].said, Catch::Matchers::Contains("PC 08001234, LR 08000101, CFSR 00008200"));
  }
  SECTION("a supply that is too low") {
    station.board.supply = 2'500;
    CHECK(all(station.check(), Verdict::failed) == "supply");
  }
  SECTION("a line on which nothing is heard") {
    station.board.echoes = false;
    CHECK(all(station.check(), Verdict::failed) == "own echo");
  }
}

TEST_CASE("a test that comes again is answered again, and not done twice") {
  Station station;
  CHECK(station.ask(panel::Test::led, 1) == std::vector<std::uint8_t>{1});
  CHECK(station.board.led);
  station.board.led = false;
  station.board.say(Type::test, {static_cast<std::uint8_t>(panel::Test::led), 1}, station.sequence);
  CHECK(station.answer() == std::vector<std::uint8_t>{1});
  CHECK_FALSE(station.board.led);
}

TEST_CASE("the display says which test was done, and what came of it") {
  Station station;
  CHECK(station.row(0) == "Bring-up");
  CHECK(station.row(1) == "a-board");
  station.ask(panel::Test::supply, 0);
  CHECK(station.row(0) == "supply");
  CHECK(station.row(1) == "B80B");
  station.ask(panel::Test::screen, 'A');
  CHECK(station.row(0) == "ABCDEFGHIJKLMNOP");
  CHECK(station.row(1) == "QRSTUVWXYZ[\\]^_`");
}

TEST_CASE("without a host the display goes through what the board knows, and shows keys as they go down") {
  Station station;
  Millis now = 0;
  std::string pages;
  for (int i = 0; i < 4; ++i, now += 2'000) {
    station.pages.go_on(now);
    pages += station.row(0) + "|";
  }
  CHECK(pages == "card in   keys|Bring-up|chip|fault|");
  station.board.closed_keys = 0x8001;
  station.pages.go_on(now - 1'500);
  CHECK(station.row(1) == "8001");
}

}  // namespace sesame::bringup
