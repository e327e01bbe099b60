#include "sim/issuer/inquiries.hpp"

#include <exception>
#include <utility>

#include "host/io/private_memory.hpp"

namespace sesame::sim {

Inquiries::Inquiries(issuer::Registry& registry, std::function<issuer::Millis()> now)
    : registry_(registry), now_(std::move(now)), thread_([this] { work(); }) {}

Inquiries::~Inquiries() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Inquiries::take(issuer::CardId card, issuer::Submission submission, issuer::Decision decision) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= kMost) {
      ++dropped_;
      return;
    }
    waiting_.push_back({std::chrono::steady_clock::now() + kAfter, card, std::move(submission), decision});
  }
  changed_.notify_all();
}

std::size_t Inquiries::waiting() {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

void Inquiries::settle() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return waiting_.empty(); });
}

void Inquiries::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return ending_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    One& first = waiting_.front();  // of a deque: stays where it is while others come
    changed_.wait_until(lock, first.due, [&] { return ending_; });
    lock.unlock();
    inquire(first);
    io::wipe_stack();
    lock.lock();
    waiting_.pop_front();
    changed_.notify_all();
  }
}

void Inquiries::inquire(const One& one) {
  try {
    registry_.inquire(one.card, one.submission, one.decision, now_());
  } catch (const std::exception&) {
    ++dropped_;  // the refusal itself is in the audit
  }
}

}  // namespace sesame::sim
