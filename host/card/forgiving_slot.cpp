#include "host/card/forgiving_slot.hpp"

#include "host/base/failure.hpp"

namespace sesame {

namespace {

// A program that asks a recorded card at random must not fill a terminal, nor the memory.
constexpr std::size_t kMostLines = 50;

}  // namespace

SlotStatus ForgivingSlot::carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) {
  unrecorded_ = false;
  try {
    return slot_.carry_out(request, answer);
  } catch (const Failure& failure) {
    if (failure.kind() == Failure::environment) throw;
    answer.clear();
    tell_once(failure.what());
    unrecorded_ = true;
    return SlotStatus::mute;
  }
}

void ForgivingSlot::tell_once(const std::string& line) {
  if (told_.size() > kMostLines || !told_.insert(line).second) return;
  tell_(told_.size() <= kMostLines ? line : "more commands that were not recorded are not shown");
}

}  // namespace sesame
