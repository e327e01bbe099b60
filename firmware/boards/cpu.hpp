// What the processor does by an instruction of its own (PM0214, 3.11): the other half of the seam of
// register.hpp. Compiled for a computer, the model does it.
#pragma once

#include <cstdint>

namespace sesame::board {

#if defined(__arm__)

// PRIMASK: no handler runs while it is 1. One that becomes pending still ends a WFI.
inline std::uint32_t hold_handlers() {
  std::uint32_t before = 0;
  __asm__ __volatile__("mrs %0, primask\n\tcpsid i" : "=r"(before) : : "memory");
  return before;
}
inline void release_handlers(std::uint32_t before) {
  __asm__ __volatile__("msr primask, %0" : : "r"(before) : "memory");
}

// Until an interrupt is pending, whether it may run or not. What was written before is written.
inline void wait_for_interrupt() { __asm__ __volatile__("dsb\n\twfi\n\tisb" : : : "memory"); }

// So many turns of a loop of nothing, about four cycles each.
inline void pause(int turns) {
  for (int turn = 0; turn < turns; ++turn) __asm__ __volatile__("");
}

#else

std::uint32_t hold_handlers();
void release_handlers(std::uint32_t before);
void wait_for_interrupt();
void pause(int turns);

#endif

}  // namespace sesame::board
