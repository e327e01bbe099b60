// `sesame mcp`: card readers as tools of an agent (sim/mcp).
#pragma once

#include "host/cli/command.hpp"

namespace sesame::sim {

// Speaks the Model Context Protocol on standard input and output until the input ends, or SIGTERM, SIGINT,
// SIGQUIT or SIGHUP: exit status 0. 2: a bad card file or URL; 3: standard output cannot be written.
void add_mcp_command(const cli::Command& parent);

}  // namespace sesame::sim
