#include "sim/cli/help.hpp"

#include <memory>
#include <string>
#include <string_view>

#include "host/terminal/output.hpp"
#include "sim/scenario/page.hpp"

namespace sesame::sim {

void add_help_command(const cli::Command& parent) {
  const auto topic = std::make_shared<std::string>();
  const cli::Command command(parent, "help", "explain at length: scenario");
  command.footer("Options are explained by the command itself: sesame scenario --help.");
  command.option("TOPIC", *topic, "scenario: the files that sesame scenario plays, step by step")
      .one_of("TOPIC", {"scenario"})
      .required();
  command.run([topic] {
    std::string_view page = scenario_page();
    while (page.ends_with('\n')) page.remove_suffix(1);
    terminal::print_lines(std::string(page));
  });
}

}  // namespace sesame::sim
