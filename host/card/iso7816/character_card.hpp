// A card as its contacts show it: an integrated circuit card of ISO 7816-3:2006, one character at a time,
// around any card of APDUs. Activation and resets (6.2), answer to reset in either convention (8), PPS (9),
// T=0 (10), T=1 (11). Written from the card's side, with nothing of the reader's, so that the two can
// disagree.
//
// Sans-I/O: the caller, which has the line, tells what comes and when, in microseconds of a clock that never
// goes back.
//
//   card.contacts(vcc, clk, rst, now);        // each time they change
//   card.received(character, parity_ok, now); // each character of the reader, when its last bit is there
//   if (card.next() && card.next()->at <= now) { …put it on the line…; card.sent(true, now); }
//   if (card.deadline() && *card.deadline() <= now) card.tick(now);
//
// Characters are as they stand on the line, read in direct convention. A card of inverse convention therefore
// has the bits of each reversed and inverted. Its TS reads 03 with a wrong parity; from there on the reader
// counts parity as this convention has it, and `parity_ok` is as that reader sees it.
//
// At T=0 a character with a wrong parity is not taken, and is to come again (7.3): see error_signal(). What
// comes while the card sends is not heard. Whatever comes, the card is back after a reset.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "host/card/iso7816/atr_parameters.hpp"
#include "host/card/iso7816/behavior.hpp"
#include "host/card/iso7816/dialogue.hpp"
#include "host/card/iso7816/outbox.hpp"
#include "host/card/slot.hpp"

namespace sesame::card::iso7816 {

class CharacterCard {
 public:
  // The card outlives it, and is asked to activate, to reset, for commands and to deactivate. What it throws
  // comes through; the line is silent then, until a reset. A command is an APDU of 4 to 261 bytes; of case 4
  // at T=0 without its Le.
  explicit CharacterCard(CardSlot& card, const Misbehavior& misbehavior = {},
                         std::uint32_t clock_hz = 4'200'000);
  CharacterCard(const CharacterCard&) = delete;
  CharacterCard& operator=(const CharacterCard&) = delete;

  // RST low resets, high lets it run: 6.2.2 (cold, the first time since VCC) and 6.2.3 (warm). Without VCC it
  // forgets everything but what the card keeps, and what a misbehavior has counted.
  void contacts(bool vcc, bool clk, bool rst, Micros now);
  void received(std::uint8_t character, bool parity_ok, Micros now);

  using Outgoing = Outbox::Outgoing;  // character, parity_ok, and `at`: when the reader has its last bit
  // What it sends next, and when; that may be in the past.
  std::optional<Outgoing> next() const;
  // It is out. Not taken: the reader signaled a wrong parity, and at T=0 it comes again, four times at most.
  void sent(bool taken, Micros now);

  // When it wants tick() by itself, if ever: at T=1 for a block that stops half way.
  std::optional<Micros> deadline() const;
  void tick(Micros now);

  // Whether it signals a character that comes with a wrong parity: the sender is to repeat it.
  bool error_signal() const;
  Rate rate() const { return rate_; }

 private:
  enum class Phase : std::uint8_t {
    off,
    held,       // VCC, and RST low
    answering,  // sends the answer to reset
    fresh,      // nothing received yet: PPS or the first command
    pps,        // in a PPS request
    agreed,     // sends the PPS response
    dialogue,
    silent,  // until a reset
  };

  void reset(Micros now);
  void answer_reset(Bytes atr, Micros now);
  void hear(std::uint8_t character, bool parity_ok);
  void hear_pps(std::uint8_t character, bool parity_ok);
  void answer_pps();
  void all_sent();
  void start_dialogue(int protocol);
  void to_dialogue(std::uint8_t character, bool parity_ok);
  void fall_silent();
  bool breaks_in() const;

  CardSlot& card_;
  Behavior behavior_;
  std::uint32_t clock_hz_;
  Phase phase_ = Phase::off;
  bool was_reset_ = false;  // since VCC
  AtrParameters parameters_;
  int protocol_ = 0;
  Rate rate_;
  std::optional<Rate> rate_agreed_;
  Buffer<6> pps_;
  Outbox outbox_;
  std::unique_ptr<Dialogue> dialogue_;
  Micros heard_ = 0;  // when the last character came
};

}  // namespace sesame::card::iso7816
