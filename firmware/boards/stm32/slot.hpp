// The card slot's contacts (slot.cpp), and what they and the line (a family's card.cpp) tell each other.
#pragma once

namespace sesame::board {

void init_slot();

// Of the line: what belongs to the reset that ends, and that another begins.
void on_rst_low();
void before_rst_high();

// Whether the detect contact says something else than hal::card::present() said last.
bool card_moved();

// From a handler: a card that has power and is being pulled out loses it now.
void look_at_card();
// Likewise, where the supply sinks.
void on_supply_moved();

}  // namespace sesame::board
