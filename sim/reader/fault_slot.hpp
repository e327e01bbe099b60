// A slot in front of the card's own, which breaks what the faults say.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

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
  // Whether this command, which comes next, finds the battery dead.
  bool battery_ends_at(Bytes command) const;
  // How many milliseconds the answer of the last request takes; nothing: no time.
  std::optional<std::uint32_t> delay() const { return delay_; }
  // Of the faults that it was made with: it happened in the last request, and happens but once. It is to go.
  bool is_spent(const Fault& fault) const;

 private:
  // Where in the dialogue a command is.
  struct Place {
    std::size_t number = 0;  // since the card came
    std::optional<Stage> stage;
    std::size_t in_stage = 0;
    bool goes_on = false;  // it only fetches what the one before asked for, or repeats it with another length
  };

  SlotStatus reset(const SlotRequest& request, emv::ResponseBuffer& answer);
  SlotStatus send(const SlotRequest& request, emv::ResponseBuffer& answer);
  Place place_of(Bytes command) const;
  void arrive(const Place& place, Bytes command);
  const Fault* happening(FaultKind kind, const Place& place);
  const Fault* mute();
  const Fault* refused(Bytes command, const Place& place);
  void slow_down(std::optional<Stage> stage);
  const Fault* use(const Fault& fault);

  const Faults& faults_;
  CardSlot* card_ = nullptr;
  std::size_t commands_ = 0;
  std::array<std::size_t, std::size(kStageNames)> in_stage_{};  // commands of each, since the card came
  std::optional<Stage> stage_;                                  // of the last command
  std::array<std::uint8_t, 4> header_{};                        // of it
  std::uint8_t sw1_ = 0;                                        // of its answer; 0: it had none
  std::optional<std::uint32_t> delay_;
  std::vector<const Fault*> spent_;
};

}  // namespace sesame::sim
