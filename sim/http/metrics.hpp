// What the server counts, for Prometheus. For any number of threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace sesame::sim {

class Metrics {
 public:
  // `operation`: of the route, or "none"; never anything that a client chose.
  void count_request(const std::string& operation, int status, std::chrono::nanoseconds took);
  void count_code();

  // What is known elsewhere.
  struct Now {
    std::size_t readers = 0, waiting = 0;  // waiting: event streams and long polls
    std::uint64_t created = 0, events = 0;
  };
  // Prometheus text, version 0.0.4.
  std::string text(const Now& now) const;

 private:
  struct Sum {
    std::uint64_t count = 0;
    double seconds = 0;
  };
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, int>, Sum> requests_;
  std::uint64_t codes_ = 0;
};

}  // namespace sesame::sim
