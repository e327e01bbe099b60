// The responses that every API here gives alike.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "sim/http/message.hpp"

namespace sesame::sim {

// As UTF-8; bytes that are none become U+FFFD.
std::string dump(const nlohmann::ordered_json& value);

Response json_response(const nlohmann::ordered_json& json, int status = 200);
Response typed(std::string_view type, std::string body);

// To a request that cannot be understood, or is not answered any more (HttpService::refuse). `server` is what
// ends with 503: "simulator".
ApiError error_of(int status, std::size_t largest_body, std::string_view server);

// The headers that any browser must see on any answer.
void add_safeguards(Response& response);

}  // namespace sesame::sim
