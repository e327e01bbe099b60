// An OLED with an SSD1306 on pins of the board, 4-wire SPI.
#include "firmware/boards/stm32/delay.hpp"
#include "firmware/boards/stm32/pin.hpp"
#include "firmware/drivers/ssd1306.hpp"
#include "firmware/generated/board.hpp"
#include "firmware/generated/family.hpp"
#include "firmware/hal/display.hpp"

namespace sesame {

namespace {

struct Wires {
  static void clock(bool high) { board::set(board::kOledClock, high); }
  static void data(bool high) { board::set(board::kOledData, high); }
  static void dc(bool high) { board::set(board::kOledDc, high); }
  static void select(bool high) { board::set(board::kOledSelect, high); }
  static void reset(bool high) { board::set(board::kOledReset, high); }
  // A pin of the lowest speed takes 100 ns for an edge (datasheet, I/O AC characteristics): 250 here, at
  // three cycles a turn or more. Too short for a timer.
  static void settle() {
    for (std::uint32_t turn = 0; turn <= board::kCoreHz / 12'000'000; ++turn) __asm__ __volatile__("nop");
  }
  static void wait_us(std::uint32_t microseconds) { board::wait_us(microseconds); }
};

constinit drivers::Ssd1306<Wires> oled;

}  // namespace

namespace hal::display {

void init() {
  board::make_output(board::kOledSelect, true);
  board::make_output(board::kOledReset, true);
  for (const board::Pin pin : {board::kOledClock, board::kOledData, board::kOledDc}) {
    board::make_output(pin, false);
  }
  oled.init();
}

void show(const Screen& screen) { oled.show(screen); }

}  // namespace hal::display
}  // namespace sesame
