#include "firmware/hal/card.hpp"

#include "firmware/boards/stm32/interrupts.hpp"
#include "firmware/boards/stm32/slot.hpp"
#include "firmware/selftest/ended/secret.hpp"

namespace sesame::hal::card {

void set(const iso7816::Contacts& contacts) {
  if (contacts == iso7816::Contacts{}) ++selftest::kept.contacts_off;
}

}  // namespace sesame::hal::card

namespace sesame::board {

void on_card_character() {}
bool card_moved() { return false; }
void look_at_card() {}
void on_supply_moved() {}

}  // namespace sesame::board
