// A slot with a virtual card in it.
#pragma once

#include "host/card/virtual_card.hpp"
#include "host/device/card_slot.hpp"

namespace sesame {

class VirtualCardSlot final : public CardSlot {
 public:
  explicit VirtualCardSlot(card::VirtualCard& card) : card_(card) {}

  SlotStatus activate(emv::ResponseBuffer& answer) override;
  SlotStatus warm_reset(emv::ResponseBuffer& answer) override;
  SlotStatus transmit(Bytes command, emv::ResponseBuffer& answer) override;
  void deactivate() override {}

 private:
  card::VirtualCard& card_;
};

}  // namespace sesame
