// A card that can be put into a live reader: virtual, recorded, or the one in a PC/SC reader.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "host/card/slot.hpp"

namespace sesame::sim {

struct CardState {
  std::uint16_t atc = 0;  // of the last transaction
  std::uint8_t tries_left = 0;
};

class Card {
 public:
  virtual ~Card() = default;

  virtual CardSlot& slot() = 0;
  virtual const std::string& name() const = 0;
  // "virtual", "transcript", "pcsc"
  virtual std::string kind() const = 0;
  // Of a virtual card; nothing of others. With several applications the first one's ATC.
  virtual std::optional<CardState> state() const { return std::nullopt; }
  // Whether a real card has left its PC/SC reader.
  virtual bool gone() const { return false; }
  // Sets what is given. Refusal: no_state where the card is not virtual; not_rewindable where it is durable
  // and the ATC would go back, or a try would be won back; bad_state for more tries than the card has.
  virtual void set_state(std::optional<std::uint16_t> atc, std::optional<std::uint8_t> tries_left) = 0;
};

}  // namespace sesame::sim
