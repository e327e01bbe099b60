// Counts what a watch says, and waits for it.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>

#include "tests/host/pcsc/one_reader.hpp"

namespace sesame::pcsc {

class CallCounter {
 public:
  std::function<void()> callback() {
    return [this] {
      {
        const std::lock_guard lock(mutex_);
        ++calls_;
      }
      called_.notify_all();
    };
  }
  bool called() {
    std::unique_lock lock(mutex_);
    return called_.wait_for(lock, kPatience, [this] { return calls_ > 0; });
  }
  int count() {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable called_;
  int calls_ = 0;
};

}  // namespace sesame::pcsc
