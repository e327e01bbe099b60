#include "host/device/timed_slot.hpp"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>

#include "host/failure.hpp"

namespace sesame {

// What the caller and the thread have in common; whichever ends last ends it.
struct TimedSlot::Shared {
  explicit Shared(std::unique_ptr<CardSlot> card) : slot(std::move(card)) {}

  void run();
  SlotStatus carry_out();

  std::mutex mutex;
  std::condition_variable changed;
  bool asked = false;  // a call is under way
  bool over = false;   // the caller is gone
  bool ended = false;  // so is the slot

  std::unique_ptr<CardSlot> slot;  // these are the thread's own while it is asked
  SlotRequest::Kind kind = SlotRequest::Kind::deactivate;
  SecretVector<std::uint8_t, emv::kMaxCommand> command;
  emv::ResponseBuffer answer;
  SlotStatus status = SlotStatus::mute;
  std::exception_ptr failure;
};

void TimedSlot::Shared::run() {
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(lock, [&] { return asked || over; });
    if (!asked) break;
    lock.unlock();
    failure = nullptr;
    answer.clear();
    try {
      status = carry_out();
    } catch (...) {
      failure = std::current_exception();
    }
    command.wipe();
    lock.lock();
    asked = false;
    changed.notify_all();
    if (over) break;
  }
  lock.unlock();
  slot.reset();  // in the thread that used it: this, too, may take for ever
  lock.lock();
  ended = true;
  changed.notify_all();
}

SlotStatus TimedSlot::Shared::carry_out() {
  switch (kind) {
    case SlotRequest::Kind::activate: return slot->activate(answer);
    case SlotRequest::Kind::warm_reset: return slot->warm_reset(answer);
    case SlotRequest::Kind::transmit: return slot->transmit(command, answer);
    case SlotRequest::Kind::verify_on_pad: return slot->verify_on_pad(command, answer);
    case SlotRequest::Kind::deactivate: slot->deactivate(); return SlotStatus::ok;
  }
  return SlotStatus::garbled;
}

TimedSlot::TimedSlot(std::unique_ptr<CardSlot> slot, SlotLimits limits)
    : limits_(limits),
      shared_(std::make_shared<Shared>(std::move(slot))),
      thread_([shared = shared_] { shared->run(); }) {}

TimedSlot::~TimedSlot() {
  bool ended = false;
  {
    std::unique_lock lock(shared_->mutex);
    shared_->over = true;
    shared_->changed.notify_all();
    const auto limit = shared_->asked ? std::chrono::milliseconds(0) : limits_.answer;
    ended = shared_->changed.wait_for(lock, limit, [&] { return shared_->ended; });
  }
  ended ? thread_.join() : thread_.detach();
}

SlotStatus TimedSlot::call(SlotRequest::Kind kind, Bytes command, emv::ResponseBuffer& answer) {
  answer.clear();
  Shared& shared = *shared_;
  std::unique_lock lock(shared.mutex);
  if (shared.asked) return SlotStatus::mute;
  if (!shared.command.assign(command)) return SlotStatus::garbled;
  shared.kind = kind;
  shared.asked = true;
  shared.changed.notify_all();
  const bool on_pad = kind == SlotRequest::Kind::verify_on_pad;
  if (!shared.changed.wait_for(lock, on_pad ? limits_.pad : limits_.answer, [&] { return !shared.asked; })) {
    if (!on_pad) return SlotStatus::mute;
    throw Failure(Exit::environment,
                  "nobody has finished at the pinpad; a PIN that is typed there now may still be sent: press "
                  "cancel on it");
  }
  if (shared.failure) std::rethrow_exception(std::exchange(shared.failure, nullptr));
  answer = shared.answer;
  return shared.status;
}

SlotStatus TimedSlot::activate(emv::ResponseBuffer& answer) {
  return call(SlotRequest::Kind::activate, {}, answer);
}

SlotStatus TimedSlot::warm_reset(emv::ResponseBuffer& answer) {
  return call(SlotRequest::Kind::warm_reset, {}, answer);
}

SlotStatus TimedSlot::transmit(Bytes command, emv::ResponseBuffer& answer) {
  return call(SlotRequest::Kind::transmit, command, answer);
}

SlotStatus TimedSlot::verify_on_pad(Bytes command, emv::ResponseBuffer& answer) {
  return call(SlotRequest::Kind::verify_on_pad, command, answer);
}

void TimedSlot::deactivate() {
  emv::ResponseBuffer none;
  call(SlotRequest::Kind::deactivate, {}, none);
}

}  // namespace sesame
