// The page on scenarios, README.md of this folder, as `sesame help scenario` prints it.
#pragma once

#include <span>
#include <string_view>

#include "host/base/embedded_file.hpp"

namespace sesame::sim {

std::span<const EmbeddedFile> scenario_files();

inline std::string_view scenario_page() { return *content_of(scenario_files(), "README.md"); }

}  // namespace sesame::sim
