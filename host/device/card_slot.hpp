// Where a card is: a virtual card in memory, a recorded one, a PC/SC reader. What a reader asks of its slot
// (SlotRequest), as calls. A slot that cannot go on for a reason that is not the card's (a transcript with no
// such command, a state file that cannot be written) throws Failure.
#pragma once

#include "firmware/core/bytes.hpp"
#include "firmware/core/emv/apdu.hpp"
#include "firmware/core/reader.hpp"

namespace sesame {

class CardSlot {
 public:
  virtual ~CardSlot() = default;

  // Power up and cold reset; `answer` gets the ATR.
  virtual SlotStatus activate(emv::ResponseBuffer& answer) = 0;
  virtual SlotStatus warm_reset(emv::ResponseBuffer& answer) = 0;
  // One command APDU; `answer` gets data and status word. May answer 61xx and 6Cxx.
  virtual SlotStatus transmit(Bytes command, emv::ResponseBuffer& answer) = 0;
  // `command` is a VERIFY whose PIN block is empty (2 0 F F …): a slot with a pinpad of its own lets somebody type
  // the PIN there, puts it in and sends it. `answer` gets the card's status word. Without a pinpad: garbled.
  virtual SlotStatus verify_on_pad(Bytes /*command*/, emv::ResponseBuffer& /*answer*/) {
    return SlotStatus::garbled;
  }
  virtual void deactivate() = 0;
};

}  // namespace sesame
