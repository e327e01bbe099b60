// A slot in front of the card's own, which breaks what the faults say.
#pragma once

#include <cstddef>

#include "host/card/slot.hpp"
#include "sim/reader/faults.hpp"

namespace sesame::sim {

class FaultSlot final : public CardSlot {
 public:
  // `faults` outlives it.
  explicit FaultSlot(const Faults& faults) : faults_(faults) {}

  // Another card, or none (nullptr): commands count from 0 again.
  void hold(CardSlot* card);

  SlotStatus carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) override;

  // Commands that have arrived since the card came.
  std::size_t commands() const { return commands_; }
  // Whether the next command finds the battery dead.
  bool battery_ends_here() const { return fault(FaultKind::dead_battery, commands_) != nullptr; }

 private:
  SlotStatus reset(const SlotRequest& request, emv::ResponseBuffer& answer);
  SlotStatus send(const SlotRequest& request, emv::ResponseBuffer& answer);
  const Fault* fault(FaultKind kind) const;
  const Fault* fault(FaultKind kind, std::size_t at) const;
  bool mute() const;

  const Faults& faults_;
  CardSlot* card_ = nullptr;
  std::size_t commands_ = 0;
};

}  // namespace sesame::sim
