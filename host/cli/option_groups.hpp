// Options that several commands have.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/base/secret.hpp"
#include "host/cli/command.hpp"
#include "host/cli/issued_options.hpp"

namespace sesame::cli {

// For --wait.
inline constexpr std::uint64_t kDay = 86'400;  // seconds

// Where a virtual card keeps its counters.
struct StateOptions {
  std::optional<std::string> file;  // else under $XDG_STATE_HOME/sesame
  bool ephemeral = false;
  std::optional<std::string> atc;  // with ephemeral: of the first transaction, hex
};

// A card in a PC/SC reader, instead of `--card`.
struct ReaderOptions {
  std::optional<std::string> reader;  // name, part of a name, or index
  std::uint32_t wait = 30;            // seconds, for a card
  bool pinpad = false;                // the PIN is typed at that reader
  bool last_try = false;              // a PIN is sent even where a wrong one would block the card
};

struct PinOptions {
  std::optional<SecretString> pin;
  bool from_stdin = false;
  std::optional<std::string> variable;  // of the environment
};

// What a recording of a card keeps as it is. A PIN it never keeps.
struct KeepOptions {
  bool pan = false, name = false;
};

// What making a code takes: `code` and `record`.
struct CodeOptions {
  std::string card = "sesame-card";
  IssuedOptions issued;
  std::string profile = "sesame";
  std::optional<std::string> function;  // else the profile's first
  std::vector<std::string> inputs;
  std::optional<std::string> text;  // signed at the reader's cable, in the place of a function
  PinOptions pin;
  StateOptions state;
  ReaderOptions reader;
  std::optional<std::string> trace;
  KeepOptions keep;
  std::string device = "native";         // where the reader runs
  std::optional<std::string> card_line;  // of a card elsewhere, with a reader in QEMU
  bool show_screens = false;
  bool json = false;
};

Option add_card(const Command& command, std::string& card);
Option add_profile(const Command& command, std::string& profile);
// A file of a virtual card's counters.
Option add_state_file(const Command& command, std::optional<std::string>& file);
// The options of a virtual card, none of which goes with `other`.
void add_state(const Command& command, StateOptions& state, std::optional<Option> other = {});
// A virtual card, or one in a reader: `--reader`.
Option add_any_card(const Command& command, std::string& card, StateOptions& state, ReaderOptions& reader);
void add_keep(const Command& command, KeepOptions& keep);
// A recording; of any card, or of a virtual or recorded one.
void add_trace(const Command& command, std::optional<std::string>& trace);
void add_trace_of_served(const Command& command, std::optional<std::string>& trace);
// All of CodeOptions but where to record, and where the reader runs. The options live as long as the command.
void add_making(const Command& command, CodeOptions& options);

}  // namespace sesame::cli
