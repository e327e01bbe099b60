// The card of a slot, at character level: whatever a slot holds, for a reader whose contacts and characters
// come here.
#pragma once

#include "host/card/iso7816/character_card.hpp"
#include "host/card/slot.hpp"
#include "host/reader/panel/card_line.hpp"

namespace sesame {

// Passes on what the slot throws. The reader's UART has no parity that it could see: every character comes as
// it is, and counts as taken.
class SlotLine final : public CardLine {
 public:
  // The slot outlives it.
  explicit SlotLine(CardSlot& slot) : line_(slot) {}

  bool present() const override { return true; }
  void contacts(bool vcc, bool clk, bool rst, Micros now) override { line_.contacts(vcc, clk, rst, now); }
  void received(std::uint8_t character, Micros now) override { line_.received(character, true, now); }
  std::optional<std::uint8_t> take(Micros now) override;
  std::optional<Micros> due() const override;

 private:
  card::iso7816::CharacterCard line_;
};

}  // namespace sesame
