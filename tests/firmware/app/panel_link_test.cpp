// A host that asks while the board talks to the card: the card does not notice.
#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <string>

#include "tests/firmware/app/board.hpp"
#include "tests/firmware/core/dialogue.hpp"
#include "tests/firmware/core/profiles.hpp"

namespace sesame::app {
namespace {

using namespace sesame::test;
using panel::Type;
using test::Board;
using test::Micros;

// The card of tests/firmware/core/dialogue.hpp.
class TableCard final : public CardSlot {
 public:
  explicit TableCard(std::string_view atr) : atr_(bytes(atr)) {
    for (const Step& step : identify()) answers_[hex(bytes(step.command))] = bytes(step.response);
  }
  SlotStatus carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) override {
    if (!request.is_command()) return give(atr_, answer);
    const auto found = answers_.find(hex(request.command));
    return give(found == answers_.end() ? bytes("6A82") : found->second, answer);
  }

 private:
  static SlotStatus give(const ByteVector& bytes, emv::ResponseBuffer& answer) {
    return answer.assign(bytes) ? SlotStatus::ok : SlotStatus::garbled;
  }

  ByteVector atr_;
  std::map<std::string, ByteVector> answers_;
};

// T=1 with a character waiting time of 43 etu (CWI 5), at 372 clocks per etu and, by PPS, at 31.
struct Line {
  const char* atr;
  Micros waiting_time;
};
constexpr Line kSlow{"3B808131FE458B", 43 * 372 * 10 / 42}, kFast{"3B90188131FE4583", 43 * 31 * 10 / 42};

constexpr std::size_t kFirstOfBlocks = 30;  // at the latest

// A code is asked for as a person would; the host says hello when so many characters have gone to or from the
// card.
struct Session {
  Session(const Line& line, std::size_t hello_at)
      : card(line.atr),
        board(card),
        shell(kSesame, {"a board", 1, "1.2.3", "0123456789ab"}, Board::kInterface) {
    say(Type::presence, {1});
    run(State::choose_function);
    press(Key::f1);
    for (const char digit : std::string_view("1234")) press(digit_key(digit));
    hello_at_ = hello_at;
    press(Key::ok);
    run(State::code);
  }

  void press(Key key) { say(Type::key, {0, static_cast<std::uint8_t>(key)}); }
  // And waits until it is handled.
  void say(Type type, std::initializer_list<std::uint8_t> body) {
    board.say(type, body, ++sequence_);
    const std::size_t before = board.heard.size();
    for (int turns = 0; turns < 100'000; ++turns) {
      board.turn(shell);
      if (board.heard.size() > before && board.heard.back().type == Type::acknowledge) return;
    }
    FAIL("no acknowledgement");
  }
  void run(State state) {
    for (int turns = 0; turns < 1'000'000 && shell.reader().state() != state; ++turns) {
      if (!asked && board.characters.size() >= hello_at_) {
        asked = true;
        heard_before = board.heard.size();
        board.say(Type::hello, {}, ++sequence_);
      }
      board.turn(shell);
    }
    for (int turns = 0; turns < 1'000; ++turns) board.turn(shell);
  }

  // The longest time from one character of a block to the next, once ATR and PPS are over, which have the
  // slow rate.
  Micros longest_gap() const {
    Micros longest = 0;
    for (std::size_t i = kFirstOfBlocks; i < board.characters.size(); ++i) {
      const auto& [before, last] = board.characters[i - 1];
      const auto& [now, at] = board.characters[i];
      if (before && now) longest = std::max(longest, at - last);
    }
    return longest;
  }

  TableCard card;
  Board board;
  Shell shell;
  bool asked = false;
  std::size_t heard_before = 0;

 private:
  std::size_t hello_at_ = SIZE_MAX;
  std::uint8_t sequence_ = 0;
};

std::string code(const Shell& shell) { return {shell.reader().code().begin(), shell.reader().code().end()}; }

}  // namespace

TEST_CASE(
    "a hello in the middle of a block, from or to the card, keeps no character waiting and loses none") {
  for (const Line& line : {kSlow, kFast}) {
    std::size_t characters = 0;
    {
      const Session undisturbed(line, SIZE_MAX);  // there is one board at a time
      REQUIRE(code(undisturbed.shell) == "42511495");
      characters = undisturbed.board.characters.size();
    }
    REQUIRE(characters > 300);
    for (std::size_t at = kFirstOfBlocks; at < characters; at += 7) {
      CAPTURE(line.atr, at);
      const Session session(line, at);
      REQUIRE(session.asked);
      CHECK(code(session.shell) == "42511495");
      CHECK(session.longest_gap() < line.waiting_time);
      CHECK(session.board.lost == 0);
      CHECK(session.board.characters.size() == characters);
    }
  }
}

TEST_CASE("a hello is answered in full and in order, whenever it comes") {
  const Session session(kSlow, 200);
  REQUIRE(session.asked);
  std::string types;
  for (std::size_t i = session.heard_before; i < session.board.heard.size(); ++i) {
    types += static_cast<char>(session.board.heard[i].type);
  }
  CHECK(types.substr(0, 5) == "ICSWA");
  const auto& identity = session.board.heard[session.heard_before].body;
  CHECK(std::string(identity.begin() + 5, identity.end()) == std::string("sesame\0a board\0"
                                                                         "1.2.3\0"
                                                                         "0123456789ab",
                                                                         33));
}

TEST_CASE("a hello is told how the run before ended, where it ended by a fault") {
  TableCard card(kSlow.atr);
  Board board(card);
  board.last_fault = hal::Fault{hal::FaultCause::exception, 3, 0x08001234, 0x08000101, 0x8200};
  Shell shell(kSesame, {"a board", 1, "1.2.3", "0123456789ab"}, Board::kInterface);
  board.say(Type::hello, {}, 1);
  for (int turns = 0; turns < 10'000; ++turns) board.turn(shell);
  const auto told = std::find_if(board.heard.begin(), board.heard.end(),
                                 [](const Board::Frame& frame) { return frame.type == Type::fault; });
  REQUIRE(told != board.heard.end());
  CHECK(hex(told->body) ==
        "01033412000801010008"
        "00820000");
}

TEST_CASE("what there is to show while a hello is answered comes after the answer, and whole") {
  TableCard card(kSlow.atr);
  Board board(card);
  Shell shell(kSesame, {"a board", 1, "1.2.3", "0123456789ab"}, Board::kInterface);
  for (int turns = 0; turns < 100; ++turns) board.turn(shell);
  board.heard.clear();
  board.say(Type::hello, {}, 1);
  board.say(Type::key, {0, static_cast<std::uint8_t>(Key::ok)}, 2);
  for (int turns = 0; turns < 5'000; ++turns) board.turn(shell);
  std::string types;
  for (const auto& frame : board.heard) types += static_cast<char>(frame.type);
  CHECK(types == "ICSWASWA");
  CHECK(board.heard[4].body[0] == 1);
  CHECK(board.heard[7].body[0] == 2);
  CHECK(board.heard[2].body[0] == static_cast<std::uint8_t>(State::off));
  CHECK(board.heard[5].body[0] == static_cast<std::uint8_t>(State::insert_card));
}

}  // namespace sesame::app
