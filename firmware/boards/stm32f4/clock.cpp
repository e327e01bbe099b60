#include "firmware/boards/stm32/clock.hpp"

#include "firmware/boards/cpu.hpp"
#include "firmware/boards/stm32/interrupts.hpp"
#include "firmware/boards/stm32f4/registers.hpp"
#include "firmware/generated/board.hpp"

namespace sesame::board {
namespace {

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

  using namespace flash_bits;
  flash().acr = kTwoWaitStates | kInstructionCache | kDataCache;  // table 11: down to 1.8 V
  // Revision A, as of the first DISCOVERY boards, cannot read ahead (its errata).
  if (dbgmcu().idcode >> 16 != dbgmcu_bits::kRevisionA) set_bits(flash().acr, kPrefetch);
  wait_for(flash().acr, kTwoWaitStates, kTwoWaitStates);  // RM0090, 3.5: read back before the clock rises

  rcc().pllcfgr = start_oscillator();
  set_bits(rcc().cr, rcc_bits::kPllOn);
  // One that does not lock is off again, as its settings may be written in no other state.
  if (!wait_for(rcc().cr, rcc_bits::kPllReady, rcc_bits::kPllReady)) {
    return clear_bits(rcc().cr, rcc_bits::kPllOn);
  }
  rcc().cfgr = rcc_bits::kSwitchPll;  // and every bus as fast as the core
  wait_for(rcc().cfgr, rcc_bits::kStatus, rcc_bits::kStatusPll);
}

bool at_full_speed() { return (rcc().cfgr & rcc_bits::kStatus) == rcc_bits::kStatusPll; }

bool run_from_quartz() { return at_full_speed() && (rcc().pllcfgr & rcc_bits::kPllFromHse) != 0; }

// With the regulator in its low-power mode, and the flash powered down.
void choose_stop_mode() {
  clear_bits(pwr().cr, pwr_bits::kStandby);
  set_bits(pwr().cr, pwr_bits::kLowPowerRegulator | pwr_bits::kFlashOff);
}

}  // namespace sesame::board
