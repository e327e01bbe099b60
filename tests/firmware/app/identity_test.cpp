// What a board says of itself to who holds C while it starts.
#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <vector>

#include "host/card/virtual_card.hpp"
#include "tests/firmware/app/board.hpp"
#include "tests/firmware/core/profiles.hpp"

namespace sesame::app {
namespace {

using namespace sesame::test;
using test::Board;
using test::Micros;
using test::NoCard;

constexpr Micros kMilli = 1'000, kSecond = 1'000'000;

struct Start {
  explicit Start(std::vector<std::pair<Micros, Event>> done) {
    board.strapped = false;
    board.keys.assign(done.begin(), done.end());
    const Image image{"a-board-with-a-long-name", 0x0102ABCD, "1.2.3", "0123456789ab+"};
    shell.emplace(kSesame, image, Board::kInterface);
  }

  // Of what is shown at that moment, the blanks at the ends of rows left out; "" while it is dark.
  std::string shown_at(Micros moment) {
    while (board.now() < moment) turn();
    std::string text;
    for (std::size_t row = 0; row < board.displayed.rows && board.displayed.lit; ++row) {
      std::string line;
      for (const char16_t cell : board.displayed.row(row)) line += static_cast<char>(cell);
      line.erase(line.find_last_not_of(' ') + 1);
      text += (row == 0 ? "" : "|") + line;
    }
    return text;
  }
  void turn() {
    if (!shell->turn()) {
      board.stopped = false;
      shell->sleep();
      board.turn(*shell);
    }
  }

  NoCard card;
  Board board{card};
  std::optional<Shell> shell;
};

std::pair<Micros, Event> press(Micros at, Key key) { return {at, Event::press(key)}; }

}  // namespace

TEST_CASE("C held at power-on shows version, revision, reader, profile and board, a page at each key") {
  Start start({press(30 * kMilli, Key::clear),
               {1 * kSecond, Event::hold(Key::clear)},
               press(2 * kSecond, Key::d5),
               press(3 * kSecond, Key::ok),
               press(4 * kSecond, Key::f1),
               press(5 * kSecond, Key::ok),
               press(6 * kSecond, Key::ok),
               press(7 * kSecond, Key::ok)});
  CHECK(start.shown_at(20 * kMilli).empty());
  CHECK(start.shown_at(100 * kMilli) == "Version|1.2.3");
  CHECK(start.shown_at(1'500 * kMilli) == "Version|1.2.3");  // still held
  CHECK(start.shown_at(2'500 * kMilli) == "Revision|0123456789ab+");
  CHECK(start.shown_at(3'500 * kMilli) == "Reader|sesame");
  CHECK(start.shown_at(4'500 * kMilli) == "Profile|0102ABCD");
  CHECK(start.shown_at(5'500 * kMilli) == "a-board-with-a-l|ong-name");
  CHECK(start.shown_at(6'500 * kMilli).empty());
  CHECK(start.shell->reader().state() == State::off);
  CHECK_FALSE(start.shown_at(7'500 * kMilli).empty());
  CHECK(start.shell->reader().state() == State::insert_card);
}

TEST_CASE("C again, or half a minute, and the reader is as it always is") {
  const bool again = GENERATE(true, false);
  std::vector<std::pair<Micros, Event>> done{press(30 * kMilli, Key::clear)};
  if (again) done.push_back(press(5 * kSecond, Key::clear));
  Start start(done);
  CHECK(start.shown_at(4 * kSecond) == "Version|1.2.3");
  CHECK(start.shown_at(6 * kSecond) == (again ? "" : "Version|1.2.3"));
  CHECK(start.shown_at(29 * kSecond) == (again ? "" : "Version|1.2.3"));
  CHECK(start.shown_at(31 * kSecond).empty());
  CHECK(start.shell->reader().state() == State::off);
}

TEST_CASE("a board that shows what it is does not stop its clocks") {
  Start start({press(30 * kMilli, Key::clear)});
  start.shown_at(1 * kSecond);
  start.board.stopped = false;
  start.shell->sleep();
  CHECK_FALSE(start.board.stopped);
  start.shown_at(40 * kSecond);
  start.shell->sleep();
  CHECK(start.board.stopped);
}

TEST_CASE("another key at power-on, or C later, is the reader's") {
  const auto key = GENERATE(press(30 * kMilli, Key::ok), press(700 * kMilli, Key::clear));
  Start start({key});
  start.shown_at(800 * kMilli);
  CHECK(start.shell->reader().state() == State::insert_card);
}

}  // namespace sesame::app
