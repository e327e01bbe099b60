#include "host/pcsc/context.hpp"

#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "host/base/failure.hpp"
#include "host/pcsc/errors.hpp"
#include "host/pcsc/library.hpp"

namespace sesame::pcsc {

namespace {

// To let go of a context. The service does so by itself when the process ends.
constexpr std::chrono::milliseconds kReleasedWithin{1000};

// Threads that are no longer waited for, in a call that may end at any time.
std::atomic<int> left_alone = 0;

// The library must not be taken down under such a thread: exit() does that, _exit() does not.
void end_without_destructors(int status, void*) {
  if (left_alone == 0) return;
  std::fflush(nullptr);
  ::_exit(status);
}

}  // namespace

// What the context and its thread have in common; whichever ends last ends it.
struct Context::Shared {
  void run();
  void end();
  void leave_alone();

  std::mutex mutex;
  std::condition_variable changed;
  LONG established = SCARD_E_NO_SERVICE;
  SCARDCONTEXT handle = 0;
  std::function<void(SCARDCONTEXT)> work;
  bool busy = true;    // the thread establishes the context, or works
  bool lost = false;   // and that is no longer waited for
  bool over = false;   // the context is no longer wanted
  bool alive = true;   // the thread
  bool alone = false;  // the thread, and it counts as such
  std::thread thread;
};

void Context::Shared::run() {
  SCARDCONTEXT context = 0;
  const LONG result = library().SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context);
  std::unique_lock lock(mutex);
  established = result;
  handle = context;
  for (;;) {
    busy = false;
    changed.notify_all();
    changed.wait(lock, [&] { return busy || over || lost; });
    if (!busy) break;
    const auto function = std::exchange(work, nullptr);
    lock.unlock();
    function(context);
    lock.lock();
  }
  lock.unlock();
  // With it goes a connection that came too late: the service resets its card.
  if (result == SCARD_S_SUCCESS) library().SCardReleaseContext(context);
  lock.lock();
  alive = false;
  changed.notify_all();
  if (alone) --left_alone;
}

void Context::Shared::end() {
  std::unique_lock lock(mutex);
  over = true;
  changed.notify_all();
  if (!lost || !busy) changed.wait_for(lock, kReleasedWithin, [&] { return !alive; });
  if (alive) {
    leave_alone();
    thread.detach();
    return;
  }
  lock.unlock();
  thread.join();
}

// With the mutex held.
void Context::Shared::leave_alone() {
  if (std::exchange(alone, true)) return;
  static const int registered = ::on_exit(end_without_destructors, nullptr);
  static_cast<void>(registered);
  ++left_alone;
}

Context::Context(Millis patience) : patience_(patience), shared_(std::make_shared<Shared>()) {
  library();  // here it can be said that there is none, and not by the thread
  shared_->thread = std::thread([shared = shared_] { shared->run(); });
  const auto established = [&] {
    std::unique_lock lock(shared_->mutex);
    shared_->lost = !shared_->changed.wait_for(lock, patience, [&] { return !shared_->busy; });
    return shared_->lost ? std::nullopt : std::optional(shared_->established);
  }();
  if (established == SCARD_S_SUCCESS) return;
  shared_->end();
  if (!established) fail_silent();
  throw failure(*established);
}

Context::~Context() { shared_->end(); }

SCARDCONTEXT Context::handle() const { return shared_->handle; }

bool Context::run(std::optional<Millis> limit, std::function<void(SCARDCONTEXT)> work) const {
  Shared& shared = *shared_;
  std::unique_lock lock(shared.mutex);
  if (shared.lost) return false;
  shared.work = std::move(work);
  shared.busy = true;
  shared.changed.notify_all();
  const auto ended = [&] { return !shared.busy || shared.lost; };
  limit ? static_cast<void>(shared.changed.wait_for(lock, *limit, ended)) : shared.changed.wait(lock, ended);
  if (!shared.busy) return !shared.lost;
  shared.lost = true;
  shared.leave_alone();
  return false;
}

bool Context::lost() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->lost;
}

bool Context::busy() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->busy;
}

void Context::abandon() const {
  const std::lock_guard lock(shared_->mutex);
  shared_->lost = true;
  shared_->changed.notify_all();
}

// It goes to the service on a connection of its own, and waits for an answer there.
void Context::cancel(Millis patience) const {
  const Context other(patience);
  other.ask([waiting = handle()](SCARDCONTEXT) { return library().SCardCancel(waiting); });
}

void expect_service(Context::Millis patience) { const Context there(patience); }

void fail_silent() {
  throw Failure(Failure::environment,
                "the PC/SC service does not answer: restart it (systemctl restart pcscd)");
}

}  // namespace sesame::pcsc
