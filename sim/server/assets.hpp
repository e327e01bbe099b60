// The files of the page, and the description of the API: part of the program.
#pragma once

#include <span>
#include <string_view>

#include "host/base/embedded_file.hpp"

namespace sesame::sim {

std::span<const EmbeddedFile> assets();

}  // namespace sesame::sim
