// `sesame sim`: live readers behind an HTTP API and a page (sim/server/api.hpp).
#pragma once

#include "host/cli/command.hpp"

namespace sesame::sim {

// Serves until SIGTERM, SIGINT, SIGQUIT or SIGHUP, which is exit status 0. When it is ready, one line on
// standard output, where null is also a token that was given to it:
// {"url":"http://127.0.0.1:8035","token":null}. 2: options that do not go together, a bad file; 3: the port
// or the state folder is in use.
void add_sim_command(const cli::Command& parent);

}  // namespace sesame::sim
