// What the server counts, for Prometheus. For any number of threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace sesame::sim {

// One that is counted elsewhere.
std::string metric(std::string_view name, std::string_view type, std::string_view help, std::uint64_t value);

// The requests.
class Metrics {
 public:
  // `operation`: of the route, or "none"; never anything that a client chose.
  void count_request(const std::string& operation, int status, std::chrono::nanoseconds took);

  // Prometheus text, version 0.0.4.
  std::string text() const;

 private:
  struct Sum {
    std::uint64_t count = 0;
    double seconds = 0;
  };
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, int>, Sum> requests_;
};

}  // namespace sesame::sim
