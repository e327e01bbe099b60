#include "host/device/virtual_card_slot.hpp"

namespace sesame {

SlotStatus VirtualCardSlot::activate(emv::ResponseBuffer& answer) {
  return answer.assign(card_.cold_reset()) ? SlotStatus::ok : SlotStatus::garbled;
}

SlotStatus VirtualCardSlot::warm_reset(emv::ResponseBuffer& answer) {
  return answer.assign(card_.warm_reset()) ? SlotStatus::ok : SlotStatus::garbled;
}

SlotStatus VirtualCardSlot::transmit(Bytes command, emv::ResponseBuffer& answer) {
  card_.transmit(command, answer);
  return SlotStatus::ok;
}

}  // namespace sesame
