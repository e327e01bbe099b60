#include "sim/server/openapi.hpp"

#include <nlohmann/json.hpp>

#include "sim/reader/live_reader.hpp"
#include "sim/server/assets.hpp"
#include "sim/server/fault_json.hpp"

namespace sesame::sim {

std::string openapi_text() {
  auto document = nlohmann::ordered_json::parse(*content_of(assets(), "openapi.json"));
  auto& schemas = document["components"]["schemas"];
  add_fault_schemas(schemas);
  schemas["State"]["enum"] = names(State{});
  schemas["Told"]["enum"] = names(signing::Told{});
  schemas["ComputerCommand"]["enum"] = names(ComputerCommand::Kind{});
  return document.dump(1) + "\n";
}

}  // namespace sesame::sim
