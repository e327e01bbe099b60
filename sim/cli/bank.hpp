// `sesame bank`: the sites of the documents, to log in to with the reader (sim/bank/api.hpp).
#pragma once

#include "host/cli/command.hpp"

namespace sesame::sim {

// Serves until SIGTERM, SIGINT, SIGQUIT or SIGHUP, which is exit status 0. When it is ready, one line on
// standard output:
// {"url":"https://127.0.0.1:8037","certificate_url":"https://127.0.0.1:8038","authority":FILE, "token":null
// or "…"}; of `bank demo` also "simulator" and "customer". 2: usage, or a file that is no bank; 3: a port is
// in use, or a file cannot be written.
void add_bank_command(const cli::Command& parent);

}  // namespace sesame::sim
