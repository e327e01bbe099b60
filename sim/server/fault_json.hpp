// Faults as the JSON of the API, by the table of sim/reader/faults.cpp.
#pragma once

#include <nlohmann/json.hpp>

#include "host/document/value.hpp"
#include "sim/reader/faults.hpp"

namespace sesame::sim {

// {"faults": […]}, at most 32. Each has what its kind needs, and nothing else. Throws ApiError.
Faults faults(const document::Value& body);
// […], which faults() reads as the same.
nlohmann::ordered_json faults_json(const Faults& faults);

// GET /v1/faults: of each kind {"kind", "description", "fields", "required", "suggested"}. `fields` has a
// JSON Schema for each field, `required` the names of those without a default, `suggested` a value for each.
nlohmann::ordered_json fault_shapes_json();
// Puts the schema of a fault into those of openapi.json, `Fault`, and that of each kind.
void add_fault_schemas(nlohmann::ordered_json& schemas);

}  // namespace sesame::sim
