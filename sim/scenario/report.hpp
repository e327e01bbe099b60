// What became of scenarios: for a person, and for a CI server.
#pragma once

#include <span>
#include <string>

#include "sim/scenario/play.hpp"

namespace sesame::sim {

// A line, and where it did not pass what was expected and the screen that was there:
//
//     failed   login.toml:12: Login: step 5 of 9: another screen was expected
//       expected              shown
//       ┌────────────────┐    ┌────────────────┐
//       │Code secret ?   │    │Carte retirée   │
//       │                │    │                │
//       └────────────────┘    └────────────────┘
//       said to the card, the last 2 of 30:
//         VERIFY
//         > 0020008008********…
//         < 9000
//
std::string text_report(const Outcome& outcome);

// A step that was done, the screen where it is another than before, and what was said to the card meanwhile.
std::string step_report(const Step& step, const Look& look, bool screen_is_new, std::span<const Said> said);

// "3 scenarios: 1 passed, 2 failed"
std::string summary(std::span<const Outcome> outcomes);

// JUnit XML: a suite for each file, a test case for each scenario, with its line, its model, its card and its
// parameters as properties. Timed out counts as a failure, broken as an error.
std::string junit_report(std::span<const Outcome> outcomes);

}  // namespace sesame::sim
