#include "sim/reader/fault_slot.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace sesame::sim {

namespace {

constexpr std::uint8_t kChangedBit = 0x80;

}  // namespace

void FaultSlot::hold(CardSlot* card) {
  card_ = card;
  commands_ = 0;
}

SlotStatus FaultSlot::activate(emv::ResponseBuffer& answer) { return reset(&CardSlot::activate, answer); }
SlotStatus FaultSlot::warm_reset(emv::ResponseBuffer& answer) { return reset(&CardSlot::warm_reset, answer); }

SlotStatus FaultSlot::reset(Reset how, emv::ResponseBuffer& answer) {
  if (card_ == nullptr) return SlotStatus::removed;
  if (mute()) return SlotStatus::mute;
  const SlotStatus status = (card_->*how)(answer);
  if (status != SlotStatus::ok || fault(FaultKind::bad_atr) == nullptr) return status;
  answer.pop();  // an ATR that ends too early, as every driver would notice
  return SlotStatus::garbled;
}

SlotStatus FaultSlot::transmit(Bytes command, emv::ResponseBuffer& answer) {
  return send(&CardSlot::transmit, command, answer);
}

SlotStatus FaultSlot::verify_on_pad(Bytes command, emv::ResponseBuffer& answer) {
  return send(&CardSlot::verify_on_pad, command, answer);
}

SlotStatus FaultSlot::send(Send how, Bytes command, emv::ResponseBuffer& answer) {
  if (card_ == nullptr) return SlotStatus::removed;
  const std::size_t number = commands_++;
  if (fault(FaultKind::removed, number) != nullptr) return SlotStatus::removed;
  const auto silent = [&](const Fault& each) { return each.kind == FaultKind::mute && number >= each.at; };
  if (std::any_of(faults_.begin(), faults_.end(), silent)) return SlotStatus::mute;
  for (const Fault& each : faults_) {
    if (each.kind != FaultKind::status_word || command.size() < 2 || command[1] != each.ins) continue;
    const std::array<std::uint8_t, 2> sw{static_cast<std::uint8_t>(each.sw >> 8),
                                         static_cast<std::uint8_t>(each.sw)};
    return answer.assign(sw) ? SlotStatus::ok : SlotStatus::garbled;
  }
  const SlotStatus status = (card_->*how)(command, answer);
  if (status == SlotStatus::ok && !answer.empty() && fault(FaultKind::corrupted, number) != nullptr) {
    answer[0] ^= kChangedBit;
  }
  return status;
}

void FaultSlot::deactivate() {
  if (card_ != nullptr) card_->deactivate();
}

const Fault* FaultSlot::fault(FaultKind kind) const {
  const auto found =
      std::find_if(faults_.begin(), faults_.end(), [&](const Fault& each) { return each.kind == kind; });
  return found == faults_.end() ? nullptr : &*found;
}

const Fault* FaultSlot::fault(FaultKind kind, std::size_t at) const {
  const auto found = std::find_if(faults_.begin(), faults_.end(),
                                  [&](const Fault& each) { return each.kind == kind && each.at == at; });
  return found == faults_.end() ? nullptr : &*found;
}

// At a reset: the card does not answer it once it has fallen silent.
bool FaultSlot::mute() const {
  return std::any_of(faults_.begin(), faults_.end(), [&](const Fault& each) {
    return each.kind == FaultKind::mute && (each.at == 0 || commands_ > each.at);
  });
}

}  // namespace sesame::sim
