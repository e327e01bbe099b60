#include "firmware/boards/stm32/clock.hpp"

#include "firmware/boards/cpu.hpp"
#include "firmware/boards/stm32/interrupts.hpp"
#include "firmware/boards/stm32l4/registers.hpp"
#include "firmware/generated/board.hpp"

namespace sesame::board {
namespace {

bool wait_for(const Register& reg, std::uint32_t mask, std::uint32_t value) {
  for (int polls = 0; polls < 100; ++polls) {
    if ((reg & mask) == value) return true;
    feed_watchdog();
    pause(1000);  // 0.25 ms at 16 MHz
  }
  return false;
}

static_assert(kQuartzHz % stm32l4::kPllInputHz == 0 && kQuartzHz <= stm32l4::kMostQuartzHz,
              "a quartz of 4 to 32 MHz in steps of 4, or 0 for none");

// The PLL (RM0351, RCC): its input 4 MHz; 64 MHz inside, the least it can do; a fourth of that at its
// output R.
constexpr std::uint32_t pll(std::uint32_t quartz_hz) {
  const std::uint32_t m = quartz_hz / stm32l4::kPllInputHz, n = 4 * kCoreHz / stm32l4::kPllInputHz,
                      r_is_4 = 1;
  return rcc_bits::kPllFromHse | (m - 1) << 4 | n << 8 | rcc_bits::kPllEnableR | r_is_4 << 25;
}

// HSI16 runs already after Stop mode, which it ends (STOPWUCK), and not after a reset.
void switch_to_internal_oscillator() {
  set_bits(rcc().cr, rcc_bits::kHsiOn);
  wait_for(rcc().cr, rcc_bits::kHsiReady, rcc_bits::kHsiReady);
  rcc().cfgr = rcc_bits::kSwitchHsi | rcc_bits::kWakeHsi;
  wait_for(rcc().cfgr, rcc_bits::kStatus, rcc_bits::kStatusHsi);
  clear_bits(rcc().cr, rcc_bits::kMsiOn);
}

void switch_to_quartz() {
  set_bits(rcc().cr, rcc_bits::kHseOn);
  if (!wait_for(rcc().cr, rcc_bits::kHseReady, rcc_bits::kHseReady)) {
    return clear_bits(rcc().cr, rcc_bits::kHseOn);
  }
  rcc().pllcfgr = pll(kQuartzHz);
  set_bits(rcc().cr, rcc_bits::kPllOn);
  if (!wait_for(rcc().cr, rcc_bits::kPllReady, rcc_bits::kPllReady)) return;
  set_bits(rcc().cfgr, rcc_bits::kSwitchPll);
  wait_for(rcc().cfgr, rcc_bits::kStatus, rcc_bits::kStatusPll);
}

}  // namespace

void start_clocks() {
  start_clock(rcc().apb1enr, rcc_bits::kPwr);
  flash().acr = flash_bits::kNoWaitStates | flash_bits::kInstructionCache | flash_bits::kDataCache;
  switch_to_internal_oscillator();
  if (kQuartzHz != 0) switch_to_quartz();
}

bool at_full_speed() {
  return (rcc().cfgr & rcc_bits::kStatus) == (kQuartzHz != 0 ? rcc_bits::kStatusPll : rcc_bits::kStatusHsi);
}

// The PLL has no other source here.
bool run_from_quartz() { return (rcc().cfgr & rcc_bits::kStatus) == rcc_bits::kStatusPll; }

void choose_stop_mode() { pwr().cr1 = (pwr().cr1 & ~pwr_bits::kLowPowerMode) | pwr_bits::kStop2; }

}  // namespace sesame::board
