// The manual pages, section 1: sesame(1), sesame-code(1), sesame-card-new(1).
#pragma once

#include <string>
#include <string_view>

#include "host/cli/description.hpp"

namespace sesame::cli {

// "sesame-card-new"
std::string page_name(const CommandDescription& command);

// In the language of man(7).
std::string man_page(const CommandDescription& command, std::string_view version);

}  // namespace sesame::cli
