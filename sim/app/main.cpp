// `sesame`: the commands of the host, and later those of the simulator, in one application.
#include "host/cli/command_line.hpp"

int main(int argc, char** argv) {
  CLI::App app{"An EMV-CAP card reader as software.", "sesame"};
  app.set_version_flag("--version", "sesame " SESAME_VERSION);
  app.require_subcommand(1);
  app.footer("Exit status: 0 done; 1 the card or the PIN refused; 2 usage or a bad file; 3 the environment.");
  sesame::cli::add_commands(app);
  return sesame::cli::run(app, argc, argv);
}
