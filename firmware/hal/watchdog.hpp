// A loop that no longer turns leaves a card with power, and nobody who talks to it.
#pragma once

namespace sesame::hal::watchdog {

// From here on the loop turns, or the card loses its power within 100 ms of its last turn and the run ends:
// with a record (FaultCause::hang, or FaultCause::watchdog where not even a millisecond was counted), or,
// where no handler could run any more, with a reset (ResetCause::window_watchdog). An emulator, whose time is
// not its processor's, has none.
void start();
// Once a turn. Neither a sleep nor a stop counts.
void turned();

}  // namespace sesame::hal::watchdog
