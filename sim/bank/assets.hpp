// The site's files, which are part of the program.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "host/base/embedded_file.hpp"

namespace sesame::bank {

std::span<const EmbeddedFile> assets();

inline std::optional<std::string_view> asset(std::string_view name) { return content_of(assets(), name); }

}  // namespace sesame::bank
