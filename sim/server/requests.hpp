// The bodies of requests, read strictly into what the simulator takes. Pure functions; each throws ApiError.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sim/reader/card_spec.hpp"
#include "sim/reader/operator.hpp"
#include "sim/reader/simulator.hpp"

namespace sesame::sim {

// "sesame-card", {"name": …}, {"toml": …, "name"?}, {"transcript": …, "name"?}, {"pcsc": …}. `where` is for messages.
CardSpec card_spec(const nlohmann::json& value, const std::string& where);

// {profile?, card?, clock?, ttl_s?}
ReaderSpec reader_spec(const nlohmann::json& body);

struct Stroke {
  std::string key;  // as engraved
  bool hold = false;
};
// {"keys": ["CODE", {"hold": "C"}]}; at most 256
std::vector<Stroke> strokes(const nlohmann::json& body);

// {function?, pin, inputs?}. The PIN is overwritten in `body`.
OtpRequest otp_request(nlohmann::json& body);

// {"advance_ms": N} or {"to": "next-deadline"}: nothing then
std::optional<Millis> clock_advance(const nlohmann::json& body);

struct StatePatch {
  std::optional<std::uint16_t> atc;
  std::optional<std::uint8_t> tries_left;
};
// {atc?: "0100", tries_left?: 1}, at least one
StatePatch state_patch(const nlohmann::json& body);

// {"token": T}
std::string session_token(const nlohmann::json& body);

}  // namespace sesame::sim
