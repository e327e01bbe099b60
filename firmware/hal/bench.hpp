// What only a bring-up asks of a board.
#pragma once

#include <cstdint>

namespace sesame::hal::bench {

struct Chip {
  std::uint16_t device = 0, revision = 0;  // as the chip says; 0 in an emulator
  bool quartz_wanted = false;              // the board's file has one
  bool quartz_runs = false;                // and the clocks come from it
  std::uint32_t clock_hz = 0;              // of the core
};
Chip chip();

// Which contacts of the matrix are closed now: bit 4 × row + column.
std::uint16_t key_contacts();

// Levels at the pins, whatever was written to them.
struct CardPins {
  bool vcc = false;  // that its switch is told to give power
  bool rst = false, io = false;
  bool clk_moves = false;
  bool detect = false, detect_means_in = false;
};
CardPins card_pins();

void led(bool lit);

}  // namespace sesame::hal::bench
