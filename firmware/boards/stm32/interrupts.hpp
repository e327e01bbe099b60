// Interrupts: held off, let through one by one, and what their handlers tell the loop.
#pragma once

#include <cstdint>

#include "firmware/boards/cpu.hpp"
#include "firmware/generated/family.hpp"

namespace sesame::board {

// No interrupt handler runs in this scope. One that becomes pending still ends a WFI.
class InterruptsOff {
 public:
  InterruptsOff() : before_(hold_handlers()) {}
  ~InterruptsOff() { release_handlers(before_); }
  InterruptsOff(const InterruptsOff&) = delete;
  InterruptsOff& operator=(const InterruptsOff&) = delete;

 private:
  std::uint32_t before_;
};

inline void allow_interrupt(unsigned number) { nvic().iser[number / 32] = bit(number % 32); }
// Stays pending, if it is, until it is allowed.
inline void hold_interrupt(unsigned number) { nvic().icer[number / 32] = bit(number % 32); }
inline void refuse_interrupt(unsigned number) {
  hold_interrupt(number);
  nvic().icpr[number / 32] = bit(number % 32);
}

// Set by every handler that leaves something for the loop; hal::clock::sleep() takes it back.
inline volatile bool work_left = false;

// The handlers, for the vector table.
void on_tick();
void on_card_character();
void on_panel_byte();
void on_pin_moved();   // a line of EXTI
void supervise();      // each millisecond: whether the loop still turns (watchdog.cpp)
void feed_watchdog();  // for what may wait, a bounded time, without handlers
void on_unexpected();  // all others: the end (fatal.cpp)

}  // namespace sesame::board
