// What a board says of its supply.
#include <catch2/catch.hpp>

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "tests/firmware/app/board.hpp"
#include "tests/firmware/core/profiles.hpp"

namespace sesame::app {
namespace {

using namespace sesame::test;
using test::Board;
using test::Micros;
using test::NoCard;

// A reader that a key wakes at 1 s; another is pressed at `next`, if ever.
struct Woken {
  Woken(std::uint16_t supply, std::optional<Micros> next = {}) {
    board.strapped = false;
    board.supply = supply;
    board.keys.push_back({1'000'000, Event::press(Key::ok)});
    if (next) board.keys.push_back({*next, Event::press(Key::d5)});
    static constexpr std::string_view kWords[] = {"Pile\nfaible", "Low battery"};
    shell.emplace(kSesame, Image{"a board", 1, "1", "2", kWords}, Board::kInterface);
  }
  // The first row at that moment, as far as its blanks at the end.
  std::string row_at(Micros moment) {
    while (board.now() < moment) {
      if (!shell->turn()) board.turn(*shell);
    }
    std::string row;
    if (!board.displayed.lit) return row;
    for (const char16_t cell : board.displayed.row(0)) row += static_cast<char>(cell);
    return row.erase(row.find_last_not_of(' ') + 1);
  }

  NoCard card;
  Board board{card};
  std::optional<Shell> shell;
};

}  // namespace

TEST_CASE("a reader that wakes with a low battery says so for two seconds, in its language") {
  const std::string usual = Woken(3'000).row_at(3'100'000);  // one board at a time
  Woken reader(2'700);
  CHECK(reader.row_at(900'000).empty());
  CHECK(reader.row_at(1'100'000) == "Pile");
  CHECK(reader.row_at(2'900'000) == "Pile");
  CHECK(reader.row_at(3'100'000) == usual);
  CHECK_FALSE(usual.empty());
}

TEST_CASE("a key ends it") {
  const std::string usual = Woken(3'000).row_at(1'600'000);
  Woken reader(2'700, 1'500'000);
  CHECK(reader.row_at(1'400'000) == "Pile");
  CHECK(reader.row_at(1'600'000) == usual);
}

TEST_CASE("a supply that is high enough, or that nothing measures, is nothing to say") {
  for (const std::uint16_t supply : std::initializer_list<std::uint16_t>{2'800, 3'300, 0}) {
    CAPTURE(supply);
    Woken reader(supply);
    CHECK(reader.row_at(1'100'000) != "Pile");
    CHECK_FALSE(reader.row_at(1'100'000).empty());
  }
}

}  // namespace sesame::app
