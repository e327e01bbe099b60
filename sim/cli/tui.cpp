#include "sim/cli/tui.hpp"

#include <map>
#include <memory>
#include <string>

#include "host/cli/arguments.hpp"
#include "host/cli/command_line.hpp"
#include "sim/tui/run.hpp"

namespace sesame::sim {

void add_tui_command(CLI::App& app) {
  struct Options {
    DeskOptions desk;
    bool ascii = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* sub = app.add_subcommand("tui", "a reader in the terminal: its screen, its keys, its card");
  sub->footer(
      "Keys: 0-9 and point; Enter is OK; Backspace or c is C, and C is C held down; letters from a, or F1 to "
      "F8, are\n"
      "the function keys; i puts the card in, e pulls it out; m chooses a card, p a reader; t lets the clock "
      "stand or\n"
      "go, + moves it by a second, > by 35, n to what happens next; x shows the card's dialogue in "
      "hexadecimal; q\n"
      "ends it.");
  sub->add_option("--card", options->desk.card, "a shipped card, a card file (.toml) or a transcript (.apdu)")
      ->type_name("FILE|NAME")
      ->capture_default_str();
  sub->add_option("--profile", options->desk.profile, "reader model: shipped, or a file (.toml)")
      ->type_name("NAME|FILE")
      ->capture_default_str();
  sub->add_option("--state", options->desk.state_folder,
                  "folder of the counters of the shipped cards [in memory]")
      ->type_name("DIR");
  const std::map<std::string, ClockKind> clocks{{"real", ClockKind::real},
                                                {"virtual", ClockKind::virtual_time}};
  sub->add_option_function<std::string>(
         "--clock", [options, clocks](const std::string& name) { options->desk.clock = clocks.at(name); },
         "real, or virtual: stands until it is moved [real]")
      ->check(cli::one_of("--clock", {"real", "virtual"}))
      ->type_name("KIND");
  sub->add_flag("--ascii", options->ascii, "draw with ASCII alone");
  sub->callback(
      [options] { cli::when_parsed([options] { run_at_terminal(options->desk, options->ascii); }); });
}

}  // namespace sesame::sim
