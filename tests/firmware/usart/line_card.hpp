// The card at the other end of the line: the virtual card at character level (host/card/iso7816), its
// characters put on the line as levels, and the reader's read off it by a clock of its own. It misbehaves at
// the level of bits, where the engine cannot.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <vector>

#include "host/card/iso7816/character_card.hpp"
#include "tests/firmware/usart/line.hpp"

namespace sesame::board::model {

class LineCard {
 public:
  struct Manners {
    // Characters of the reader, counted from 1 over all resets, that it finds wrong.
    std::set<unsigned> refuses{};
    // Likewise those of its own that come with a wrong parity bit; one that it repeats is another.
    std::set<unsigned> spoils{};
  };

  LineCard(Line& line, CardSlot& card, std::uint32_t clock_hz, const Manners& manners,
           const card::iso7816::Misbehavior& misbehavior = {});

  // What the contacts are from now on: whether there is VCC, a clock, and RST high.
  void contacts(bool vcc, bool clk, bool rst, Time now);

  std::optional<Time> next() const;
  void happen(Time now);

  // Whether what went over the line last went to the card.
  bool heard_last() const { return !characters.empty() && characters.back().to_card; }

  // For tests.
  struct Character {
    Time start;
    std::uint8_t value;  // as it stands on the line
    bool to_card;
    bool parity_ok;  // as the other side is told
    bool taken;
  };
  std::vector<Character> characters;
  struct Power {
    Time at;
    bool vcc, clk, rst;
  };
  std::vector<Power> power;

 private:
  enum class Doing : std::uint8_t { nothing, sending, hearing, signaling };

  Time etu() const;
  Time kept(card::iso7816::Micros micros) const { return micros * kMicro; }
  card::iso7816::Micros micros(Time time) const { return time / kMicro; }
  bool running() const { return !power.empty() && power.back().vcc && power.back().clk && power.back().rst; }
  std::optional<Time> sends_at() const;
  void send(Time now);
  void sent(Time now);
  void hear(Time now);

  Line& line_;
  card::iso7816::CharacterCard card_;
  std::uint32_t clock_hz_;
  Manners manners_;
  bool odd_parity_ = false;
  Doing doing_ = Doing::nothing;
  Time start_ = 0;    // of the character that goes or comes
  Time over_at_ = 0;  // when that is decided
  Time free_at_ = 0;  // it looks for a start bit, and may begin one, from here on
  card::iso7816::CharacterCard::Outgoing outgoing_;
  unsigned sent_count_ = 0, heard_count_ = 0;
  bool first_ = true;  // TS comes first
  bool spoiled_ = false;
};

}  // namespace sesame::board::model
