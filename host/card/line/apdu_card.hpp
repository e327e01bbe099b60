// A card at the level of APDUs, as the character level asks it: what is behind the contacts.
#pragma once

#include "firmware/core/bytes.hpp"
#include "firmware/core/emv/apdu.hpp"

namespace sesame::card::line {

class ApduCard {
 public:
  virtual ~ApduCard() = default;

  // The answer to reset, 33 bytes at most; empty: the card is mute. It lives until the next call.
  virtual Bytes cold_reset() = 0;
  virtual Bytes warm_reset() = 0;
  // A command APDU of 4 to 261 bytes; of a case 4 command at T=0 without its Le. `response` gets data and status word;
  // it may be 61xx or 6Cxx. False: no answer, the card is mute until it is reset.
  virtual bool transmit(Bytes command, emv::ResponseBuffer& response) = 0;
  virtual void power_off() {}
};

}  // namespace sesame::card::line
