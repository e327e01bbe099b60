// What is made of what a bring-up image says.
#include "host/reader/panel/board_check.hpp"

#include <catch2/catch.hpp>

#include <map>

namespace sesame {
namespace {

using panel::Test;
using Values = std::vector<std::uint8_t>;

// A board without a mistake, and a card of three characters in it.
struct GoodBoard {
  std::map<Test, Values> says{
      {Test::chip, {0x13, 0x04, 0x07, 0x10, 1, 3, 0x00, 0x7A, 0x03, 0x0A}},
      {Test::fault, Values(15)},
      {Test::supply, {0xB8, 0x0B}},
      {Test::keys, {0, 0}},
      {Test::card_switch, {3}},
      {Test::echo, {1, 1}},
      {Test::answer, {0, 0x74, 0x01, 1, 0, 0, 0x3B, 1, 0x00, 1}},
      {Test::led, {1}},
      {Test::screen, {'A'}},
  };
  std::uint8_t held_low = 0, held_high = 0;  // contacts
  double clock = 1.0001;
  std::vector<std::uint8_t> steps;

  std::vector<Finding> check() {
    const auto ask = [this](Test test, std::uint8_t argument) -> Values {
      if (test != Test::contacts) return says.at(test);
      steps.push_back(argument);
      const unsigned pulled_up = (argument & panel::kVcc) != 0 ? panel::kIo : 0U;
      return {static_cast<std::uint8_t>(((argument | pulled_up) & ~unsigned{held_low}) | held_high)};
    };
    return check_board(ask, [this] { return clock; });
  }
  std::string failed() {
    std::string names;
    for (const Finding& finding : check()) {
      if (finding.verdict == Verdict::failed) names += (names.empty() ? "" : ", ") + finding.what;
    }
    return names;
  }
};

const Finding& find(const std::vector<Finding>& all, std::string_view what) {
  for (const Finding& finding : all) {
    if (finding.what == what) return finding;
  }
  FAIL("no finding " << what);
  return all.front();
}

}  // namespace

TEST_CASE("a good board passes, and what nothing on it can tell is to be measured") {
  GoodBoard board;
  const auto all = board.check();
  CHECK(board.failed().empty());
  CHECK(find(all, "chip").said == "STM32F405, F407 (413), revision 1007");
  CHECK(find(all, "reset").said == "the last one: reset pin");
  CHECK(find(all, "supply").said == "3000 mV");
  CHECK(find(all, "answer to reset").said == "3B00, T=0, F/D 372/1");
  for (const char* what : {"card switch", "LED", "display", "Stop current", "brown-out"}) {
    CHECK(find(all, what).verdict == Verdict::measure);
  }
  for (const Finding& finding : all) CHECK(finding.verdict != Verdict::not_here);
}

TEST_CASE("the card's contacts go on one by one, and off in the end") {
  GoodBoard board;
  static_cast<void>(board.check());
  CHECK(board.steps == std::vector<std::uint8_t>{0, 1, 5, 7, 0});
}

TEST_CASE("each fault of a board is found by its name, and no other") {
  GoodBoard board;
  struct Row {
    const char* failed;
    std::function<void(GoodBoard&)> spoil;
  };
  const auto row = GENERATE(values<Row>({
      {"chip", [](GoodBoard& b) { b.says[Test::chip][0] = 0x11; }},
      {"quartz", [](GoodBoard& b) { b.says[Test::chip][4] = 2; }},
      {"clock", [](GoodBoard& b) { b.clock = 1.009; }},
      {"last fault", [](GoodBoard& b) { b.says[Test::fault][0] = 1; }},
      {"supply",
       [](GoodBoard& b) {
         b.says[Test::supply] = {0x28, 0x0A};
       }},
      {"supply",
       [](GoodBoard& b) {
         b.says[Test::supply] = {0, 0};
       }},
      {"keys",
       [](GoodBoard& b) {
         b.says[Test::keys] = {0x20, 0};
       }},
      {"VCC, CLK, RST", [](GoodBoard& b) { b.held_low = panel::kIo; }},
      {"CLK, RST", [](GoodBoard& b) { b.held_low = panel::kClk; }},
      {"RST", [](GoodBoard& b) { b.held_low = panel::kRst; }},
      {"contacts off, VCC, CLK, contacts off again", [](GoodBoard& b) { b.held_high = panel::kRst; }},
      {"own echo",
       [](GoodBoard& b) {
         b.says[Test::echo] = {0, 1};
       }},
      {"answer to reset", [](GoodBoard& b) { b.says[Test::answer][0] = 2; }},
      {"characters", [](GoodBoard& b) { b.says[Test::answer][7] = 0; }},
      {"characters", [](GoodBoard& b) { b.says[Test::answer][9] = 3; }},
      {"supply", [](GoodBoard& b) { b.says[Test::supply] = {}; }},
  }));
  row.spoil(board);
  CAPTURE(row.failed);
  CHECK(board.failed() == row.failed);
}

TEST_CASE("a first character of inverse convention has a wrong parity, and no other may") {
  GoodBoard board;
  board.says[Test::answer] = {0, 0x74, 0x01, 1, 1, 0, 0x03, 0, 0xFF, 1};
  CHECK(board.failed().empty());
  board.says[Test::answer][9] = 0;
  CHECK(board.failed() == "characters");
}

TEST_CASE("without a card there is nothing wrong with its characters") {
  GoodBoard board;
  board.says[Test::answer] = {1, 0x74, 0x01, 1, 0, 0};
  CHECK(board.failed().empty());
  CHECK(find(board.check(), "answer to reset").verdict == Verdict::measure);
}

TEST_CASE("what an emulator says of its pins is neither good nor bad") {
  GoodBoard board;
  board.says[Test::chip] = {0, 0, 0, 0, 2, 0, 0, 0x7A, 0x03, 0x0A};
  board.held_low = panel::kVcc | panel::kRst | panel::kClk | panel::kIo;
  board.says[Test::echo] = {0, 1};
  board.says[Test::supply] = {0, 0};
  CHECK(board.failed().empty());
  CHECK(find(board.check(), "VCC").verdict == Verdict::not_here);
  CHECK(find(board.check(), "answer to reset").verdict == Verdict::passed);
}

TEST_CASE("with hands at it each key is seen, and the card in and out, and it ends then") {
  struct Row {
    int looks;  // a key a look; the card is in from the third on
    const char *keys, *card;
  };
  const auto row = GENERATE(values<Row>({
      {100, "each was seen", "both were seen"},
      {15, "never seen: row 4 column 4", "both were seen"},
      {2, "never seen: row 1 column 3, row 1 column 4, row 2 column 1", "only without a card was seen"},
  }));
  int look = 0;
  const auto ask = [&](Test test, std::uint8_t) -> Values {
    if (test == Test::card_switch) return {static_cast<std::uint8_t>(look >= 2 ? 3 : 0)};
    const unsigned contact = 1U << look % 16;
    return {static_cast<std::uint8_t>(contact & 0xFF), static_cast<std::uint8_t>(contact >> 8)};
  };
  const auto findings = watch_hands(ask, [&] { return ++look < row.looks; });
  CHECK(findings[0].said.starts_with(row.keys));
  CHECK(findings[1].said == row.card);
  CHECK((findings[0].verdict == Verdict::passed) == (row.looks == 100));
  CHECK((findings[1].verdict == Verdict::passed) == (row.looks != 2));
  CHECK(look <= 16);
}

}  // namespace sesame
