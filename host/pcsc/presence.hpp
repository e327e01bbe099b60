// Hears of a card that leaves while something else is going on.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "host/pcsc/context.hpp"
#include "host/pcsc/reader_watch.hpp"

namespace sesame::pcsc {

class PresenceWatch {
 public:
  // Calls `left` once, on a thread of its own: when the card leaves `reader` after this, when the reader or
  // the PC/SC service goes, or at once where there is no card. `left` does not destroy the watch. Failure
  // where there is no such reader or no service.
  PresenceWatch(const std::string& reader, std::function<void()> left);
  PresenceWatch(const PresenceWatch&) = delete;
  PresenceWatch& operator=(const PresenceWatch&) = delete;
  // `left` is not called any more when this returns. It does, even where the PC/SC service does not answer.
  ~PresenceWatch();

 private:
  void run();
  void wait_until_gone();
  bool cancel();

  Context context_;
  ReaderWatch watch_;
  std::function<void()> left_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace sesame::pcsc
