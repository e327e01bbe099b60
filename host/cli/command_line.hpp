// The command line of the host's commands: adds each to an application, which may have others beside them.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <functional>
#include <memory>

namespace sesame::cli {

// The callback of each subcommand says with when_parsed() what it does.
void add_commands(CLI::App& app);

// To be said once while a command line is parsed: what run() does then.
void when_parsed(std::function<void()> command);

// Parses, and does what the command line says; prints what went wrong as one line on standard error. The exit status of
// `sesame`. A command runs when the application is gone, which keeps what was typed; and what of that is a secret is
// overwritten in `argv`, where everybody on the machine sees it.
int run(std::unique_ptr<CLI::App> app, int argc, char** argv);

}  // namespace sesame::cli
