#include "sim/reader/faults.hpp"

#include <array>

namespace sesame::sim {

namespace {

using Type = FaultField::Type;
using Fields = const FaultField* const[];

constexpr FaultField kAt{"at",
                         Type::number,
                         100'000,
                         false,
                         "commands since the card was inserted, from 0; with a stage, those of that stage",
                         &Fault::at};
constexpr FaultField kMs{"ms", Type::number, 3'600'000, true, "milliseconds", &Fault::ms};
constexpr FaultField kIns{
    "ins", Type::hex, 2, false, "the instruction; without it, or with 00, every one", &Fault::ins};
constexpr FaultField kSw{"sw", Type::hex, 4, true, "what it is answered with", &Fault::sw};
constexpr FaultField kKey{"key", Type::text, 128, true, "as engraved"};
constexpr FaultField kStage{"stage", Type::step, 0, false, "the step of the dialogue; without it, every one"};
constexpr FaultField kOnce{"once", Type::flag, 0, false, "it is gone once it has happened"};
constexpr Fields kAll{&kAt, &kMs, &kIns, &kSw, &kKey, &kStage, &kOnce};

constexpr Fields kCommand{&kAt, &kStage, &kOnce}, kMoment{&kAt, &kStage}, kDuration{&kMs, &kStage, &kOnce},
    kAnswer{&kIns, &kSw, &kStage, &kOnce}, kOneKey{&kKey};

constexpr std::array kShapes{
    FaultShape{FaultKind::mute, "mute", "the card answers nothing from this command on; 0: from its reset on",
               kCommand},
    FaultShape{FaultKind::slow, "slow", "every answer takes so long", kDuration, {3000}},
    FaultShape{
        FaultKind::removed, "removed", "the card is pulled out as this command arrives", kCommand, {3}},
    FaultShape{FaultKind::status_word,
               "status_word",
               "commands of an instruction, or of a stage, are not executed",
               kAnswer,
               {0xAE, 0x6985}},
    FaultShape{FaultKind::corrupted, "corrupted", "one bit of the answer is changed", kCommand, {1}},
    FaultShape{FaultKind::bad_atr, "bad_atr", "the ATR ends too early", {}},
    FaultShape{FaultKind::low_battery, "low_battery", "the screen says so when the reader wakes", {}},
    FaultShape{FaultKind::dead_battery,
               "dead_battery",
               "dark for good as this command arrives, until reset",
               kMoment,
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

bool says(const Fault& fault, const FaultField& field) {
  switch (field.type) {
    case Type::step: return fault.stage.has_value();
    case Type::flag: return fault.once;
    case Type::hex: return field.required || fault.*field.number != 0;
    case Type::number:
    case Type::text: return true;
  }
  return true;
}

std::optional<Stage> stage_of(Bytes command) {
  if (command.size() < 4) return std::nullopt;
  switch (command[1]) {
    case 0xA4: return Stage::select;
    case 0xA8: return Stage::get_processing_options;
    case 0xB2: return Stage::read_record;
    case 0xCA: return Stage::get_data;
    case 0x20: return Stage::verify;
    case 0xAE: return (command[2] & 0xC0) == 0 ? Stage::second_generate_ac : Stage::generate_ac;
    default: return std::nullopt;
  }
}

std::string_view to_string(FaultKind kind) { return shape_of(kind).name; }

}  // namespace sesame::sim
