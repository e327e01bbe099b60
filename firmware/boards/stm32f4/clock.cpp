#include "firmware/boards/stm32f4/clock.hpp"

#include "firmware/boards/stm32f4/delay.hpp"
#include "firmware/boards/stm32f4/interrupts.hpp"
#include "firmware/boards/stm32f4/registers.hpp"
#include "firmware/generated/board.hpp"
#include "firmware/hal/clock.hpp"

namespace sesame::board {
namespace {

volatile hal::clock::Millis millis = 0;

// Polls with pauses between: every read of a register that QEMU lacks is a line in its log.
bool wait_for(const Register& reg, std::uint32_t mask, std::uint32_t value) {
  for (int polls = 0; polls < 100; ++polls) {
    if ((reg & mask) == value) return true;
    feed_watchdog();
    pause(1000);  // 0.2 ms at the 16 MHz of reset
  }
  return false;
}

constexpr std::uint32_t kInternalHz = 16'000'000;

// The PLL (RM0090, 7.2.3): its input 2 MHz where that divides, else 1 MHz; 336 MHz inside, by 8.
consteval std::uint32_t pll(std::uint32_t source_hz) {
  const std::uint32_t input_hz = source_hz % 2'000'000 == 0 ? 2'000'000 : 1'000'000;
  const std::uint32_t m = source_hz / input_hz, n = 8 * kCoreHz / input_hz, p_is_8 = 3, q = 7;
  return m | n << 6 | p_is_8 << 16 | q << 24;
}
static_assert(kQuartzHz % 1'000'000 == 0 &&
                  (kQuartzHz == 0 || (kQuartzHz >= 4'000'000 && kQuartzHz <= 26'000'000)),
              "a quartz of 4 to 26 whole MHz, or 0 for none");

std::uint32_t start_oscillator() {
  if constexpr (kQuartzHz != 0) {
    set_bits(rcc().cr, rcc_bits::kHseOn);
    if (wait_for(rcc().cr, rcc_bits::kHseReady, rcc_bits::kHseReady)) {
      return pll(kQuartzHz) | rcc_bits::kPllFromHse;
    }
  }
  return pll(kInternalHz);  // on since reset or wake-up
}

}  // namespace

void start_clocks() {
  start_clock(rcc().apb1enr, rcc_bits::kPwr);
  clear_bits(pwr().cr, pwr_bits::kFullSpeed);  // the lower core voltage is enough up to 144 MHz (5.1.3)
  rcc().pllcfgr = start_oscillator();
  set_bits(rcc().cr, rcc_bits::kPllOn);
  wait_for(rcc().cr, rcc_bits::kPllReady, rcc_bits::kPllReady);

  using namespace flash_bits;
  flash().acr = kTwoWaitStates | kInstructionCache | kDataCache;  // table 11: down to 1.8 V
  // Revision A, as of the first DISCOVERY boards, cannot read ahead (its errata).
  if (dbgmcu().idcode >> 16 != dbgmcu_bits::kRevisionA) set_bits(flash().acr, kPrefetch);
  wait_for(flash().acr, kTwoWaitStates, kTwoWaitStates);  // RM0090, 3.5: read back before the clock rises
  rcc().cfgr = rcc_bits::kSwitchPll;                      // and every bus as fast as the core
  wait_for(rcc().cfgr, rcc_bits::kStatus, rcc_bits::kStatusPll);
}

void start_ticks() {
  systick().load = (emulated() ? kEmulatedCyclesPerMilli : kCyclesPerMilli) - 1;
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
