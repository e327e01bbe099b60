// What can be broken on purpose, as data: fault_slot.hpp breaks the card, live_reader.hpp battery and keys.
// The names, fields and limits of faults.cpp are those of the HTTP API, of scenarios and of the page, which
// all read them there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/core/bytes.hpp"
#include "firmware/core/names.hpp"

namespace sesame::sim {

// The steps of a dialogue, as a fault may name them instead of a number. What fetches or repeats a command
// (61xx, 6Cxx) belongs to it.
enum class Stage : std::uint8_t {
  select,
  get_processing_options,
  read_record,
  get_data,
  verify,
  generate_ac,         // the first, for an ARQC or a TC
  second_generate_ac,  // for an AAC, which ends the transaction
};
inline constexpr std::string_view kStageNames[] = {
    "select",      "get_processing_options", "read_record", "get_data", "verify",
    "generate_ac", "second_generate_ac"};
constexpr std::span<const std::string_view> names(Stage) { return kStageNames; }
// Nothing: a command of none of them.
std::optional<Stage> stage_of(Bytes command);

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
  std::uint32_t at = 0;  // commands since the card was inserted, from 0; with a stage, those of it
  std::uint32_t ms = 0;
  std::uint32_t ins = 0;  // 0: whatever instruction
  std::uint32_t sw = 0;
  std::string key;
  std::optional<Stage> stage;  // nothing: in every one
  bool once = false;           // it is gone once it has happened
};
using Faults = std::vector<Fault>;

// What a fault may say beside its kind. A text is the key, a step the stage, a flag `once`; the others are
// numbers.
struct FaultField {
  enum class Type : std::uint8_t {
    number,  // 0 to `most`
    hex,     // exactly `most` hexadecimal digits
    text,    // at most `most` bytes
    step,    // the name of a stage
    flag,    // true or false
  };
  std::string_view name;
  Type type;
  std::uint32_t most;
  bool required;  // else 0, none or false
  std::string_view description;
  std::uint32_t Fault::*number = nullptr;
};
// Whether the fault says it: one that is not required and has its default is not told, but for a count.
bool says(const Fault& fault, const FaultField& field);

// What faults of one kind say, and what a form suggests to begin with.
struct FaultShape {
  FaultKind kind;
  std::string_view name;  // "status_word"
  std::string_view description;
  std::span<const FaultField* const> fields;
  std::uint32_t suggested[4] = {};  // by field; the key is a digit; of a stage and a flag none
};

// One a kind, in the order of FaultKind.
std::span<const FaultShape> fault_shapes();
const FaultShape& shape_of(FaultKind kind);
// Each once, in the order of Fault.
std::span<const FaultField* const> fault_fields();

// "mute", "low_battery"
std::string_view to_string(FaultKind kind);

}  // namespace sesame::sim
