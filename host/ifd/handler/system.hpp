// What the handler needs of the system, and of the C++ library nothing that is not in its headers: the
// library's part for exceptions would stay in the daemon's memory each time the handler is unloaded.
#pragma once

#include <pthread.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>

#include "host/io/descriptor.hpp"

namespace sesame::ifd {

using io::Descriptor;

// For std::lock_guard. One that is never destroyed needs nothing from the system, and cannot fail.
class Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;
  void lock() { ::pthread_mutex_lock(&mutex_); }
  void unlock() { ::pthread_mutex_unlock(&mutex_); }

 private:
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
};

// std::chrono::steady_clock, without its function.
struct Clock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<Clock>;
  static constexpr bool is_steady = true;

  static time_point now() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return time_point(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
  }
};

// Something that poll() can wait for. Once set it stays set until cleared.
class Event {
 public:
  // False: the system has no descriptor left.
  bool make() {
    if (!event_.is_open()) event_ = Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    return event_.is_open();
  }
  int descriptor() const { return event_.get(); }  // readable while it is set
  void set() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(event_.get(), &one, sizeof one);
  }
  void clear() {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t got = ::read(event_.get(), &count, sizeof count);
  }

 private:
  Descriptor event_;
};

}  // namespace sesame::ifd
