// tools.json: part of the program.
#pragma once

#include <span>

#include "host/base/embedded_file.hpp"

namespace sesame::sim {

std::span<const EmbeddedFile> embedded_tools();

}  // namespace sesame::sim
