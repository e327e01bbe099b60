#include "sim/http/metrics.hpp"

#include <fmt/format.h>

namespace sesame::sim {

std::string metric(std::string_view name, std::string_view type, std::string_view help, std::uint64_t value) {
  return fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", name, help, type, value);
}

void Metrics::count_request(const std::string& operation, int status, std::chrono::nanoseconds took) {
  const std::lock_guard lock(mutex_);
  Sum& sum = requests_[{operation, status}];
  ++sum.count;
  sum.seconds += std::chrono::duration<double>(took).count();
}

std::string Metrics::text() const {
  const std::lock_guard lock(mutex_);
  std::string text =
      "# HELP sesame_request_seconds Requests, by operation and status, and how long they took.\n"
      "# TYPE sesame_request_seconds summary\n";
  for (const auto& [key, sum] : requests_) {
    const std::string labels = fmt::format("operation=\"{}\",status=\"{}\"", key.first, key.second);
    text +=
        fmt::format("sesame_request_seconds_sum{{{0}}} {1:.6f}\nsesame_request_seconds_count{{{0}}} {2}\n",
                    labels, sum.seconds, sum.count);
  }
  return text;
}

}  // namespace sesame::sim
