// A shipped card in a slot, new each time.
#pragma once

#include <string>

#include "host/card/file/card_file.hpp"
#include "host/card/virtual_card.hpp"
#include "host/state/counters.hpp"

namespace sesame::test {

class CardInSlot {
 public:
  explicit CardInSlot(const std::string& name) : personalization_(card::load_card(name)) {}

  CardSlot& slot() { return card_; }
  std::string_view pin() const { return personalization_.pin.view(); }
  // As it was when it was made.
  void renew() {
    for (std::size_t i = 0; i < personalization_.applications.size(); ++i) card_.counters().set_atc(i, 0);
  }

 private:
  card::Personalization personalization_;
  state::EphemeralStore store_;
  card::VirtualCard card_{personalization_, store_};
};

}  // namespace sesame::test
