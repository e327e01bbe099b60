// What the drivers of firmware/boards/stm32 use of this family, by the same names in each.
#pragma once

#include "firmware/boards/stm32l4/chip.hpp"
#include "firmware/boards/stm32l4/registers.hpp"
#include "firmware/boards/stm32l4/usart.hpp"

namespace sesame::board {

using stm32l4::kCoreHz, stm32l4::kLastPort;

constexpr bool emulated() { return false; }  // no emulator knows it
constexpr std::uint32_t ticks_per_milli() { return kCoreHz / 1000; }

}  // namespace sesame::board
