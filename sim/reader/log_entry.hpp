// What happened in a reader: the entries of its log, for those who look on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "firmware/core/reader.hpp"

namespace sesame::sim {

struct ScreenChanged {
  std::vector<std::string> rows;  // UTF-8, each as wide as the display; none of a dark one
  bool lit = false;
  State state = State::off;
};
struct KeyPressed {
  std::string key;  // as engraved; • for a digit typed as PIN
  bool held = false;
};
struct CardMoved {
  bool in = false;
  std::string name;
  std::string why;  // where it left by itself
};
// A command and its answer, or a reset and its ATR.
struct Exchanged {
  SlotRequest::Kind request = SlotRequest::Kind::activate;
  std::vector<std::uint8_t> command;   // as without_pin() leaves it; empty for a reset
  std::vector<std::uint8_t> response;  // empty where there was none
  SlotStatus status = SlotStatus::ok;  // why there was none

  // "GENERATE AC for an ARQC", "cold reset"
  std::string name() const;
};
struct ClockMoved {
  std::optional<Millis> deadline;
};
// A command of the computer at the cable, or what it is told.
struct AtCable {
  std::string command, text;
  std::string answer;  // its name alone: no code
};
struct FaultsSet {
  std::size_t count = 0;  // that are set now
};
struct BatteryDied {};

// `revision` counts from 1 and never repeats within a reader.
struct LogEntry {
  using What = std::variant<ScreenChanged, KeyPressed, CardMoved, Exchanged, AtCable, ClockMoved, FaultsSet,
                            BatteryDied>;

  std::uint64_t revision = 0;
  Millis at = 0;  // of the reader's clock
  What what;
};

// Puts dots in the place of the code, where its screen shows one.
void hide_code(LogEntry& entry);
// Bytes of memory that it takes.
std::size_t size_of(const LogEntry& entry);

}  // namespace sesame::sim
