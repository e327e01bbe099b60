// `sesame issuer serve`: verification of codes by HTTP (sim/issuer/api.hpp).
#pragma once

#include "host/cli/command.hpp"

namespace sesame::sim {

// `parent`: the group `issuer`. Serves until SIGTERM, SIGINT, SIGQUIT or SIGHUP, which is exit status 0. When
// it is ready, one line on standard output, with null for a token that was given to it:
// {"url":"http://127.0.0.1:8036","token":"…","relying_party_token":"…"}, and with --k2 "k2_port". 2: no such
// store or key, a bad token; 3: the port is in use, or the store cannot be opened.
void add_issuer_serve_command(const cli::Command& parent);

}  // namespace sesame::sim
