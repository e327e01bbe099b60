// `sesame`: the commands of the host and those of the simulator, in one application.
#include <fcntl.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <exception>
#include <memory>
#include <utility>

#include "host/base/safe_text.hpp"
#include "host/cli/command_line.hpp"
#include "host/cli/commands.hpp"
#include "host/io/private_memory.hpp"
#include "sim/cli/bank.hpp"
#include "sim/cli/health.hpp"
#include "sim/cli/help.hpp"
#include "sim/cli/issuer_serve.hpp"
#include "sim/cli/mcp.hpp"
#include "sim/cli/scenario.hpp"
#include "sim/cli/sim.hpp"
#include "sim/cli/tui.hpp"

namespace {

// Where a standard descriptor is closed, the first file to be opened would take its number, and what is
// printed would end up in it. Opened so that printing fails, and says so.
void occupy_standard_descriptors() {
  for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor) {
    if (::fcntl(descriptor, F_GETFD) >= 0) continue;
    const int mode = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    if (::open("/dev/null", mode) != descriptor) ::_exit(3);
  }
}

}  // namespace

int main(int argc, char** argv) try {
  sesame::io::keep_memory_private();
  occupy_standard_descriptors();
  auto app = std::make_unique<CLI::App>("An EMV-CAP card reader as software.", "sesame");
  app->set_version_flag("--version", "sesame " SESAME_VERSION);
  app->require_subcommand(1);
  app->footer(
      "Exit status: 0 done; 1 the card or the PIN refused; 2 usage or a bad file; 3 the environment.");
  const sesame::cli::Command program(*app);
  sesame::cli::add_commands(program);
  sesame::sim::add_issuer_serve_command(sesame::cli::Command::existing(program, "issuer"));
  sesame::sim::add_sim_command(program);
  sesame::sim::add_bank_command(program);
  sesame::sim::add_health_command(program);
  sesame::sim::add_scenario_command(program);
  sesame::sim::add_tui_command(program);
  sesame::sim::add_help_command(program);
  sesame::sim::add_mcp_command(program);
  return sesame::cli::run(std::move(app), argc, argv);
} catch (const std::exception& error) {
  // Nothing a user can do brings one here: the command line catches its own.
  std::fprintf(stderr, "sesame: unexpected: %s\n", sesame::safe::one_line(error.what()).c_str());
  return 3;
}
