// How many may wait in the server at the same time: event streams and long polls. For any number of threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <memory>

namespace sesame::sim {

class ConnectionLimit {
 public:
  explicit ConnectionLimit(int count) : free_(count), count_(count) {}
  ConnectionLimit(const ConnectionLimit&) = delete;
  ConnectionLimit& operator=(const ConnectionLimit&) = delete;

  // Held for as long as it lives; nothing where all are taken. The limit outlives it.
  using Permit = std::shared_ptr<void>;
  Permit take() {
    if (free_.fetch_sub(1) > 0)
      return {this, [](void* limit) { static_cast<ConnectionLimit*>(limit)->free_.fetch_add(1); }};
    free_.fetch_add(1);
    return nullptr;
  }
  int taken() const { return count_ - std::max(0, free_.load()); }
  int count() const { return count_; }

 private:
  std::atomic<int> free_;
  const int count_;
};

}  // namespace sesame::sim
