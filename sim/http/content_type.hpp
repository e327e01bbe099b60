// What a file is, by the end of its name.
#pragma once

#include <string_view>

namespace sesame::sim {

// "text/html; charset=utf-8"
std::string_view content_type(std::string_view name);

}  // namespace sesame::sim
