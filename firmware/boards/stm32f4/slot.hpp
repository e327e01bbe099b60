// What the low-power stop has to know of the card slot.
#pragma once

namespace sesame::board {

// Whether the detect contact says something else than hal::card::present() said last.
bool card_moved();

}  // namespace sesame::board
