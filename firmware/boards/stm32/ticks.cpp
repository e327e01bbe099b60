// SysTick as the one clock: milliseconds, and waits within one.
#include "firmware/boards/stm32/clock.hpp"
#include "firmware/boards/stm32/delay.hpp"
#include "firmware/boards/stm32/interrupts.hpp"
#include "firmware/hal/clock.hpp"

namespace sesame::board {
namespace {

volatile hal::clock::Millis millis = 0;

}  // namespace

void start_ticks() {
  systick().load = ticks_per_milli() - 1;
  systick().val = 0;
  systick().ctrl = systick_bits::kEnable | systick_bits::kInterrupt | systick_bits::kCoreClock;
}

void on_tick() {
  millis = millis + 1;
  work_left = true;
  supervise();
}

void wait_cycles(std::uint32_t cycles) {
  const std::uint32_t period = systick().load + 1;
  std::uint32_t last = systick().val;
  std::uint32_t elapsed = 0;
  for (std::uint32_t polls = cycles; elapsed < cycles && polls > 0; --polls) {
    const std::uint32_t value = systick().val;
    elapsed += value <= last ? last - value : last + period - value;
    last = value;
  }
}

void wait_us(std::uint32_t microseconds) { wait_cycles(microseconds * (kCoreHz / 1'000'000)); }

}  // namespace sesame::board

namespace sesame::hal::clock {

void init() {
  board::start_clocks();
  board::start_ticks();
}

Millis now() {
  const board::InterruptsOff off;  // two words
  return board::millis;
}

}  // namespace sesame::hal::clock
