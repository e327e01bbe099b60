#include "sim/cli/tui.hpp"

#include <map>
#include <memory>
#include <string>

#include "host/cli/option_groups.hpp"
#include "sim/tui/run.hpp"

namespace sesame::sim {

void add_tui_command(const cli::Command& parent) {
  struct Options {
    TuiOptions model;
    bool ascii = false;
  };
  const auto options = std::make_shared<Options>();
  const cli::Command command(parent, "tui", "a reader in the terminal: its screen, its keys, its card");
  command.footer(
      "Keys: 0-9 and point; Enter is OK; Backspace or c is C, and C is C held down; letters from a, or F1 to "
      "F8, are\n"
      "the function keys; i puts the card in, e pulls it out; m chooses a card, p a reader; t lets the clock "
      "stand or\n"
      "go, + moves it by a second, > by 35, n to what happens next; x shows the card's dialogue in "
      "hexadecimal; q\n"
      "ends it.");
  cli::add_card(command, options->model.card);
  cli::add_profile(command, options->model.profile);
  command
      .option("--state", options->model.state_folder,
              "folder of the counters of the shipped cards [in memory]")
      .type("DIR");
  const std::map<std::string, ClockKind> clocks{{"real", ClockKind::real},
                                                {"virtual", ClockKind::virtual_time}};
  command
      .option(
          "--clock", [options, clocks](const std::string& name) { options->model.clock = clocks.at(name); },
          "real, or virtual: stands until it is moved [real]")
      .one_of("--clock", {"real", "virtual"})
      .type("KIND");
  command.flag("--ascii", options->ascii, "draw with ASCII alone");
  command.run([options] { run_at_terminal(options->model, options->ascii); });
}

}  // namespace sesame::sim
