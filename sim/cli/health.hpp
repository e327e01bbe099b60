// `sesame health`: whether a server of ours answers.
#pragma once

#include "host/cli/command.hpp"

namespace sesame::sim {

void add_health_command(const cli::Command& parent);

}  // namespace sesame::sim
