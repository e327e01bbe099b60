// A few threads for the work that may take its time: reading, writing and waiting for clients need none.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace sesame::sim {

class Workers {
 public:
  // std::system_error: the system gives no thread.
  explicit Workers(std::size_t count);
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers();  // does what was given to it first

  // Does not throw, and is done in the order in which it comes. What it leaves on the thread's stack is
  // overwritten: a PIN or a code may be there.
  void run(std::function<void()> job);

  // The same for many that come at once, whose giver has no time to wake a thread for each: they wait for
  // start().
  void add(std::function<void()> job);
  void start();

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace sesame::sim
