#include "sim/cli/scenario.hpp"

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/base/failure.hpp"
#include "host/cli/exit.hpp"
#include "host/io/durable_file.hpp"
#include "host/io/private_memory.hpp"
#include "host/terminal/output.hpp"
#include "sim/scenario/files.hpp"
#include "sim/scenario/live_device.hpp"
#include "sim/scenario/play.hpp"
#include "sim/scenario/report.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/scenario/served_device.hpp"

namespace sesame::sim {

namespace {

struct ScenarioOptions {
  std::vector<std::string> files;
  std::optional<std::string> url;
  std::string token;
  std::optional<std::string> junit;
  bool record = false;
};

std::unique_ptr<Device> open(const ScenarioOptions& options, const Scenario& scenario) {
  if (!options.url) return std::make_unique<LiveDevice>(scenario.profile);
  const char* const from_environment = std::getenv("SESAME_TOKEN");
  const std::string token =
      options.token.empty() && from_environment != nullptr ? from_environment : options.token;
  return std::make_unique<ServedDevice>(ServedAt{*options.url, token}, scenario.profile);
}

Outcome not_run(const Scenario& scenario) {
  Outcome outcome;
  outcome.file = scenario.file;
  outcome.title = scenario.title;
  return outcome;
}

// One by one, in their order, and none is kept: its PIN and its card are wiped with it. After one that was
// broken the others would be, too.
std::vector<Outcome> play_all(std::vector<Scenario> scenarios, const ScenarioOptions& options) {
  const GoldenMode mode = options.record ? GoldenMode::record : GoldenMode::verify;
  std::vector<Outcome> outcomes;
  bool broken = false;
  for (Scenario& next : scenarios) {
    {
      const Scenario scenario = std::move(next);
      outcomes.push_back(broken ? not_run(scenario)
                                : play(scenario, mode, [&] { return open(options, scenario); }));
    }
    io::wipe_stack();
    broken = broken || outcomes.back().verdict == Verdict::broken;
    terminal::print_lines(text_report(outcomes.back()));
  }
  return outcomes;
}

bool any(const std::vector<Outcome>& outcomes, Verdict verdict) {
  for (const Outcome& outcome : outcomes) {
    if (outcome.verdict == verdict) return true;
  }
  return false;
}

void scenario(const ScenarioOptions& options) {
  std::vector<Scenario> scenarios;
  for (const std::string& file : find_scenarios(options.files)) scenarios.push_back(load_scenario(file));
  if (options.junit) io::check_replaceable(*options.junit);
  const std::vector<Outcome> outcomes = play_all(std::move(scenarios), options);
  if (options.junit) io::replace_file(*options.junit, junit_report(outcomes));
  const std::string line = summary(outcomes);
  if (any(outcomes, Verdict::broken)) throw Failure(Failure::environment, line);
  if (any(outcomes, Verdict::failed)) throw Failure(Failure::refused, line);
  if (any(outcomes, Verdict::timed_out)) throw cli::Ended{cli::Exit::timed_out, line};
  terminal::print_line(line);
}

}  // namespace

void add_scenario_command(const cli::Command& parent) {
  const auto options = std::make_shared<ScenarioOptions>();
  const cli::Command command(parent, "scenario", "play scenarios with a reader and a card, and report");
  command.footer(
      "A scenario is a TOML file of steps: what is done, and what must be seen. hw-profiles/scenarios has\n"
      "examples of all of them. Time is virtual: nothing waits.\n"
      "Exit status: 0 passed; 1 failed; 2 usage or a bad file; 3 the environment; 4 waited in vain.");
  command.option("FILE", options->files, "scenario files, and folders of them").required();
  const cli::Option url =
      command.option("--url", options->url, "with the readers of the `sesame sim` there [in this process]")
          .type("URL");
  command.option("--token", options->token, "with --url: its token [$SESAME_TOKEN]").type("TOKEN").needs(url);
  command.option("--junit", options->junit, "write a report in JUnit XML, too").type("FILE");
  command.flag("--record", options->record, "write the golden screens, instead of comparing with them");
  command.run([options] { scenario(*options); });
}

}  // namespace sesame::sim
