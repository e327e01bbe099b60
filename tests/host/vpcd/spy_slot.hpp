// A card that says what was done to it.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "host/card/slot.hpp"
#include "tests/host/vpcd/fake_vpcd.hpp"

namespace sesame::vpcd::test {

class SpySlot final : public CardSlot {
 public:
  SlotStatus carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) override {
    switch (request.kind) {
      case SlotRequest::Kind::activate: return done("cold", answer, "3B00");
      case SlotRequest::Kind::warm_reset: return done("warm", answer, "3B01AA");
      case SlotRequest::Kind::deactivate: return done("off", answer, "");
      default: break;
    }
    const SlotStatus result = done(hex(request.command), answer, "AABB9000");
    if (on_transmit) on_transmit(request.command, answer);
    return result;
  }

  // What was done since, in words: "cold 00B2010C00 off".
  std::string take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(done_, {});
  }

  std::atomic<SlotStatus> status = SlotStatus::ok;
  std::function<void(Bytes command, emv::ResponseBuffer& answer)> on_transmit;

 private:
  SlotStatus done(const std::string& what, emv::ResponseBuffer& answer, const char* says) {
    const std::lock_guard lock(mutex_);
    done_ += (done_.empty() ? "" : " ") + what;
    static_cast<void>(answer.assign(bytes(says)));
    return status;
  }

  std::mutex mutex_;
  std::string done_;
};

}  // namespace sesame::vpcd::test
