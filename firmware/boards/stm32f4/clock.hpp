// The clock tree: 168 MHz for the core, 84 MHz for APB2, 42 MHz for APB1 (RM0090, 7.2; datasheet, table 14).
#pragma once

#include <cstdint>

namespace sesame::board {

inline constexpr std::uint32_t kCoreHz = 168'000'000, kApb1Hz = kCoreHz / 4, kApb2Hz = kCoreHz / 2;
inline constexpr std::uint32_t kCyclesPerMilli = kCoreHz / 1000;

// From the quartz, or from the internal oscillator where there is none or where it does not start; after reset, and
// after Stop mode. Waits a bounded time, about 80 ms, and goes on.
void start_clocks();
// SysTick, the one clock: an interrupt each millisecond.
void start_ticks();

}  // namespace sesame::board
