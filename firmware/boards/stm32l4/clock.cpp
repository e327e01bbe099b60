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

constexpr std::uint32_t kInternalHz = 16'000'000;

static_assert(kQuartzHz % stm32l4::kPllInputHz == 0 && kQuartzHz <= stm32l4::kMostQuartzHz,
              "a quartz of 4 to 32 MHz in steps of 4, or 0 for none");

// The PLL (RM0351, RCC): its input 4 MHz; 64 MHz inside, the least it can do; half of that at its output R.
consteval std::uint32_t pll(std::uint32_t source_hz) {
  const std::uint32_t m = source_hz / stm32l4::kPllInputHz, n = 2 * kCoreHz / stm32l4::kPllInputHz,
                      r_is_2 = 0;
  return (m - 1) << 4 | n << 8 | rcc_bits::kPllEnableR | r_is_2 << 25;
}

// HSI16 runs already after Stop mode, which it ends (STOPWUCK), and not after a reset.
void switch_to_internal_oscillator() {
  set_bits(rcc().cr, rcc_bits::kHsiOn);
  wait_for(rcc().cr, rcc_bits::kHsiReady, rcc_bits::kHsiReady);
  rcc().cfgr = rcc_bits::kSwitchHsi | rcc_bits::kWakeHsi;
  wait_for(rcc().cfgr, rcc_bits::kStatus, rcc_bits::kStatusHsi);
  clear_bits(rcc().cr, rcc_bits::kMsiOn);
}

// What the PLL is to come from: the quartz, or what the core runs from already.
std::uint32_t start_oscillator() {
  if constexpr (kQuartzHz != 0) {
    set_bits(rcc().cr, rcc_bits::kHseOn);
    if (wait_for(rcc().cr, rcc_bits::kHseReady, rcc_bits::kHseReady)) {
      return pll(kQuartzHz) | rcc_bits::kPllFromHse;
    }
    clear_bits(rcc().cr, rcc_bits::kHseOn);
  }
  return pll(kInternalHz) | rcc_bits::kPllFromHsi;
}

// One that does not lock is off again, as its settings may be written in no other state, and the core goes on
// at half its speed.
void switch_to_pll() {
  rcc().pllcfgr = start_oscillator();
  set_bits(rcc().cr, rcc_bits::kPllOn);
  if (!wait_for(rcc().cr, rcc_bits::kPllReady, rcc_bits::kPllReady)) {
    return clear_bits(rcc().cr, rcc_bits::kPllOn);
  }
  set_bits(rcc().cfgr, rcc_bits::kSwitchPll);
  wait_for(rcc().cfgr, rcc_bits::kStatus, rcc_bits::kStatusPll);
}

}  // namespace

void start_clocks() {
  start_clock(rcc().apb1enr, rcc_bits::kPwr);
  using namespace flash_bits;
  flash().acr = kOneWaitState | kInstructionCache | kDataCache;  // up to 32 MHz, in range 1, as after a reset
  wait_for(flash().acr, kLatency, kOneWaitState);  // RM0351, FLASH: read back before the clock rises
  switch_to_internal_oscillator();
  switch_to_pll();
}

bool at_full_speed() { return (rcc().cfgr & rcc_bits::kStatus) == rcc_bits::kStatusPll; }

bool run_from_quartz() {
  return at_full_speed() && (rcc().pllcfgr & rcc_bits::kPllSource) == rcc_bits::kPllFromHse;
}

void choose_stop_mode() { pwr().cr1 = (pwr().cr1 & ~pwr_bits::kLowPowerMode) | pwr_bits::kStop2; }

}  // namespace sesame::board
