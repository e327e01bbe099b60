// The clocks of the chip, which a family sets up, and the one clock of the program.
#pragma once

#include <cstdint>

#include "firmware/generated/family.hpp"

namespace sesame::board {

inline constexpr std::uint32_t kCyclesPerMilli = kCoreHz / 1000;

// To the speeds of the family's chip.hpp, from the quartz, or from the internal oscillator where there is
// none or where it does not start; after reset, and after Stop mode. Waits a bounded time, about 80 ms,
// and goes on.
void start_clocks();
// Whether they are as it leaves them where all goes well: not so after Stop mode.
bool at_full_speed();
// Whether the quartz it is that they come from.
bool run_from_quartz();
// What SLEEPDEEP is to mean at the next WFI: the Stop mode with the least current.
void choose_stop_mode();
// SysTick: an interrupt each millisecond.
void start_ticks();

}  // namespace sesame::board
