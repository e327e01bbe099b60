// A scenario: what a user does with a reader, and what must be seen then. A TOML file:
//
//     title = "Two codes in a row differ"
//     profile = "sesame"        # reader model: shipped, or a file (.toml); default "sesame"
//     card = "sesame-card"      # shipped, a card file (.toml), a transcript (.apdu); or
//                               # { toml = """…""" }, or { transcript = """…""" };
//                               # default "sesame-card"; it starts beside the reader
//     steps = [                 # 1 to 1000, one thing each, in this order
//       { insert = true },
//       { press = "CODE" },
//       { pin = "1234" },
//       { screen = "Code Sésame\n4251 1495" },
//       { advance = 35 },
//       { dark = true },
//     ]
//
// A file is named from the scenario's folder. Time stands still but for the steps that say otherwise. What is
// done:
//
//     insert = true             the card goes in: the one that was in last, else the scenario's own, new.
//                               (One that a fault pulled out has its counters from the step before.)
//     insert = CARD             another card, new; written as `card`
//     pull = true               the card comes out
//     press = KEY or [KEY, …]   keys as engraved: a digit, ".", "OK", "C", or a function's
//     hold = KEY                the key is held down
//     pin = "1234"              these digits, then OK; reports do not show them
//     enter = "12.34"           digits and point, then OK; "" is OK on an empty field
//     computer = "pin"          the computer at the cable of a model with a connected mode: pin, cryptogram
//                               or unplug; { show = "text" }; { sign = "text" }: signing/link.hpp
//     advance = 35              time passes: seconds, or "500ms"
//     next_deadline = true      time passes until something happens by itself
//     reset = true              a fresh reader, with no card in it
//     next_atc = "00B4"         of the next transaction of the card that is in: 1 to 4 hexadecimal digits
//     tries_left = 1            for the PIN of the card that is in
//     fault = { kind = "mute" } breaks something, beside what is broken: see below
//     mend = true               ends all faults
//
// What must be seen, at once:
//
//     screen = "Row\nRow"       this, without blanks at the end of rows, and empty rows at the end
//     screen_matches = REGEX    somewhere on it (RE2, as in pattern.hpp; . is a character; \n between rows)
//     golden = "name"           the same as when it was recorded (golden.hpp)
//     dark = true               nothing is shown; false: something is
//     expect_code = "42511495"  a code is shown, this one, whatever its grouping
//     expect_new_code = true    a code is shown that these two steps have not seen before in this scenario
//     expect_state = "pin"      by the names of State in firmware/core/state.hpp
//     expect_notice = "none"    by the names of Notice, there
//     expect_answer = "ok"      what the computer was told since its last command, by the names of Told in
//                               signing/link.hpp; "none": nothing yet
//     expect_cryptogram = "42511495"   it was told this code
//     expect_last_atc = "00B4"  of the last transaction of the card that is in
//     expect_tries_left = 3     for the PIN of the card that is in
//
// And in time: while nothing is touched,
//
//     wait_screen = REGEX, within = 20     as screen_matches, within 20 s of the reader's time; default 30
//
// Faults: the kinds of sim/reader/faults.cpp, with their fields; `at` counts commands since the card was
// inserted, from 0. As in:
//
//     kind = "mute", at = 0            kind = "slow", ms = 500          kind = "removed", at = 3
//     kind = "corrupted", at = 5       kind = "dead_battery", at = 4    kind = "stuck_key", key = "5"
//     kind = "status_word", ins = "AE", sw = "6985"
//     kind = "bad_atr"                 kind = "low_battery"
//
// What befalls a command may name the step of the dialogue instead, by the names of Stage in faults.hpp (`at`
// counts within it, then), and may happen but once:
//
//     kind = "removed", stage = "verify"
//     kind = "status_word", stage = "generate_ac", sw = "6985", once = true
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
  std::size_t line = 1;
  Action action;
};

struct Scenario {
  std::string file;  // as messages call it
  std::string title;
  std::string profile;  // a shipped model's name, or a path
  CardSpec card;        // shipped, toml or transcript
  std::vector<Step> steps;
};

// What is wrong with the file, or one that it names, is a Failure (Failure::invalid): "FILE:LINE: what; what
// is allowed". Whether the reader has the keys is for the run to find out.
Scenario load_scenario(const std::string& file);

// The same of a text; `file` is what messages call it, and its folder that of the files it names.
Scenario read_scenario(std::string_view text, const std::string& file);

}  // namespace sesame::sim
