// `sesame scenario`: plays scenario files (sim/scenario/scenario.hpp) and reports.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace sesame::sim {

// Exit statuses: 0 all passed; 1 one failed; 2 the command line or a file is wrong, and nothing was played; 3 the
// environment; 4 one waited in vain, and none failed otherwise.
void add_scenario_command(CLI::App& app);

}  // namespace sesame::sim
