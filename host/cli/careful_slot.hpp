// A slot that asks before a PIN goes to the card.
#pragma once

#include <functional>
#include <utility>

#include "host/card/slot.hpp"
#include "host/transcript/command_text.hpp"

namespace sesame::cli {

class CarefulSlot final : public CardSlot {
 public:
  // `before_pin` throws where the PIN must not be sent. The slot outlives this.
  CarefulSlot(CardSlot& slot, std::function<void()> before_pin)
      : slot_(slot), before_pin_(std::move(before_pin)) {}

  SlotStatus carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) override {
    if (transcript::carries_pin(request.command)) before_pin_();
    return slot_.carry_out(request, answer);
  }

 private:
  CardSlot& slot_;
  std::function<void()> before_pin_;
};

}  // namespace sesame::cli
