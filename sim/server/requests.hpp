// The bodies of requests, read strictly into what the simulator takes. Pure functions; each throws ApiError.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/card/file/card_spec.hpp"
#include "host/document/value.hpp"
#include "sim/fleet/simulator.hpp"
#include "sim/reader/operator.hpp"

namespace sesame::sim {

// "sesame-card", {"name": …}, {"toml": …, "name"?}, {"transcript": …, "name"?}, {"pcsc": …}; with a name or
// toml also pan?, psn?, pin?, imk?, and last_atc? or next_atc?.
CardSpec card_spec(const document::Value& value);

// {profile?: "sesame" or {"toml": …, "name"?}, card?, clock?, ttl_s?, label?}
ReaderSpec reader_spec(const document::Value& body);

struct ReaderPatch {
  std::optional<std::string> label;    // empty: none
  std::optional<std::uint32_t> ttl_s;  // 0: without end
};
// {label?, ttl_s?}, at least one
ReaderPatch reader_patch(const document::Value& body);

struct Stroke {
  std::string key;  // as engraved
  bool hold = false;
};
// {"keys": ["CODE", {"hold": "C"}]}; at most 256
std::vector<Stroke> strokes(const document::Value& body);

struct CableCommand {
  ComputerCommand::Kind kind = ComputerCommand::Kind::unplug;
  std::string text;
};
// {"command": "pin"}; show and sign have "text"
CableCommand cable_command(const document::Value& body);

// {function?, pin, inputs?}
OtpRequest otp_request(const document::Value& body);

// {"advance_ms": N} or {"to": "next-deadline"}: nothing then
std::optional<Millis> clock_advance(const document::Value& body);

struct StatePatch {
  std::optional<std::uint16_t> last_atc;
  std::optional<std::uint8_t> tries_left;
};
// {last_atc?: "00FF" or next_atc?: "0100", tries_left?: 1}, at least one
StatePatch state_patch(const document::Value& body);

// {"token": T}
std::string session_token(const document::Value& body);

}  // namespace sesame::sim
