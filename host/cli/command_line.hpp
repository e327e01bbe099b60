// The command line of the host's commands: adds each to an application, which may have others beside them.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace sesame::cli {

// Each subcommand runs when CLI11 has parsed it.
void add_commands(CLI::App& app);

// Parses and runs; prints what went wrong as one line on standard error. The exit status of `sesame`.
int run(CLI::App& app, int argc, const char* const* argv);

}  // namespace sesame::cli
