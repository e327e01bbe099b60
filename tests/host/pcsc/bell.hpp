// Counts what a watch says, and waits for it.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>

#include "tests/host/pcsc/bench.hpp"

namespace sesame::pcsc {

class Bell {
 public:
  std::function<void()> ring() {
    return [this] {
      {
        const std::lock_guard lock(mutex_);
        ++rings_;
      }
      rung_.notify_all();
    };
  }
  bool rings() {
    std::unique_lock lock(mutex_);
    return rung_.wait_for(lock, kPatience, [this] { return rings_ > 0; });
  }
  int count() {
    const std::lock_guard lock(mutex_);
    return rings_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable rung_;
  int rings_ = 0;
};

}  // namespace sesame::pcsc
