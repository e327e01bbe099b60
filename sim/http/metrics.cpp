#include "sim/http/metrics.hpp"

#include <fmt/format.h>

namespace sesame::sim {

namespace {

template <class Value>
std::string metric(const char* name, const char* type, const char* help, Value value) {
  return fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", name, help, type, value);
}

}  // namespace

void Metrics::count_request(const std::string& operation, int status, std::chrono::nanoseconds took) {
  const std::lock_guard lock(mutex_);
  Sum& sum = requests_[{operation, status}];
  ++sum.count;
  sum.seconds += std::chrono::duration<double>(took).count();
}

void Metrics::count_code() {
  const std::lock_guard lock(mutex_);
  ++codes_;
}

std::string Metrics::text(const Now& now) const {
  const std::lock_guard lock(mutex_);
  std::string text = metric("sesame_readers", "gauge", "Live readers.", now.readers) +
                     metric("sesame_readers_created_total", "counter", "Readers ever created.", now.created) +
                     metric("sesame_waiting", "gauge", "Event streams and long polls.", now.waiting) +
                     metric("sesame_events_total", "counter", "Events in all readers.", now.events) +
                     metric("sesame_codes_total", "counter", "Codes given by one call.", codes_);
  text +=
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
