// Stores that tell what was done to them, or do not do it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/base/failure.hpp"
#include "host/state/counters.hpp"

namespace sesame::card::test {

// Logs every put() as "atc=5". Told to, it loses its power in the nth put(): before the values are kept, or
// after that; either way, put() does not return.
class ObservedStore final : public state::CounterStore {
 public:
  enum class PowerCut { none, before, after };

  void cut_power(PowerCut cut, int at_put = 1) {
    cut_ = cut;
    puts_until_cut_ = at_put;
  }
  void on_put(std::function<void()> look) { look_ = std::move(look); }
  std::vector<std::string>& log() { return log_; }

  std::optional<state::Counters> get(std::string_view id) const override { return inside_.get(id); }

  void put(std::string_view id, const state::Counters& counters) override {
    if (look_) look_();
    const bool cut = cut_ != PowerCut::none && --puts_until_cut_ == 0;
    if (cut && cut_ == PowerCut::before) fail();
    inside_.put(id, counters);
    for (const state::Counter& counter : counters) {
      log_.push_back(std::string(counter.name()) + "=" + std::to_string(counter.value));
    }
    if (cut) fail();
  }

 private:
  [[noreturn]] void fail() {
    cut_ = PowerCut::none;
    throw Failure(Failure::environment, "the power is gone");
  }

  state::EphemeralStore inside_;
  std::vector<std::string> log_;
  std::function<void()> look_;
  PowerCut cut_ = PowerCut::none;
  int puts_until_cut_ = 0;
};

}  // namespace sesame::card::test
