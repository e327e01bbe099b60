// Why codes were refused is found out after the client has its answer, on a thread of its own, for the audit
// alone: what is tried for that takes time, and would tell how close a code was.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "host/issuer/store/registry.hpp"

namespace sesame::sim {

class Inquiries {
 public:
  // Beyond these, no more are taken until one is done: guesses by the thousand are to keep the issuer from
  // nothing.
  static constexpr std::size_t kMost = 256;
  // Until it begins: by then the response is on its way.
  static constexpr std::chrono::milliseconds kAfter{50};

  // The registry outlives it.
  Inquiries(issuer::Registry& registry, std::function<issuer::Millis()> now);
  Inquiries(const Inquiries&) = delete;
  Inquiries& operator=(const Inquiries&) = delete;
  ~Inquiries();  // all that were taken are done first

  void take(issuer::CardId card, issuer::Submission submission, issuer::Decision decision);

  std::size_t waiting();
  std::uint64_t dropped() const { return dropped_; }
  // Until none is left.
  void settle();

 private:
  struct One {
    std::chrono::steady_clock::time_point due;
    issuer::CardId card;
    issuer::Submission submission;
    issuer::Decision decision;
  };
  void work();
  void inquire(const One& one);

  issuer::Registry& registry_;
  std::function<issuer::Millis()> now_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<One> waiting_;  // that which is being done among them, the first
  bool ending_ = false;
  std::atomic<std::uint64_t> dropped_ = 0;
  std::thread thread_;
};

}  // namespace sesame::sim
