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
    const sim::Scenario scenario = sim::read_scenario(text_of(data, size), kFile);
    require(!scenario.steps.empty() && !scenario.title.empty(), "a scenario has a title and steps");
    check(scenario, sim::play(scenario, sim::GoldenMode::verify,
                              [&] { return std::make_unique<sim::LiveDevice>(scenario.profile); }));
  } catch (const Failure& failure) {
    require_told(failure, "/nonexistent/");
  }
  return 0;
}
