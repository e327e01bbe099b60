// A limit on how long a slot takes. A driver can wait for ever (a reader that hangs, a program that plays a card and was
// stopped), and nothing can interrupt it: so each call is made in a thread of this slot's own, and when its time is over
// the card counts as mute. The call goes on without anybody; the thread, and the slot in it, end with it.
#pragma once

#include <chrono>
#include <memory>
#include <thread>

#include "host/device/card_slot.hpp"

namespace sesame {

struct SlotLimits {
  std::chrono::milliseconds answer{20'000};  // to a reset or a command
  std::chrono::milliseconds pad{300'000};    // to a PIN that somebody types at the slot's own pinpad
};

class TimedSlot final : public CardSlot {
 public:
  explicit TimedSlot(std::unique_ptr<CardSlot> slot, SlotLimits limits = {});
  TimedSlot(const TimedSlot&) = delete;
  TimedSlot& operator=(const TimedSlot&) = delete;
  ~TimedSlot() override;

  // Pass on what the slot throws. As long as a call that ran out of time is still under way, all of them are mute.
  SlotStatus activate(emv::ResponseBuffer& answer) override;
  SlotStatus warm_reset(emv::ResponseBuffer& answer) override;
  SlotStatus transmit(Bytes command, emv::ResponseBuffer& answer) override;
  // Failure (environment) where the pad takes too long: nobody can take its order back, and it may still send a PIN.
  SlotStatus verify_on_pad(Bytes command, emv::ResponseBuffer& answer) override;
  void deactivate() override;

 private:
  struct Shared;

  SlotStatus call(SlotRequest::Kind kind, Bytes command, emv::ResponseBuffer& answer);

  SlotLimits limits_;
  std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace sesame
