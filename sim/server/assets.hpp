// The files of the page, and the description of the API: part of the program.
#pragma once

#include <span>
#include <string_view>

#include "host/base/embedded_file.hpp"

namespace sesame::sim {

std::span<const EmbeddedFile> assets();

// By the end of the name: "text/html; charset=utf-8".
std::string_view content_type(std::string_view name);

}  // namespace sesame::sim
