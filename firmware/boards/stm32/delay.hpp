// Short waits, for display drivers and contacts. Counted by SysTick, interrupts on or off.
#pragma once

#include <cstdint>

namespace sesame::board {

// At least so long, at most 25 s. Ends where SysTick stands still, too.
void wait_cycles(std::uint32_t cycles);
void wait_us(std::uint32_t microseconds);

}  // namespace sesame::board
