#include "sim/cli/scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "host/base/failure.hpp"
#include "host/base/safe_text.hpp"
#include "host/cli/exit.hpp"
#include "host/io/durable_file.hpp"
#include "host/io/private_memory.hpp"
#include "host/terminal/output.hpp"
#include "sim/lcd/pattern.hpp"
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
  std::optional<std::string> junit, filter;
  bool record = false, list = false, verbose = false;
};

std::unique_ptr<Device> open(const ScenarioOptions& options, const Scenario& scenario) {
  if (!options.url) return std::make_unique<LiveDevice>(scenario.profile);
  const char* const from_environment = std::getenv("SESAME_TOKEN");
  const std::string token =
      options.token.empty() && from_environment != nullptr ? from_environment : options.token;
  return std::make_unique<ServedDevice>(ServedAt{*options.url, token}, scenario.profile);
}

std::string name_of(const Scenario& scenario) { return scenario.file + ": " + scenario.title; }

// Prints each step as it is done.
class Teller {
 public:
  explicit Teller(const Scenario& scenario) {
    terminal::print_lines(safe::one_line("playing  " + name_of(scenario)));
  }
  void operator()(const Step& step, Device& device, const Look& look) {
    const std::vector<Said> dialogue = device.dialogue();
    const std::size_t known = std::min(said_, dialogue.size());
    const std::vector<std::string> rows = look.lit ? look.rows : std::vector<std::string>{};
    terminal::print_lines(step_report(step, look, rows != rows_, std::span(dialogue).subspan(known)));
    said_ = dialogue.size();
    rows_ = rows;
  }

 private:
  std::size_t said_ = 0;
  std::vector<std::string> rows_;
};

// One by one, in their order, and none is kept: its PIN and its card are wiped with it. After one that was
// broken the others would be, too.
std::vector<Outcome> play_all(std::vector<Scenario> scenarios, const ScenarioOptions& options) {
  const GoldenMode mode = options.record ? GoldenMode::record : GoldenMode::verify;
  std::vector<Outcome> outcomes;
  bool broken = false;
  for (Scenario& next : scenarios) {
    {
      const Scenario scenario = std::move(next);
      const auto began = std::chrono::system_clock::now();
      std::optional<Teller> teller;
      if (options.verbose && !broken) teller.emplace(scenario);
      const Watch watch = teller ? Watch(std::ref(*teller)) : Watch();
      outcomes.push_back(broken ? not_run(scenario)
                                : play(
                                      scenario, mode, [&] { return open(options, scenario); }, watch));
      outcomes.back().began = began;
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

// All are read, so that what is wrong with any is said.
std::vector<Scenario> chosen(const Found& found, const ScenarioOptions& options) {
  std::optional<Pattern> wanted;
  if (options.filter) {
    if (const auto mistake = Pattern::mistake(*options.filter)) {
      cli::usage(fmt::format("--filter: is no pattern: {}", *mistake));
    }
    wanted.emplace(*options.filter);
  }
  std::vector<Scenario> scenarios;
  for (const std::string& file : found.files) {
    for (Scenario& one : load_scenarios(file)) {
      if (!wanted || wanted->matches(name_of(one))) scenarios.push_back(std::move(one));
    }
  }
  if (scenarios.empty()) cli::usage("--filter: no scenario has a name that matches; --list shows them");
  return scenarios;
}

void scenario(const ScenarioOptions& options) {
  const Found found = find_scenarios(options.files);
  std::vector<Scenario> scenarios = chosen(found, options);
  if (options.list) {
    for (const Scenario& one : scenarios) terminal::print_line(safe::one_line(name_of(one)));
    return;
  }
  if (options.junit) io::check_replaceable(*options.junit);
  const std::vector<Outcome> outcomes = play_all(std::move(scenarios), options);
  if (options.junit) io::replace_file(*options.junit, junit_report(outcomes));
  const std::string others = found.left_alone == 0 ? ""
                             : found.left_alone == 1
                                 ? "; 1 other file left alone"
                                 : fmt::format("; {} other files left alone", found.left_alone);
  const std::string line = summary(outcomes) + others;
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
      "A scenario is a TOML file of steps: what is done, and what must be seen; `sesame help scenario` "
      "explains\n"
      "them all, hw-profiles/scenarios has examples. Time is virtual: nothing waits. In a folder, what is "
      "no\n"
      "scenario (a card, a reader model) is left alone.\n"
      "Exit status: 0 passed; 1 failed; 2 usage or a bad file; 3 the environment; 4 waited in vain.");
  command.option("FILE", options->files, "scenario files, and folders of them").required();
  const cli::Option url =
      command.option("--url", options->url, "with the readers of the `sesame sim` there [in this process]")
          .type("URL");
  command.option("--token", options->token, "with --url: its token [$SESAME_TOKEN]").type("TOKEN").needs(url);
  command.flag("--list", options->list, "print the names of the scenarios, and play none");
  command
      .option("--filter", options->filter,
              "those alone whose name, FILE: TITLE, has a match of this expression (RE2)")
      .type("REGEX");
  command.flag("--verbose", options->verbose, "print each step, the screen and what is said to the card");
  command.option("--junit", options->junit, "write a report in JUnit XML, too").type("FILE");
  command.flag("--record", options->record, "write the golden screens, instead of comparing with them");
  command.run([options] { scenario(*options); });
}

}  // namespace sesame::sim
