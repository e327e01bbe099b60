// Where a card is: a virtual card in memory, a recorded one, a PC/SC reader. It does what a reader asks of
// its slot. A slot around another one (which records, breaks or refuses) looks at the request and passes it
// on:
//
//   SlotStatus carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) override {
//     if (request.is_command()) before_command_();
//     return slot_.carry_out(request, answer);
//   }
#pragma once

#include "firmware/core/bytes.hpp"
#include "firmware/core/emv/apdu.hpp"
#include "firmware/core/slot.hpp"

namespace sesame {

class CardSlot {
 public:
  virtual ~CardSlot() = default;

  // What SlotRequest::Kind says; `answer` comes empty. A response may be 61xx or 6Cxx. A slot without a
  // pinpad answers verify_on_pad with garbled. One that cannot go on for a reason that is not the card's (a
  // transcript with no such command, a state file that cannot be written) throws Failure.
  virtual SlotStatus carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) = 0;

  // The same, for callers that have no request of a reader.
  SlotStatus activate(emv::ResponseBuffer& answer) { return ask(SlotRequest::Kind::activate, {}, answer); }
  SlotStatus warm_reset(emv::ResponseBuffer& answer) {
    return ask(SlotRequest::Kind::warm_reset, {}, answer);
  }
  SlotStatus transmit(Bytes command, emv::ResponseBuffer& answer) {
    return ask(SlotRequest::Kind::transmit, command, answer);
  }
  SlotStatus verify_on_pad(Bytes command, emv::ResponseBuffer& answer) {
    return ask(SlotRequest::Kind::verify_on_pad, command, answer);
  }
  void deactivate() {
    emv::ResponseBuffer none;
    ask(SlotRequest::Kind::deactivate, {}, none);
  }

 private:
  SlotStatus ask(SlotRequest::Kind kind, Bytes command, emv::ResponseBuffer& answer) {
    answer.clear();
    return carry_out({0, kind, command}, answer);
  }
};

}  // namespace sesame
