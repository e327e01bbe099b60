// JSON from outside, no deeper than what this program can say again.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace sesame::sim {

// Nothing where it is no JSON, or is nested deeper than any message of ours or of a simulator.
inline std::optional<nlohmann::ordered_json> parse_bounded(std::string_view text) {
  using Json = nlohmann::ordered_json;
  constexpr int kDeepest = 32;
  bool deep = false;
  const auto keep = [&deep](int depth, Json::parse_event_t, const Json&) {
    deep = deep || depth > kDeepest;
    return !deep;
  };
  Json json = Json::parse(text, keep, false);
  if (deep || json.is_discarded()) return std::nullopt;
  return json;
}

}  // namespace sesame::sim
