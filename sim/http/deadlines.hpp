// When each of many is due, the first first. One due time each at most.
#pragma once

#include <chrono>
#include <map>
#include <optional>

namespace sesame::sim {

template <class Owner>
class Deadlines {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Place =
      std::optional<typename std::multimap<Time, Owner*>::iterator>;  // kept by its owner, empty at first

  void set(Place& place, Time time, Owner* owner) {
    if (!place) {
      place = due_.emplace(time, owner);
      return;
    }
    auto node = due_.extract(*place);
    node.key() = time;
    place = due_.insert(std::move(node));
  }
  void cancel(Place& place) {
    if (place) due_.erase(*place);
    place.reset();
  }
  std::optional<Time> first() const {
    return due_.empty() ? std::nullopt : std::optional(due_.begin()->first);
  }
  // The owner of what is due first, if it is due by now.
  Owner* due(Time now) const { return first() && *first() <= now ? due_.begin()->second : nullptr; }

 private:
  std::multimap<Time, Owner*> due_;
};

}  // namespace sesame::sim
