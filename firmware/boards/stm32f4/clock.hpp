// The clock tree: 42 MHz for the core and both buses (chip.hpp).
#pragma once

#include <cstdint>

#include "firmware/boards/stm32f4/chip.hpp"

namespace sesame::board {

using stm32f4::kApb1Hz, stm32f4::kCoreHz;
inline constexpr std::uint32_t kCyclesPerMilli = kCoreHz / 1000;
// An emulator's timer runs at the 168 MHz that the chip could have, whatever is set up.
inline constexpr std::uint32_t kEmulatedCyclesPerMilli = 168'000;

// From the quartz, or from the internal oscillator where there is none or where it does not start; after
// reset, and after Stop mode. Waits a bounded time, about 80 ms, and goes on.
void start_clocks();
// SysTick, the one clock: an interrupt each millisecond.
void start_ticks();

}  // namespace sesame::board
