// What the reader asks of the slot that its card is in, and how that ends.
#pragma once

#include <cstdint>

#include "firmware/core/bytes.hpp"

namespace sesame {

enum class SlotStatus : std::uint8_t {
  ok,
  mute,     // no ATR, or no answer
  garbled,  // characters, but no valid ATR or no valid block
  removed,  // the card is gone, or the slot is
};

struct SlotRequest {
  enum class Kind : std::uint8_t {
    activate,    // power up and cold reset, whatever went before; answered with the ATR
    warm_reset,  // answered with the ATR
    transmit,    // a command APDU of at most 261 bytes; answered with a response APDU
    deactivate,  // power down; answered with nothing
    // A VERIFY without its PIN (2 0 F F …): the slot's own pinpad takes it. Answered with a response APDU.
    verify_on_pad,
  };
  std::uint32_t number = 0;  // goes back with the answer
  Kind kind = Kind::deactivate;
  Bytes command;  // points into the reader; may hold a PIN

  bool is_command() const { return kind == Kind::transmit || kind == Kind::verify_on_pad; }
};

}  // namespace sesame
