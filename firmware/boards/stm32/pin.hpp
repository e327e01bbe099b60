// A pin of the microcontroller, and what it can be made into (RM0090, RM0351: GPIO).
//
//   make_output(kCardRst, false);
//   set(kCardRst, true);
//
// Levels are written through BSRR alone: one store, so that no interrupt can come in between, and the log of
// port writes that QEMU keeps holds every edge.
#pragma once

#include <cstdint>

#include "firmware/boards/chip.hpp"
#include "firmware/generated/family.hpp"

namespace sesame::board {

enum class Drive : std::uint8_t { push_pull, open_drain };
enum class Pull : std::uint8_t { none, up, down };

inline void set(Pin pin, bool high) {
  gpio(pin.port).bsrr = std::uint32_t{1} << (high ? pin.number : pin.number + 16);
}
inline bool is_high(Pin pin) { return (gpio(pin.port).idr >> pin.number & 1) != 0; }
// The level last set, whatever the line does.
inline bool is_set(Pin pin) { return (gpio(pin.port).odr >> pin.number & 1) != 0; }

// The values of MODER.
enum class Mode : std::uint8_t { input, output, alternate, analog };
// Everything else of the pin first, the mode last: it never drives what was not asked for. Starts the port's
// clock.
void configure(Pin pin, Mode mode, Drive drive, Pull pull, std::uint8_t function);

// From the first moment at the level `high`.
inline void make_output(Pin pin, bool high, Drive drive = Drive::push_pull) {
  start_gpio(pin.port);
  set(pin, high);
  configure(pin, Mode::output, drive, Pull::none, 0);
}
inline void make_input(Pin pin, Pull pull) { configure(pin, Mode::input, Drive::push_pull, pull, 0); }
// All pins, but those of the debug port, as they cost the least: one whose level floats draws current
// (RM0090, 8.3.12). For the start, before any is used.
void rest_pins();
// `function` is the number in the datasheet's table of alternate functions: 7 for USART1 to 3, 8 for USART6.
inline void make_alternate(Pin pin, std::uint8_t function, Drive drive, Pull pull) {
  configure(pin, Mode::alternate, drive, pull, function);
}

}  // namespace sesame::board
