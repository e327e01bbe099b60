// What others have to know of the card slot: the low-power stop, and the handlers of the lines that watch it.
#pragma once

namespace sesame::board {

// Whether the detect contact says something else than hal::card::present() said last.
bool card_moved();

// From a handler: a card that has power and is being pulled out loses it now.
void look_at_card();
// Likewise, where the supply sinks.
void on_supply_moved();

}  // namespace sesame::board
