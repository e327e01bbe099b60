// The registers of the core of every chip here (SysTick, NVIC, MPU, SCB) that the boards use, and their
// bits: no others. The numbers after each are sections of PM0214.
#pragma once

#include <cstddef>
#include <cstdint>

#include "firmware/boards/register.hpp"

namespace sesame::board {

// The system timer, 4.5.
struct SysTick {
  Register ctrl;  // 4.5.1
  Register load;  // 4.5.2: 24 bits
  Register val;   // 4.5.3: counts down; a write makes it 0
};
namespace systick_bits {
inline constexpr std::uint32_t kEnable = bit(0), kInterrupt = bit(1), kCoreClock = bit(2);
}

// Interrupt controller, 4.3: one bit an interrupt, a one written acts.
struct Nvic {
  Register iser[8];  // 4.3.2
  Unused<24> reserved0;
  Register icer[8];  // 4.3.3
  Unused<24> reserved1;
  Register ispr[8];  // 4.3.4
  Unused<24> reserved2;
  Register icpr[8];  // 4.3.5
  Unused<88> reserved3_and_iabr;
  Register ipr[60];  // 4.3.7: four interrupts each, the lowest number in the lowest byte
};
static_assert(offsetof(Nvic, icpr) == 0x180 && offsetof(Nvic, ipr) == 0x300);

// Memory protection, 4.2.
struct Mpu {
  Register type;  // 4.2.5
  Register ctrl;  // 4.2.6
  Register rnr;   // 4.2.7
  Register rbar;  // 4.2.8: with the region's number
  Register rasr;  // 4.2.9
};
namespace mpu_bits {
inline constexpr std::uint32_t kEnable = bit(0), kElseAsUsual = bit(2);  // CTRL: ENABLE, PRIVDEFENA
inline constexpr std::uint32_t kValid = bit(4);                          // RBAR
// RASR: no access, no execution, of 2^n bytes.
constexpr std::uint32_t guard(unsigned n) { return bit(28) | (n - 1) << 1 | 1; }
}  // namespace mpu_bits

// System control block, 4.4.
struct Scb {
  Register cpuid;  // 4.4.2
  Register icsr;   // 4.4.3
  Register vtor;   // 4.4.4
  Register aircr;  // 4.4.5
  Register scr;    // 4.4.6
  Unused<3> ccr_to_shpr2;
  Register shpr3;  // 4.4.8: of PendSV and SysTick, the upper half
  Unused<1> shcsr;
  Register cfsr;  // 4.4.10
};
static_assert(offsetof(Scb, shpr3) == 0x20 && offsetof(Scb, cfsr) == 0x28);
namespace scb_bits {
inline constexpr std::uint32_t kClearPendingSysTick = bit(25), kPendPendSv = bit(28);  // ICSR
inline constexpr std::uint32_t kSleepDeep = bit(2);                                    // SCR
}  // namespace scb_bits

inline SysTick& systick() { return at<SysTick>(0xE000'E010); }
inline Nvic& nvic() { return at<Nvic>(0xE000'E100); }
inline Mpu& mpu() { return at<Mpu>(0xE000'ED90); }
inline Scb& scb() { return at<Scb>(0xE000'ED00); }

// The place of the first interrupt in the vector table (2.3.4).
inline constexpr unsigned kFirstInterrupt = 16;

}  // namespace sesame::board
