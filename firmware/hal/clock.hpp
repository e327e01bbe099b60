// Time and sleep. There is one clock: milliseconds since reset.
#pragma once

#include <cstdint>

namespace sesame::hal::clock {

using Millis = std::uint64_t;

// Clocks and timer; first of all.
void init();
Millis now();

// Until an interrupt: a character, the next millisecond.
void sleep();
// The lowest power from which a key or the card wakes the board; now() stands still meanwhile, and goes on
// after it. With the panel link on, which must be heard, this is sleep().
void stop();

}  // namespace sesame::hal::clock
