// Any text as a scenario: refused in one line; or played in virtual time to an outcome that can be reported.
#include <nlohmann/json.hpp>

#include "sim/scenario/live_device.hpp"
#include "sim/scenario/play.hpp"
#include "sim/scenario/report.hpp"
#include "sim/scenario/scenario.hpp"
#include "tests/fuzz/lines.hpp"

using namespace sesame;
using namespace sesame::fuzz;

namespace {

// A folder that is not there, so that no file of this machine is a card, a reader or golden screens.
constexpr const char* kFile = "/nonexistent/fuzz.toml";

bool is_utf8(const std::string& text) {
  try {
    return !nlohmann::json(text).dump().empty();
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

void check(const sim::Scenario& scenario, const sim::Outcome& outcome) {
  const bool stopped = outcome.verdict == sim::Verdict::failed || outcome.verdict == sim::Verdict::timed_out;
  require(stopped || outcome.verdict == sim::Verdict::passed, "in this process nothing is broken");
  require(stopped == (outcome.step > 0 && outcome.step <= scenario.steps.size()), "it stops at a step");
  require(stopped == (outcome.line > 0), "and says its line");
  require(outcome.why.find('\n') == std::string::npos, "why is one line");
  require(is_utf8(sim::text_report(outcome)), "a report is UTF-8");
  require(is_utf8(sim::junit_report({&outcome, 1})), "for a CI server too");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    constexpr std::size_t kPlayed = 4;  // of one file; the others are read alike
    const std::vector<sim::Scenario> scenarios = sim::read_scenarios(text_of(data, size), kFile);
    require(!scenarios.empty(), "a file holds one at least");
    for (std::size_t i = 0; i < std::min(kPlayed, scenarios.size()); ++i) {
      const sim::Scenario& scenario = scenarios[i];
      require(!scenario.steps.empty() && !scenario.title.empty(), "a scenario has a title and steps");
      const sim::Watch watch = [](const sim::Step& step, sim::Device& device, const sim::Look& look) {
        require(is_utf8(sim::step_report(step, look, true, device.dialogue())),
                "so is what is told of a step");
      };
      check(scenario, sim::play(
                          scenario, sim::GoldenMode::verify,
                          [&] { return std::make_unique<sim::LiveDevice>(scenario.profile); }, watch));
    }
  } catch (const Failure& failure) {
    require_told(failure, "/nonexistent/");
  }
  return 0;
}
