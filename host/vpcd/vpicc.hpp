// A card as vpcd, the reader of the vsmartcard project, talks to it: the vpicc. No sockets in here, only what
// a frame carries and what is answered.
//
// A frame is a length, two bytes, big-endian, and so many bytes. One byte is a control, where it is one of
// these; all other payloads are command APDUs, each answered with a frame.
//
//   00  power off                          not answered
//   01  power on, a cold reset             not answered
//   02  reset with the power on: warm      not answered
//   04  send the ATR                       the ATR of the last reset
//
// vpcd also sends 04 every 400 ms to see whether the card is still there, powered or not: it resets nothing.
// A card that was never powered is, for a moment, to learn its ATR.
//
// vpcd waits for an answer for as long as the connection lasts, and takes an empty one for a card pulled out.
// So what never reaches the card is answered too:
//
//   no short APDU (ISO 7816-3:2006, 12.1)  6700, whatever its length
//   a command to a card without power      6F00: a real one would be silent
#pragma once

#include <utility>

#include "host/card/forgiving_slot.hpp"

namespace sesame::vpcd {

enum class Reply {
  none,    // nothing is due
  answer,  // one frame
  gone,    // the card does not answer: to vpcd it has left
};

class Vpicc {
 public:
  using Tell = ForgivingSlot::Tell;

  // The slot outlives it. `tell` gets, once each, the lines of what a recorded card was not asked when it was
  // recorded. The program gets a status word then:
  //   SELECT 6A82, READ RECORD 6A83, GET DATA 6A88, GET PROCESSING OPTIONS and GENERATE AC 6985,
  //   VERIFY with another PIN 6300 (wrong, and it is unknown how many tries are left), others 6D00
  Vpicc(CardSlot& slot, Tell tell) : slot_(slot, std::move(tell)) {}

  static bool is_command(Bytes payload);

  // The payload of a frame, of any bytes; `answer` gets that of the frame to send back.
  // Failure(Failure::environment) of the slot comes through: nothing may be answered then.
  Reply take(Bytes payload, emv::ResponseBuffer& answer);

  // As the card leaves the reader.
  void power_off();

 private:
  Reply reset(bool warm);
  Reply send_atr(emv::ResponseBuffer& answer);
  Reply transmit(Bytes command, emv::ResponseBuffer& answer);

  ForgivingSlot slot_;
  bool powered_ = false;
  emv::ResponseBuffer atr_;  // of the last reset; empty: none yet
};

}  // namespace sesame::vpcd
