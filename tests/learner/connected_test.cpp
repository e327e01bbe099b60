// A reader at a computer's cable against facts: the Mealy machine that Chalupar, Peherstorfer, Poll and de
// Ruiter learned from an e.dentifier2 with a robot at its keys (Automated reverse engineering using Lego,
// 2014), as a table. That was a reader with newer firmware. The one before gave a cryptogram for a text that
// nobody had said OK to (Blom, de Koning Gans, Poll, de Ruiter, Verdult: Designed to fail, 2012).
#include <catch2/catch.hpp>
#include <map>
#include <queue>
#include <set>

#include "tests/learner/subjects.hpp"

namespace sesame::learner {
namespace {

// 0: begun. 1: the PIN was right. 2: a text waits for OK.
const Mealy& newer_firmware() {
  static const Mealy machine{
      {"COMBINED_PIN", "SIGNDATA", "DISPLAY_TEXT", "GEN_CRYPTOGRAM", "ROBOT_OK"},
      {
          {{"OK", 1}, {"LONG_ERROR", 0}, {"LONG_ERROR", 0}, {"LONG_ERROR", 0}, {"TIMEOUT", 0}},
          {{"OK", 1}, {"OK", 2}, {"TIMEOUT", 1}, {"CRYPTOGRAM", 0}, {"TIMEOUT", 1}},
          {{"OK", 1}, {"LONG_ERROR", 2}, {"LONG_ERROR", 2}, {"LONG_ERROR", 2}, {"OK", 1}},
      }};
  return machine;
}

// The flaw of the older one, in the same table.
Mealy without_ok() {
  Mealy machine = newer_firmware();
  machine.states[2][3] = {"CRYPTOGRAM", 0};
  return machine;
}

// What inputs and outputs are.
struct Words {
  std::set<std::string> sign, ok, pin;
  static bool cryptogram(const std::string& output) {
    return output == "CRYPTOGRAM" || output.ends_with(", cryptogram");
  }
  static bool taken(const std::string& output) { return output == "OK" || output.ends_with(", ok"); }
};

// A way to a cryptogram of a text that has no OK, if there is one: input by input.
std::optional<std::string> way_around_ok(const Mealy& machine, const Words& words) {
  // Where the machine is, and whether a text was taken since the last PIN and waits for its OK.
  using Place = std::pair<std::size_t, bool>;
  std::map<Place, std::string> ways{{{0, false}, ""}};
  std::queue<Place> next({{0, false}});
  for (; !next.empty(); next.pop()) {
    const auto [state, waits] = next.front();
    for (std::size_t input = 0; input < machine.inputs.size(); ++input) {
      const std::string& name = machine.inputs[input];
      const Mealy::Transition& transition = machine.states[state][input];
      const std::string way = ways[{state, waits}] + (ways[{state, waits}].empty() ? "" : "; ") + name;
      if (waits && Words::cryptogram(transition.output)) return way;
      bool after = waits;
      if (Words::taken(transition.output)) {
        if (words.sign.count(name) != 0) after = true;
        if (words.ok.count(name) != 0 || words.pin.count(name) != 0) after = false;
      }
      if (ways.emplace(Place{transition.next, after}, way).second) next.push({transition.next, after});
    }
  }
  return std::nullopt;
}

const Words kStudy{{"SIGNDATA"}, {"ROBOT_OK"}, {"COMBINED_PIN"}};

TEST_CASE(
    "our connected reader answers all 15 transitions as the one with newer firmware, and no other way") {
  const Mealy ours = learn(*edentifier2());
  CHECK(difference(ours, newer_firmware()).value_or("none") == "none");
  CHECK(ours.states.size() == 3);
}

TEST_CASE("a reader that gives a cryptogram without OK is told apart, by the shortest way there") {
  const Mealy ours = learn(*edentifier2());
  CHECK(difference(without_ok(), ours) ==
        "after COMBINED_PIN; SIGNDATA: GEN_CRYPTOGRAM gives CRYPTOGRAM, gave LONG_ERROR");
  CHECK(way_around_ok(without_ok(), kStudy) == "COMBINED_PIN; SIGNDATA; GEN_CRYPTOGRAM");
  CHECK_FALSE(way_around_ok(newer_firmware(), kStudy));
  CHECK_FALSE(way_around_ok(ours, kStudy));
}

TEST_CASE("with all that its user and the computer can do, no way leads around OK") {
  const Mealy all = learn(*connected_reader_of("edentifier2"));
  const Words words{{"computer: sign", "computer: sign two pages"}, {"OK"}, {"1234 OK"}};
  CHECK(way_around_ok(all, words).value_or("none") == "none");
  CHECK(all.states.size() > 10);
}

}  // namespace
}  // namespace sesame::learner
