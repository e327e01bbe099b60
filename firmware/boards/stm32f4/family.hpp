// What the drivers of firmware/boards/stm32 use of this family, by the same names in each.
#pragma once

#include "firmware/boards/stm32f4/chip.hpp"
#include "firmware/boards/stm32f4/registers.hpp"
#include "firmware/boards/stm32f4/usart.hpp"

namespace sesame::board {

using stm32f4::kCoreHz, stm32f4::kLastPort;

// An emulator's time is not its processor's: SysTick has 168 MHz there, whatever the clocks are set to.
inline std::uint32_t ticks_per_milli() { return (emulated() ? 168'000'000 : kCoreHz) / 1000; }

}  // namespace sesame::board
