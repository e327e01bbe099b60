// The voltage that the board runs from.
#pragma once

#include <cstdint>

namespace sesame::hal::supply {

// In millivolts, measured now, by the reference inside the chip. 0 where there is nothing to measure it with,
// as in an emulator.
std::uint16_t millivolts();

}  // namespace sesame::hal::supply
