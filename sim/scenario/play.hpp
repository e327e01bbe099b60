// Plays a scenario, step by step, until one fails.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/scenario/device.hpp"
#include "sim/scenario/golden.hpp"
#include "sim/scenario/scenario.hpp"

namespace sesame::sim {

enum class Verdict : std::uint8_t {
  passed,
  failed,     // something else was seen, or the reader refused what was to be done
  timed_out,  // what was waited for did not come
  broken,     // of the environment: no answer from the simulator, a disk
  not_run,    // after one that was broken
};

struct Outcome {
  std::string file, title, profile, card;
  std::vector<Parameter> parameters;
  std::size_t begins = 0;                            // the scenario's line
  std::chrono::system_clock::time_point began = {};  // for a report; its maker knows the time
  std::size_t steps = 0;                             // of the scenario
  Verdict verdict = Verdict::not_run;
  // Where it did not pass:
  std::size_t step = 0, line = 0;  // of the failing step, from 1; 0 where it did not come to one
  std::string place;               // of one that was included: "FILE:LINE"
  std::string why;                 // one line
  std::optional<std::vector<std::string>> expected;  // rows, where a whole screen was; none: dark
  std::optional<Look> seen;
  std::vector<Said> dialogue;  // with the card, until then
  double seconds = 0;          // it took
};

// Golden screens: compared with those of the file, or, where the scenario passes, recorded in it.
enum class GoldenMode : std::uint8_t { verify, record };

// Looks on: after each step that was done, with what is seen then.
using Watch = std::function<void(const Step& step, Device& device, const Look& look)>;

// What is known before it is played.
Outcome not_run(const Scenario& scenario);

// `open` makes the reader. Throws nothing but what is wrong with the scenario or its golden screens: Failure
// (usage).
Outcome play(const Scenario& scenario, GoldenMode mode, const std::function<std::unique_ptr<Device>()>& open,
             const Watch& watch = {});

}  // namespace sesame::sim
