// What a server says of itself at GET /v1. A client that finds another instance there than before knows that
// nothing of what it had made is left.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "sim/http/message.hpp"

namespace sesame::sim {

struct Instance {
  std::string version = "0";  // of the program
  std::string id = "0";       // of this start, and of no other
};

// `service`: "sim", "issuer", "bank".
Response instance_response(std::string_view service, const Instance& instance);

// `version`, and 64 random bits in hex. Failure(Failure::environment): the system has none.
Instance new_instance(std::string_view version);

}  // namespace sesame::sim
