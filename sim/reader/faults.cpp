#include "sim/reader/faults.hpp"

#include <array>

namespace sesame::sim {

namespace {

using Type = FaultField::Type;
using Fields = const FaultField* const[];

constexpr FaultField kAt{
    "at", Type::number, 100'000, false, "commands since the card was inserted, from 0", &Fault::at};
constexpr FaultField kMs{"ms", Type::number, 3'600'000, true, "milliseconds", &Fault::ms};
constexpr FaultField kIns{"ins", Type::hex, 2, true, "the instruction", &Fault::ins};
constexpr FaultField kSw{"sw", Type::hex, 4, true, "what it is answered with", &Fault::sw};
constexpr FaultField kKey{"key", Type::text, 128, true, "as engraved"};
constexpr Fields kAll{&kAt, &kMs, &kIns, &kSw, &kKey};

constexpr Fields kCommand{&kAt}, kDuration{&kMs}, kAnswer{&kIns, &kSw}, kOneKey{&kKey};

constexpr std::array kShapes{
    FaultShape{FaultKind::mute, "mute", "the card answers nothing from this command on; 0: from its reset on",
               kCommand},
    FaultShape{FaultKind::slow, "slow", "every answer takes so long", kDuration, {3000}},
    FaultShape{
        FaultKind::removed, "removed", "the card is pulled out as this command arrives", kCommand, {3}},
    FaultShape{FaultKind::status_word,
               "status_word",
               "commands of an instruction are not executed",
               kAnswer,
               {0xAE, 0x6985}},
    FaultShape{FaultKind::corrupted, "corrupted", "one bit of the answer is changed", kCommand, {1}},
    FaultShape{FaultKind::bad_atr, "bad_atr", "the ATR ends too early", {}},
    FaultShape{FaultKind::low_battery, "low_battery", "the screen says so when the reader wakes", {}},
    FaultShape{FaultKind::dead_battery,
               "dead_battery",
               "dark for good as this command arrives, until reset",
               kCommand,
               {4}},
    FaultShape{FaultKind::stuck_key, "stuck_key", "the key repeats itself after every key", kOneKey, {5}},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kShapes.size(); ++i) {
    if (kShapes[i].kind != static_cast<FaultKind>(i)) return false;
  }
  return true;
}
static_assert(in_order());

}  // namespace

std::span<const FaultShape> fault_shapes() { return kShapes; }

const FaultShape& shape_of(FaultKind kind) { return kShapes[static_cast<std::size_t>(kind)]; }

std::span<const FaultField* const> fault_fields() { return kAll; }

std::string_view to_string(FaultKind kind) { return shape_of(kind).name; }

}  // namespace sesame::sim
