// What one run leaves to the next: hal::last_fault() and hal::reset_cause() tell it.
#pragma once

#include <cstdint>

#include "firmware/hal/fatal.hpp"

namespace sesame::board {

// That this run ends here, in the handler of this vector; 0 where the program ends itself.
void keep_fault(std::uint32_t vector, std::uint32_t pc, std::uint32_t lr);
// At the start, once: the chip adds the causes of resets up until it is told to forget them.
void keep_reset_cause();

}  // namespace sesame::board
