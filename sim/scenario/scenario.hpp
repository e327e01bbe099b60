// A scenario: what a user does with a reader, and what must be seen then. A TOML file; README.md has its
// grammar, which `sesame help scenario` prints.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "firmware/core/event.hpp"
#include "firmware/core/profile.hpp"
#include "host/base/secret.hpp"
#include "host/card/file/card_spec.hpp"
#include "sim/reader/faults.hpp"

namespace sesame::sim {

namespace step {

struct Insert {
  std::optional<CardSpec> card;  // nothing: the last one, or the scenario's
};
struct Pull {};
struct Press {
  std::vector<std::string> keys;
};
struct Hold {
  std::string key;
};
struct Pin {
  SecretString digits;
};
struct Enter {
  std::string characters;
};
struct Command {
  ComputerCommand::Kind kind = ComputerCommand::Kind::unplug;
  std::string text;
};
struct Advance {
  Millis duration = 0;
};
struct NextDeadline {};
struct Reset {};
struct SetAtc {
  std::uint16_t next = 1;
};
struct SetTriesLeft {
  std::uint8_t tries = 0;
};
struct Break {
  Fault fault;
};
struct Mend {};

struct ExpectScreen {
  std::string text;
};
struct ExpectMatch {
  std::string pattern;
};
struct WaitScreen {
  std::string pattern;
  Millis within = 30'000;
};
struct ExpectGolden {
  std::string name;
};
struct ExpectDark {
  bool dark = true;
};
struct ExpectCode {
  std::string digits;
};
struct ExpectNewCode {};
struct ExpectState {
  std::string name;
};
struct ExpectNotice {
  std::string name;
};
struct ExpectAnswer {
  std::string name;
};
struct ExpectCryptogram {
  std::string digits;
};
struct ExpectAtc {
  std::uint16_t last = 0;
};
struct ExpectTriesLeft {
  std::uint8_t tries = 0;
};

}  // namespace step

using Action =
    std::variant<step::Insert, step::Pull, step::Press, step::Hold, step::Pin, step::Enter, step::Command,
                 step::Advance, step::NextDeadline, step::Reset, step::SetAtc, step::SetTriesLeft,
                 step::Break, step::Mend, step::ExpectScreen, step::ExpectMatch, step::WaitScreen,
                 step::ExpectGolden, step::ExpectDark, step::ExpectCode, step::ExpectNewCode,
                 step::ExpectState, step::ExpectNotice, step::ExpectAnswer, step::ExpectCryptogram,
                 step::ExpectAtc, step::ExpectTriesLeft>;

struct Step {
  std::size_t line = 1;  // in the scenario's file
  std::string place;     // "FILE:LINE" of one that was included; else empty
  std::string text;      // as it is written, without a PIN: press = "CODE"
  Action action;
};

// What a row of `parameters` has put into the text; a PIN is not shown.
struct Parameter {
  std::string name, shown;
};

struct Scenario {
  std::string file;  // as messages call it
  std::string title;
  std::size_t line = 1;  // of its title, or of its row of parameters
  std::vector<Parameter> parameters;
  std::string profile;  // a shipped model's name, or a path
  CardSpec card;        // shipped, toml or transcript
  std::vector<Step> steps;
};

// All that the file holds: one, or one for each row of its parameters. What is wrong with the file, or one
// that it names, is a Failure (Failure::invalid): "FILE:LINE: what; what is allowed". Whether the reader has
// the keys is for the run to find out.
std::vector<Scenario> load_scenarios(const std::string& file);

// The same of a text; `file` is what messages call it, and its folder that of the files it names.
std::vector<Scenario> read_scenarios(std::string_view text, const std::string& file);

// Whether a file is meant as a scenario: a table with title and steps, or what cannot be read as one. A card,
// a reader model or steps for others beside scenarios are none.
bool is_scenario(const std::string& file);

// The keys that a step may have, for what explains them all.
std::vector<std::string_view> step_keys();

}  // namespace sesame::sim
