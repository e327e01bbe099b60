// `sesame tui`: a live reader in a terminal (sim/tui/run.hpp).
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace sesame::sim {

void add_tui_command(CLI::App& app);

}  // namespace sesame::sim
