// An LCD with an HD44780 on pins of the board; R/W tied low.
#include "firmware/boards/stm32/delay.hpp"
#include "firmware/boards/stm32/pin.hpp"
#include "firmware/drivers/hd44780.hpp"
#include "firmware/generated/board.hpp"
#include "firmware/hal/display.hpp"

namespace sesame {

namespace {

struct Wires {
  static constexpr std::size_t kColumns = board::kLcdColumns;

  static void rs(bool high) { board::set(board::kLcdRs, high); }
  static void enable(bool high) { board::set(board::kLcdEnable, high); }
  static void data(std::uint8_t nibble) {
    for (std::size_t bit = 0; bit < board::kLcdData.size(); ++bit) {
      board::set(board::kLcdData[bit], (nibble >> bit & 1) != 0);
    }
  }
  static void wait_us(std::uint32_t microseconds) { board::wait_us(microseconds); }
};

constinit drivers::Hd44780<Wires> lcd;

}  // namespace

namespace hal::display {

void init() {
  board::make_output(board::kLcdRs, false);
  board::make_output(board::kLcdEnable, false);
  for (const board::Pin pin : board::kLcdData) board::make_output(pin, false);
  lcd.init();
}

void show(const Screen& screen) { lcd.show(screen); }

}  // namespace hal::display
}  // namespace sesame
