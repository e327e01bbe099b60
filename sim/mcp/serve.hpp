// The server on descriptors.
#pragma once

#include "host/io/signals.hpp"
#include "sim/mcp/mcp_server.hpp"

namespace sesame::sim {

// Answers the lines of `in` on standard output, one after the other, until there are no more, or a signal
// that ends what is served. Failure (environment): standard output cannot be written.
void serve_lines(McpServer& server, int in, io::Signals& signals);

}  // namespace sesame::sim
