// What the drivers of firmware/boards/stm32 use of this family, by the same names in each.
#pragma once

#include "firmware/boards/stm32l4/chip.hpp"
#include "firmware/boards/stm32l4/registers.hpp"
#include "firmware/boards/stm32l4/usart.hpp"

namespace sesame::board {

using stm32l4::kCoreHz, stm32l4::kLastPort;

constexpr bool emulated() { return false; }  // no emulator knows it
constexpr std::uint32_t ticks_per_milli() { return kCoreHz / 1000; }

// ms. The longest that a turn of the loop may take: the rest of an answer over the panel link, a screen over
// it (460 bytes of 87 us), and that screen on an OLED (80 cells of 22 bytes; a bit takes about 4 us).
inline constexpr unsigned kLongestTurn = 120;

}  // namespace sesame::board
