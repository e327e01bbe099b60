// What happened in a reader, for whoever looks on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "firmware/core/reader.hpp"

namespace sesame::sim {

// `revision` counts from 1 and never repeats within a reader.
struct Happening {
  enum class Kind : std::uint8_t { screen, key, card, apdu, clock, fault };
  std::uint64_t revision = 0;
  Millis at = 0;  // of the reader's clock
  Kind kind = Kind::screen;
  // key: as engraved, • for a digit typed as PIN; card: "inserted" or "removed"; screen: its rows, \n between, each as
  // wide as the display; fault: how many are set, or "battery dead".
  std::string text;
  std::string command;                 // apdu: hex, PIN masked; empty for a reset
  std::string response;                // apdu: hex, empty where there was none; card removed by itself: why
  SlotStatus status = SlotStatus::ok;  // apdu: why there was no response
  std::string name;                    // apdu: "GENERATE AC for an ARQC", "cold reset"; card: its name
  bool lit = false;                    // screen
  bool held = false;                   // key
  State state = State::off;            // the reader's
  std::optional<Millis> deadline;      // clock
};

// Puts dots in the place of the code, where its screen shows one.
void hide_code(Happening& happening);

}  // namespace sesame::sim
