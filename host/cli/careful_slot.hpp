// A slot that asks before a PIN goes to the card.
#pragma once

#include <functional>
#include <utility>

#include "host/device/card_slot.hpp"
#include "host/transcript/command_text.hpp"

namespace sesame::cli {

class CarefulSlot final : public CardSlot {
 public:
  // `before_pin` throws where the PIN must not be sent. The slot outlives this.
  CarefulSlot(CardSlot& slot, std::function<void()> before_pin)
      : slot_(slot), before_pin_(std::move(before_pin)) {}

  SlotStatus activate(emv::ResponseBuffer& answer) override { return slot_.activate(answer); }
  SlotStatus warm_reset(emv::ResponseBuffer& answer) override { return slot_.warm_reset(answer); }
  SlotStatus transmit(Bytes command, emv::ResponseBuffer& answer) override {
    if (transcript::carries_pin(command)) before_pin_();
    return slot_.transmit(command, answer);
  }
  SlotStatus verify_on_pad(Bytes command, emv::ResponseBuffer& answer) override {
    before_pin_();
    return slot_.verify_on_pad(command, answer);
  }
  void deactivate() override { slot_.deactivate(); }

 private:
  CardSlot& slot_;
  std::function<void()> before_pin_;
};

}  // namespace sesame::cli
