// A card at character level over any slot: a virtual card, a recorded one.
#pragma once

#include <functional>
#include <string>

#include "host/card/line/apdu_card.hpp"
#include "host/device/card_slot.hpp"

namespace sesame {

class SlotCard final : public card::line::ApduCard {
 public:
  using Tell = std::function<void(const std::string& line)>;

  // The slot outlives it. With `tell`, what a recorded card was not asked when it was recorded (any Failure but
  // Exit::environment) goes there, and the card is mute; without, the Failure comes through.
  explicit SlotCard(CardSlot& slot, Tell tell = {}) : slot_(slot), tell_(std::move(tell)) {}

  Bytes cold_reset() override;
  Bytes warm_reset() override;
  bool transmit(Bytes command, emv::ResponseBuffer& response) override;
  void power_off() override { slot_.deactivate(); }

 private:
  CardSlot& slot_;
  Tell tell_;
  emv::ResponseBuffer atr_;
};

}  // namespace sesame
