// What can be said to each command, as plain data: filled in by the command line, acted on by the commands.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/secret.hpp"

namespace sesame::cli {

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

struct CodeOptions {
  std::string card = "sesame-card";
  std::string profile = "sesame";
  std::optional<std::string> function;  // else the profile's first
  std::vector<std::string> inputs;
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

struct AppsOptions {
  std::string card = "sesame-card";
  StateOptions state;
  ReaderOptions reader;
  std::optional<std::string> trace;
  KeepOptions keep;
  bool json = false;
};

struct TokenOptions {
  std::optional<std::string> ipb;
  bool belgian = false;
  std::string cid, atc, ac;
  std::optional<std::string> iad;
  std::string iaf = "00";
  std::optional<std::string> psn;
  std::vector<std::string> tds;
  std::uint32_t min_digits = 8;
  bool explain = false;
  bool json = false;
};

struct AcOptions {
  std::string scheme;
  std::optional<std::string> tree;
  std::optional<int> padding;
  std::optional<std::string> imk, mk, sk;
  std::optional<std::string> pan, psn, option;
  std::string atc;
  std::optional<std::string> un, data;
  bool json = false;
};

struct HexOptions {
  std::vector<std::string> hex;  // joined
  bool json = false;
};

struct CardNewOptions {
  std::string card_template = "sesame-card";
  std::optional<std::string> pin;
  std::optional<std::string> output;  // else standard output
};

struct CardShowOptions {
  std::string card;
  bool json = false;
};

struct CardResetOptions {
  std::string card;
  std::optional<std::string> state;  // else under $XDG_STATE_HOME/sesame
  bool pin = false, atc = false;     // neither: both
  bool yes = false;                  // without asking
};

struct CardServeOptions {
  std::string card = "sesame-card";
  std::uint16_t port = 35963;                // of vpcd, on this machine
  std::uint32_t wait = 30;                   // seconds, for vpcd to listen there
  std::optional<std::uint64_t> eject_after;  // commands
  std::optional<std::string> iso7816;        // an endpoint: at character level, and not through vpcd
  std::string misbehave;                     // with iso7816
  StateOptions state;
  std::optional<std::string> trace;
};

struct ReaderServeOptions {
  std::string socket;
  std::string card = "sesame-card";
  std::string profile = "sesame";
  StateOptions state;
  std::optional<std::string> trace;
  std::optional<int> keys_from;  // a descriptor; else the terminal
};

struct ListOptions {
  bool json = false;
};

}  // namespace sesame::cli
