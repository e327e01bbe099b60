// Lines of EXTI: an edge at a pin, or what the chip itself has to say, as an interrupt (RM0090 and RM0351,
// EXTI).
#pragma once

#include "firmware/boards/stm32/interrupts.hpp"
#include "firmware/boards/stm32/pin.hpp"

namespace sesame::board {

inline constexpr unsigned kSupplyLine = 16;

// RM0090, table 62; RM0351, vector table.
constexpr unsigned interrupt_of_line(unsigned line) {
  return line < 5 ? 6 + line : line < 10 ? 23 : line < 16 ? 40 : 1;
}

// Which port's pin of that number the line is.
inline void choose_port(const Pin& pin) {
  start_clock(rcc().apb2enr, rcc_bits::kSyscfg);
  Register& choice = syscfg().exticr[pin.number / 4];
  const unsigned shift = pin.number % 4 * 4;
  choice = (choice & ~(std::uint32_t{15} << shift)) | std::uint32_t{pin.port} << shift;
}

// With a read behind it: until the write has come through the interrupt controller still sees the edges, and
// takes them for new.
inline void forget_edges(std::uint32_t lines) {
  exti().pr = lines;
  static_cast<void>(std::uint32_t{exti().pr});
}

// What was before is forgotten first: it would be an interrupt at once.
inline void watch_lines(std::uint32_t rising, std::uint32_t falling) {
  const std::uint32_t lines = rising | falling;
  exti().rtsr = (exti().rtsr & ~lines) | rising;
  exti().ftsr = (exti().ftsr & ~lines) | falling;
  forget_edges(lines);
  set_bits(exti().imr, lines);
}
inline void ignore_lines(std::uint32_t lines) {
  clear_bits(exti().imr, lines);
  forget_edges(lines);
}

}  // namespace sesame::board
