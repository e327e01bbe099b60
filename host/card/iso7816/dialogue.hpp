// One protocol of a card, from its first command to the next reset.
#pragma once

#include <cstdint>

#include "host/card/iso7816/behavior.hpp"
#include "host/card/iso7816/outbox.hpp"
#include "host/card/slot.hpp"

namespace sesame::card::iso7816 {

class Dialogue {
 public:
  virtual ~Dialogue() = default;

  // A character, in the card's convention.
  virtual void received(std::uint8_t character, bool parity_ok) = 0;
  // Whether a block has begun that is not whole, and that it will not be.
  virtual bool in_block() const { return false; }
  virtual void broke_off() {}

  // It answers nothing more.
  bool silent() const { return silent_; }

 protected:
  Dialogue(CardSlot& card, Behavior& behavior, Outbox& outbox)
      : card_(card), behavior_(behavior), outbox_(outbox) {}

  // False: there is no answer, ever again.
  bool ask_card(Bytes command, emv::ResponseBuffer& response) {
    response.clear();
    silent_ = true;  // also where the card throws
    silent_ = !behavior_.hears_command() || card_.transmit(command, response) != SlotStatus::ok ||
              response.size() < 2;
    return !silent_;
  }

  Behavior& behavior() { return behavior_; }
  Outbox& outbox() { return outbox_; }

 private:
  CardSlot& card_;
  Behavior& behavior_;
  Outbox& outbox_;
  bool silent_ = false;
};

}  // namespace sesame::card::iso7816
