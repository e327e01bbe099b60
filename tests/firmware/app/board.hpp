// firmware/hal on a computer, in virtual time: a card at character level, a panel link at 115,200 baud with a
// host at its other end, no display, no keys. One board at a time.
//
//   Board board(card);
//   app::Shell shell(profile, image, Board::kInterface);
//   board.say(panel::Type::presence, {1}, 7);
//   while (…) board.turn(shell);
#pragma once

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

#include "firmware/app/shell.hpp"
#include "firmware/hal/card.hpp"
#include "firmware/hal/fatal.hpp"
#include "firmware/panel/protocol.hpp"
#include "host/card/iso7816/character_card.hpp"

namespace sesame::app::test {

using card::iso7816::Micros;

// A card that never answers.
class NoCard final : public CardSlot {
 public:
  SlotStatus carry_out(const SlotRequest&, emv::ResponseBuffer&) override { return SlotStatus::mute; }
};

class Board {
 public:
  static constexpr std::uint32_t kClock = 4'200'000;
  static constexpr iso7816::Interface kInterface{kClock, 31};

  explicit Board(CardSlot& card);
  Board(const Board&) = delete;
  Board& operator=(const Board&) = delete;
  ~Board();

  // The loop of main(), once. Asleep, time goes to what comes next.
  void turn(Shell& shell);
  Micros now() const { return now_; }

  // Before a shell is made: without its strap the board has keys and a display of its own.
  bool strapped = true;
  std::deque<std::pair<Micros, Event>> keys;  // what is done to them, and when
  Screen displayed;
  std::uint16_t supply = 0;  // mV
  std::uint16_t closed_keys = 0;
  std::optional<hal::Fault> last_fault;
  iso7816::Contacts contacts;  // as they were set
  bool echoes = true;          // the board hears what it sends
  bool led = false;
  bool stopped = false;  // the loop has asked for the lowest power

  // The host's side of the panel link.
  void say(panel::Type type, std::initializer_list<std::uint8_t> body, std::uint8_t sequence);
  struct Frame {
    panel::Type type;
    std::vector<std::uint8_t> body;
  };
  std::vector<Frame> heard;

  // Characters that went between reader and card, each when its last bit was there.
  struct Character {
    bool to_card;
    Micros at;
  };
  std::vector<Character> characters;
  std::size_t lost = 0;  // those of the card for which there was no room

  // firmware/hal
  Millis clock();
  std::optional<Event> poll_keys();
  bool panel_ready() const { return now_ >= panel_room_at_; }
  std::optional<std::uint8_t> panel_receive();
  void panel_send(std::uint8_t byte);
  void set(const iso7816::Contacts& wanted);
  void set(const iso7816::LineSettings& settings) { settings_ = settings; }
  void card_send(std::uint8_t character);
  hal::card::Sending card_sending();
  bool card_taken() const { return true; }
  std::optional<hal::card::Character> card_receive();

 private:
  static constexpr Micros kTurn = 20, kPanelByte = 87;
  static constexpr std::size_t kRing = 64;  // as in boards/stm32f4/card.cpp

  void pass(Micros time);
  void card_speaks();

  card::iso7816::CharacterCard card_;
  Micros now_ = 0;

  std::deque<std::uint8_t> to_board_;
  panel::FrameReader<panel::kMaxBodyToHost> frames_;
  Micros panel_room_at_ = 0;  // for one more byte after the one that is going out
  Micros panel_over_at_ = 0;

  iso7816::LineSettings settings_;
  std::deque<hal::card::Character> ring_;
  std::optional<std::uint8_t> going_out_;
  Micros out_at_ = 0;
};

}  // namespace sesame::app::test
