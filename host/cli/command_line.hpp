// A command line, from its arguments to the exit status.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

namespace CLI {
class App;
}

namespace sesame::cli {

// To be said once while a command line is parsed: what run() does then.
void when_parsed(std::function<void()> command);

// Whether the value of this option, as "--pin", is not for others to see.
bool is_secret(std::string_view option);

// Parses, and does what the command line says; prints what went wrong as one line on standard error. The exit
// status of `sesame`. A command runs when the application is gone, which keeps what was typed; and what of
// that is a secret is overwritten in `argv`, where everybody on the machine sees it.
int run(std::unique_ptr<CLI::App> app, int argc, char** argv);

}  // namespace sesame::cli
