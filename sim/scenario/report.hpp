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
std::string text_report(const Outcome& outcome);

// "3 scenarios: 1 passed, 2 failed"
std::string summary(std::span<const Outcome> outcomes);

// JUnit XML: a test case for each scenario. Timed out counts as a failure, broken as an error.
std::string junit_report(std::span<const Outcome> outcomes);

}  // namespace sesame::sim
