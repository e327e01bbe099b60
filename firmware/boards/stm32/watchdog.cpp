// Two, one behind the other. Each millisecond the clock's handler looks whether the loop has turned, and if
// so feeds the window watchdog (RM0090 and RM0351, WWDG): that one is too short for the loop itself, of which
// a turn may draw a screen and tell it. Where the handlers stand still, too, it calls for help by an
// interrupt before which all others wait, and resets the chip a moment later. In Stop mode both stand still.
#include "firmware/hal/watchdog.hpp"

#include "firmware/boards/stm32/interrupts.hpp"
#include "firmware/generated/family.hpp"

namespace sesame::board {
namespace {

volatile bool running = false;
volatile unsigned since_turn = 0;  // ms

// ms. The longest that a turn of the loop may take: the rest of an answer over the panel link, a screen over
// it (460 bytes of 87 us), and that screen on an OLED (80 cells of 22 bytes; a bit takes about 2 us).
constexpr unsigned kLongestTurn = 85;

constexpr std::uint32_t kInterrupt = 0;                    // RM0090, table 62
constexpr std::uint32_t kUrgent = 0, kOther = 0x80808080;  // four interrupts' priorities

}  // namespace

void feed_watchdog() {
  if (running) wwdg().cr = wwdg_bits::kActive | wwdg_bits::kFull;
}

void supervise() {
  if (!running) return;
  if (since_turn == kLongestTurn) {
    scb().icsr = scb_bits::kPendPendSv;  // its frame is that of what hangs, as this handler's is
  } else {
    since_turn = since_turn + 1;
    feed_watchdog();
  }
}

}  // namespace sesame::board

namespace sesame::hal::watchdog {

using namespace board;

void start() {
  if (emulated()) return;
  for (std::size_t i = 0; i < kInterrupts / 4 + 1; ++i) nvic().ipr[i] = kOther;
  nvic().ipr[kInterrupt / 4] = (kOther & ~std::uint32_t{0xFF}) | kUrgent;
  scb().shpr3 = kOther & 0xFFFF'0000;
  since_turn = 0;
  start_clock(rcc().apb1enr, rcc_bits::kWwdg);
  set_bits(dbgmcu().apb1_fz, dbgmcu_bits::kWwdgStops);  // a breakpoint is no hang
  wwdg().cfr = wwdg_bits::kBy8 | wwdg_bits::kEarlyInterrupt | wwdg_bits::kNoWindow;
  running = true;
  feed_watchdog();
  allow_interrupt(kInterrupt);
}

void turned() { since_turn = 0; }

}  // namespace sesame::hal::watchdog
