#include "sim/http/instance.hpp"

#include <nlohmann/json.hpp>

#include "sim/http/gate.hpp"
#include "sim/http/responses.hpp"

namespace sesame::sim {

Response instance_response(std::string_view service, const Instance& instance) {
  return json_response({{"service", service}, {"version", instance.version}, {"instance", instance.id}});
}

Instance new_instance(std::string_view version) {
  constexpr std::size_t kDigits = 16;
  return {std::string(version), random_token().substr(0, kDigits)};
}

}  // namespace sesame::sim
