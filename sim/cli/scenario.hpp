// `sesame scenario`: plays scenario files (sim/scenario/scenario.hpp) and reports.
#pragma once

#include "host/cli/command.hpp"

namespace sesame::sim {

// Exit statuses: 0 all passed; 1 one failed; 2 the command line or a file is wrong, and nothing was played; 3
// the environment; 4 one waited in vain, and none failed otherwise.
void add_scenario_command(const cli::Command& parent);

}  // namespace sesame::sim
