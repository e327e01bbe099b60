// A live reader, and what happens in it, as the JSON of the API.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "sim/fleet/event_bus.hpp"
#include "sim/reader/live_reader.hpp"
#include "sim/reader/operator.hpp"

namespace sesame::sim {

// What is said of a reader beside what it is like.
struct ReaderFacts {
  std::string id, label;
  std::optional<Millis> expires_in;  // until it is deleted, if nobody asks for it
};
nlohmann::ordered_json reader_json(const ReaderFacts& facts, LiveReader& reader);
// {"rows", "lit", "revision", "text"}
nlohmann::ordered_json screen_json(const LiveReader& reader);
// {"last_atc", "next_atc", "tries_left"}; next_atc is null where there is none after the last
nlohmann::ordered_json state_json(const CardState& state);
nlohmann::ordered_json otp_json(const OtpResult& result);
// {"apdus": […], "revision"}
nlohmann::ordered_json trace_json(const LiveReader& reader);
// {"codes": […], "revision"}: what the codes were made of that it has shown
nlohmann::ordered_json codes_json(const LiveReader& reader);

// An event of a stream.
struct EventJson {
  std::string_view name;  // "screen"
  nlohmann::ordered_json data;
};
EventJson event_json(const SimEvent& event);

}  // namespace sesame::sim
