// What can be broken on purpose, as data. One mechanism: a slot in front of the card's own, and a battery behind the keys.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/core/reader.hpp"

namespace sesame::sim {

enum class FaultKind : std::uint8_t {
  mute,         // the card answers nothing, from command `at` on (0: from its reset on)
  slow,         // every answer takes `ms`
  removed,      // the card is pulled out as command `at` arrives, which is not executed
  status_word,  // commands with instruction `ins` are not executed, and answered with `sw`
  corrupted,  // the answer to command `at` has one bit of its data changed, or of its status word without any
  bad_atr,    // a reset is answered with an ATR whose TCK or length is wrong
  low_battery,   // the screen says so for two seconds when the reader wakes, or until a key; everything works
  dead_battery,  // the reader goes dark for good as command `at` arrives, until reset
  stuck_key,     // `key` repeats itself after every key
};

struct Fault {
  FaultKind kind = FaultKind::mute;
  std::size_t at = 0;  // commands since the card was inserted, from 0
  std::uint32_t ms = 0;
  std::uint8_t ins = 0;
  std::uint16_t sw = 0;
  std::string key;
};
using Faults = std::vector<Fault>;

// "mute", "low_battery": as in the HTTP API.
std::string_view to_string(FaultKind kind);
std::optional<FaultKind> fault_kind_named(std::string_view name);

}  // namespace sesame::sim
