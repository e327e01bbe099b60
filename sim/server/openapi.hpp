// The description of the API, as it is served at /openapi.json.
#pragma once

#include <string>

namespace sesame::sim {

// openapi.json of this folder, and in it the schema of a fault from the table of sim/reader/faults.cpp, and
// the names of the states from firmware/core/state.hpp.
std::string openapi_text();

}  // namespace sesame::sim
