#include "sim/http/workers.hpp"

#include <system_error>
#include <utility>

#include "host/io/private_memory.hpp"

namespace sesame::sim {

Workers::Workers(std::size_t count) {
  try {
    while (threads_.size() < count) threads_.emplace_back([this] { work(); });
  } catch (const std::system_error&) {
    if (threads_.empty()) throw;  // fewer will do
  }
}

Workers::~Workers() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Workers::run(std::function<void()> job) {
  add(std::move(job));
  start();
}

void Workers::add(std::function<void()> job) {
  const std::lock_guard lock(mutex_);
  jobs_.push_back(std::move(job));
}

void Workers::start() { changed_.notify_one(); }

void Workers::work() {
  for (;;) {
    std::function<void()> job;
    bool more = false;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
      more = !jobs_.empty();
    }
    if (more) start();  // one wakes the next, as a job may take long
    job();
    job = nullptr;
    io::wipe_stack();
  }
}

}  // namespace sesame::sim
