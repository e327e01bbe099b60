#include "host/device/slot_card.hpp"

#include "host/failure.hpp"

namespace sesame {

Bytes SlotCard::cold_reset() {
  if (slot_.activate(atr_) != SlotStatus::ok) atr_.clear();
  return atr_;
}

Bytes SlotCard::warm_reset() {
  if (slot_.warm_reset(atr_) != SlotStatus::ok) atr_.clear();
  return atr_;
}

bool SlotCard::transmit(Bytes command, emv::ResponseBuffer& response) {
  try {
    return slot_.transmit(command, response) == SlotStatus::ok;
  } catch (const Failure& failure) {
    if (!tell_ || failure.exit() == Exit::environment) throw;
    tell_(failure.what());
    return false;
  }
}

}  // namespace sesame
