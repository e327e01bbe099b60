// The clock tree: 168 MHz for the core, 84 MHz for APB2, 42 MHz for APB1 (chip.hpp).
#pragma once

#include <cstdint>

#include "firmware/boards/stm32f4/chip.hpp"

namespace sesame::board {

using stm32f4::kApb1Hz, stm32f4::kCoreHz;
inline constexpr std::uint32_t kCyclesPerMilli = kCoreHz / 1000;

// From the quartz, or from the internal oscillator where there is none or where it does not start; after
// reset, and after Stop mode. Waits a bounded time, about 80 ms, and goes on.
void start_clocks();
// SysTick, the one clock: an interrupt each millisecond.
void start_ticks();

}  // namespace sesame::board
