// An event stream (HTML Living Standard, 9.2: server-sent events) of one reader or of all.
//
//   id: 4711
//   event: screen
//   data: {"reader":"default","revision":12,"rows":["Code secret ?   ",…],"lit":true,"state":"pin"}
//
// An id is the number of the event over all readers: with Last-Event-ID the stream goes on after it. Where
// those events are forgotten, or come from another process, an event `lost` says so first.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "sim/fleet/simulator.hpp"
#include "sim/http/connection_limit.hpp"
#include "sim/http/message.hpp"

namespace sesame::sim {

class EventFeed final : public Feed {
 public:
  // `after`: the last event that was seen. Of one reader the feed ends when the reader does. The simulator
  // outlives it.
  EventFeed(Simulator& simulator, std::optional<std::string> reader, std::uint64_t after,
            ConnectionLimit::Permit permit);

  const std::string& topic() const override { return topic_; }
  std::chrono::steady_clock::time_point again() const override;
  std::optional<std::string> next() override;

 private:
  using Clock = std::chrono::steady_clock;

  Simulator& simulator_;
  std::optional<std::string> reader_;
  Simulator::Hold hold_;
  std::string topic_;
  EventBus::Follower follower_;
  ConnectionLimit::Permit permit_;
  Clock::time_point said_;  // when it last sent something
  bool opened_ = false, over_ = false;
};

}  // namespace sesame::sim
