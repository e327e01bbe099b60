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

SlotStatus FaultSlot::carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) {
  if (card_ == nullptr) return SlotStatus::removed;
  if (request.is_command()) return send(request, answer);
  if (request.kind == SlotRequest::Kind::deactivate) return card_->carry_out(request, answer);
  return reset(request, answer);
}

SlotStatus FaultSlot::reset(const SlotRequest& request, emv::ResponseBuffer& answer) {
  if (mute()) return SlotStatus::mute;
  const SlotStatus status = card_->carry_out(request, answer);
  if (status != SlotStatus::ok || fault(FaultKind::bad_atr) == nullptr) return status;
  answer.pop();  // an ATR that ends too early, as every driver would notice
  return SlotStatus::garbled;
}

SlotStatus FaultSlot::send(const SlotRequest& request, emv::ResponseBuffer& answer) {
  const Bytes command = request.command;
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
  const SlotStatus status = card_->carry_out(request, answer);
  if (status == SlotStatus::ok && !answer.empty() && fault(FaultKind::corrupted, number) != nullptr) {
    answer[0] ^= kChangedBit;
  }
  return status;
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
