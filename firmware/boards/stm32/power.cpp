// No wake-up is lost. What an interrupt leaves for the loop it also marks in `work_left`, and an interrupt
// that comes after the last look at that mark, when handlers are held off already, stays pending and ends the
// WFI at once (PM0214, 2.5.1: WFI does not heed PRIMASK). stop() arms the wake-up lines first and looks at
// the levels then: a key before that is seen, a key after it is pending.
#include <array>
#include <bit>

#include "firmware/boards/stm32/clock.hpp"
#include "firmware/boards/stm32/interrupts.hpp"
#include "firmware/boards/stm32/lines.hpp"
#include "firmware/boards/stm32/pin.hpp"
#include "firmware/boards/stm32/slot.hpp"
#include "firmware/generated/board.hpp"
#include "firmware/hal/clock.hpp"
#include "firmware/hal/panel.hpp"

namespace sesame::board {
namespace {

constexpr auto kWakePins = [] {
  std::array<Pin, kKeyColumns.size() + 1> pins{};
  for (std::size_t i = 0; i < kKeyColumns.size(); ++i) pins[i] = kKeyColumns[i];
  pins.back() = kCardDetect;
  return pins;
}();
constexpr std::uint32_t kWakeLines = [] {
  std::uint32_t lines = 0;
  for (const Pin& pin : kWakePins) lines |= bit(pin.number);
  return lines;
}();
// RM0090 and RM0351, EXTI: pins of the same number share a line.
static_assert(std::popcount(kWakeLines) == static_cast<int>(kWakePins.size()),
              "key columns and card detect need pins of different numbers");

// While there is one, the lines of keys and card end a WFI. Keys that were scanned have left edges.
class WakeLines {
 public:
  WakeLines() {
    for (const Pin& pin : kWakePins) choose_port(pin);
    watch_lines(kWakeLines, bit(kCardDetect.number));
    for (const Pin& pin : kWakePins) allow_interrupt(interrupt_of_line(pin.number));
  }
  ~WakeLines() {
    ignore_lines(kWakeLines);
    for (const Pin& pin : kWakePins) refuse_interrupt(interrupt_of_line(pin.number));
  }
  WakeLines(const WakeLines&) = delete;
  WakeLines& operator=(const WakeLines&) = delete;
};

// Between two scans every row of the matrix is high (keys.cpp): a key that is pressed lifts its column.
bool something_moved() {
  for (const Pin& column : kKeyColumns) {
    if (is_high(column)) return true;
  }
  return card_moved();
}

// Stop mode (RM0090 and RM0351, PWR): the oscillators stand still, RAM and pins stay. After it the core
// runs from the internal oscillator.
void enter_stop_mode() {
  systick().ctrl = 0;
  scb().icsr = scb_bits::kClearPendingSysTick;
  choose_stop_mode();
  set_bits(scb().scr, scb_bits::kSleepDeep);
  wait_for_interrupt();
  clear_bits(scb().scr, scb_bits::kSleepDeep);
  // Where something was pending already there was no stop, and what runs is not set up anew.
  if (!at_full_speed()) start_clocks();
  start_ticks();
}

}  // namespace

void on_pin_moved() {
  forget_edges(kWakeLines);
  look_at_card();
  work_left = true;
}

}  // namespace sesame::board

namespace sesame::hal::clock {

void sleep() {
  {
    const board::InterruptsOff off;
    if (!board::work_left) board::wait_for_interrupt();
  }
  board::work_left = false;  // the loop looks at everything after this
}

void stop() {
  if (panel::on()) return sleep();
  {
    const board::InterruptsOff off;
    const board::WakeLines wake_lines;
    if (!board::something_moved()) return board::enter_stop_mode();
  }
  sleep();
}

}  // namespace sesame::hal::clock
