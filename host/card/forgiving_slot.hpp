// A slot whose card may not know an answer: what a recorded card was not asked when it was recorded is told,
// once each, and the card is mute.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <utility>

#include "host/card/slot.hpp"

namespace sesame {

class ForgivingSlot final : public CardSlot {
 public:
  using Tell = std::function<void(const std::string& line)>;

  // The slot outlives it. Failure(Failure::environment) comes through; `tell` gets the line of any other.
  ForgivingSlot(CardSlot& slot, Tell tell) : slot_(slot), tell_(std::move(tell)) {}

  SlotStatus carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) override;

  // Whether the card is mute only because the last request was not recorded.
  bool unrecorded() const { return unrecorded_; }

 private:
  void tell_once(const std::string& line);

  CardSlot& slot_;
  Tell tell_;
  std::set<std::string> told_;
  bool unrecorded_ = false;
};

}  // namespace sesame
