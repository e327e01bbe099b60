// `sesame tui`: a live reader in a terminal (sim/tui/run.hpp).
#pragma once

#include "host/cli/command.hpp"

namespace sesame::sim {

void add_tui_command(const cli::Command& parent);

}  // namespace sesame::sim
