#include "host/pcsc/presence.hpp"

#include <chrono>
#include <optional>

#include "host/base/failure.hpp"

namespace sesame::pcsc {

namespace {

// For the service to end a wait.
constexpr std::chrono::milliseconds kWaitEndsWithin{1000};

}  // namespace

PresenceWatch::PresenceWatch(const std::string& reader, std::function<void()> left)
    : watch_(context_, reader), left_(std::move(left)), thread_([this] { run(); }) {}

PresenceWatch::~PresenceWatch() {
  if (!cancel()) context_.abandon();
  thread_.join();
}

// Whether the thread has heard of it.
bool PresenceWatch::cancel() try {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  // A cancel that comes just before the thread waits is lost: so it is said until the thread has heard it.
  const auto end = std::chrono::steady_clock::now() + kWaitEndsWithin;
  while (!stopped_ && std::chrono::steady_clock::now() < end) {
    lock.unlock();
    context_.cancel(kWaitEndsWithin);
    lock.lock();
    changed_.wait_for(lock, std::chrono::milliseconds(20), [this] { return stopped_; });
  }
  return stopped_;
} catch (const Failure&) {
  return false;  // the service is gone, or does not answer
}

void PresenceWatch::run() {
  wait_until_gone();
  std::unique_lock lock(mutex_);
  const bool wanted = !stopping_;
  lock.unlock();
  if (wanted) left_();
  lock.lock();
  stopped_ = true;
  changed_.notify_all();
}

void PresenceWatch::wait_until_gone() {
  const DWORD events = watch_.events();
  try {
    // A card that was pulled and put back between two looks has left, too.
    while (watch_.card_present() && watch_.events() == events) {
      watch_.changes(std::nullopt);
    }
  } catch (const Failure&) {
    // The reader or the service is gone, and the card with it; or the destructor cancelled.
  }
}

}  // namespace sesame::pcsc
