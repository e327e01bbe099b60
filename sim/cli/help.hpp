// `sesame help TOPIC`: what takes a page.
#pragma once

#include "host/cli/command.hpp"

namespace sesame::sim {

void add_help_command(const cli::Command& parent);

}  // namespace sesame::sim
