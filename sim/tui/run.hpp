// `sesame tui`: a reader at the terminal, until the user ends it.
#pragma once

#include "sim/tui/model.hpp"

namespace sesame::sim {

// `ascii`: draws with ASCII alone, as it does where the locale has no more.
void run_at_terminal(const TuiOptions& options, bool ascii);

}  // namespace sesame::sim
