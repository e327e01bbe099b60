#include "sim/server/openapi.hpp"

#include <nlohmann/json.hpp>

#include "sim/server/assets.hpp"
#include "sim/server/fault_json.hpp"

namespace sesame::sim {

std::string openapi_text() {
  auto document = nlohmann::ordered_json::parse(*asset("openapi.json"));
  document["components"]["schemas"]["Fault"] = fault_schema();
  return document.dump(1) + "\n";
}

}  // namespace sesame::sim
