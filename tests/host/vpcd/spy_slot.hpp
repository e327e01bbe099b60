// A card that says what was done to it.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "host/device/card_slot.hpp"
#include "tests/host/vpcd/fake_vpcd.hpp"

namespace sesame::vpcd::test {

class SpySlot final : public CardSlot {
 public:
  SlotStatus activate(emv::ResponseBuffer& answer) override { return done("cold", answer, "3B00"); }
  SlotStatus warm_reset(emv::ResponseBuffer& answer) override { return done("warm", answer, "3B01AA"); }
  SlotStatus transmit(Bytes command, emv::ResponseBuffer& answer) override {
    const SlotStatus result = done(hex(command), answer, "AABB9000");
    if (on_transmit) on_transmit(command, answer);
    return result;
  }
  void deactivate() override {
    const std::lock_guard lock(mutex_);
    add("off");
  }

  // What was done since, in words: "cold 00B2010C00 off".
  std::string take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(done_, {});
  }

  std::atomic<SlotStatus> status = SlotStatus::ok;
  std::function<void(Bytes command, emv::ResponseBuffer& answer)> on_transmit;

 private:
  void add(const std::string& what) { done_ += (done_.empty() ? "" : " ") + what; }
  SlotStatus done(const std::string& what, emv::ResponseBuffer& answer, const char* says) {
    const std::lock_guard lock(mutex_);
    add(what);
    static_cast<void>(answer.assign(bytes(says)));
    return status;
  }

  std::mutex mutex_;
  std::string done_;
};

}  // namespace sesame::vpcd::test
