// What can be broken on purpose, as data: fault_slot.hpp breaks the card, live_reader.hpp battery and keys.
// The names, fields and limits of faults.cpp are those of the HTTP API, of scenarios and of the page, which
// all read them there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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
  std::uint32_t at = 0;  // commands since the card was inserted, from 0
  std::uint32_t ms = 0;
  std::uint32_t ins = 0;
  std::uint32_t sw = 0;
  std::string key;
};
using Faults = std::vector<Fault>;

// What a fault may say beside its kind. A text is the key; everything else is a number.
struct FaultField {
  enum class Type : std::uint8_t {
    number,  // 0 to `most`
    hex,     // exactly `most` hexadecimal digits
    text,    // at most `most` bytes
  };
  std::string_view name;
  Type type;
  std::uint32_t most;
  bool required;  // else 0
  std::string_view description;
  std::uint32_t Fault::*number = nullptr;
};

// What faults of one kind say, and what a form suggests to begin with.
struct FaultShape {
  FaultKind kind;
  std::string_view name;  // "status_word"
  std::string_view description;
  std::span<const FaultField* const> fields;
  std::uint32_t suggested[2] = {};  // by field; the key is a digit
};

// One a kind, in the order of FaultKind.
std::span<const FaultShape> fault_shapes();
const FaultShape& shape_of(FaultKind kind);
// Each once, in the order of Fault.
std::span<const FaultField* const> fault_fields();

// "mute", "low_battery"
std::string_view to_string(FaultKind kind);

}  // namespace sesame::sim
