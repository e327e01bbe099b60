// The registers of the STM32F405/F407 that this board uses, and their bits: no others. They are described in
// RM0090; the numbers after each are its sections.
#pragma once

#include <cstddef>
#include <cstdint>

#include "firmware/boards/cortex_m4.hpp"
#include "firmware/boards/register.hpp"

namespace sesame::board {

// Reset and clock control, RM0090 7.3; memory map 2.3.
struct Rcc {
  Register cr;       // 7.3.1
  Register pllcfgr;  // 7.3.2
  Register cfgr;     // 7.3.3
  Unused<9> cir_to_apb2rstr;
  Register ahb1enr;  // 7.3.10: bit n is GPIO port n
  Unused<3> ahb2enr_to_reserved;
  Register apb1enr;  // 7.3.13
  Register apb2enr;  // 7.3.14
  Unused<11> reserved_to_bdcr;
  Register csr;  // 7.3.21
};
static_assert(offsetof(Rcc, ahb1enr) == 0x30 && offsetof(Rcc, apb1enr) == 0x40 && offsetof(Rcc, csr) == 0x74);
namespace rcc_bits {
inline constexpr std::uint32_t kHsiOn = bit(0), kHseOn = bit(16), kHseReady = bit(17), kPllOn = bit(24),
                               kPllReady = bit(25);                                                 // CR
inline constexpr std::uint32_t kPllFromHse = bit(22);                                               // PLLCFGR
inline constexpr std::uint32_t kSwitchPll = 2, kSwitch = 3, kStatusPll = 2 << 2, kStatus = 3 << 2;  // CFGR
inline constexpr std::uint32_t kUsart2 = bit(17), kUsart3 = bit(18), kPwr = bit(28),
                               kWwdg = bit(11);  // APB1ENR
inline constexpr std::uint32_t kUsart1 = bit(4), kUsart6 = bit(5), kAdc1 = bit(8),
                               kSyscfg = bit(14);  // APB2ENR
inline constexpr std::uint32_t kForgetReset = bit(24), kBrownOutReset = bit(25), kPinReset = bit(26),
                               kPowerOnReset = bit(27), kSoftwareReset = bit(28), kWatchdogReset = bit(29),
                               kWindowReset = bit(30), kLowPowerReset = bit(31);  // CSR
}  // namespace rcc_bits

// Power control, RM0090 5.4.
struct Pwr {
  Register cr;   // 5.4.1
  Register csr;  // 5.4.2
};
namespace pwr_bits {
inline constexpr std::uint32_t kLowPowerRegulator = bit(0), kStandby = bit(1), kFlashOff = bit(9),
                               kFullSpeed = bit(14);                       // LPDS, PDDS, FPDS, VOS
inline constexpr std::uint32_t kWatchSupply = bit(4), kBelow2V7 = 5 << 5;  // CR: PVDE, PLS
inline constexpr std::uint32_t kSupplyLow = bit(2);                        // CSR: PVDO
}  // namespace pwr_bits

// Flash interface, RM0090 3.9.
struct Flash {
  Register acr;  // 3.9.1
};
namespace flash_bits {
inline constexpr std::uint32_t kTwoWaitStates = 2, kPrefetch = bit(8), kInstructionCache = bit(9),
                               kDataCache = bit(10);
}

// General-purpose pins, RM0090 8.4.
struct Gpio {
  Register moder;    // 8.4.1
  Register otyper;   // 8.4.2
  Register ospeedr;  // 8.4.3
  Register pupdr;    // 8.4.4
  Register idr;      // 8.4.5
  Register odr;      // 8.4.6
  Register bsrr;     // 8.4.7
  Register lckr;     // 8.4.8
  Register afr[2];   // 8.4.9, 8.4.10
};
static_assert(offsetof(Gpio, afr) == 0x20);

// USART, RM0090 30.6; the smartcard mode is 30.3.11.
struct Usart {
  Register sr;    // 30.6.1
  Register dr;    // 30.6.2
  Register brr;   // 30.6.3
  Register cr1;   // 30.6.4
  Register cr2;   // 30.6.5
  Register cr3;   // 30.6.6
  Register gtpr;  // 30.6.7
};
namespace usart_bits {
inline constexpr std::uint32_t kParityError = bit(0), kFramingError = bit(1), kOverrun = bit(3),
                               kReceived = bit(5), kComplete = bit(6), kEmpty = bit(7);  // SR
inline constexpr std::uint32_t kReceive = bit(2), kTransmit = bit(3), kReceiveInterrupt = bit(5),
                               kOddParity = bit(9), kParity = bit(10), kNineBits = bit(12),
                               kEnable = bit(13);                             // CR1
inline constexpr std::uint32_t kClock = bit(11), kOneAndAHalfStop = 3 << 12;  // CR2
inline constexpr std::uint32_t kNack = bit(4), kSmartcard = bit(5);           // CR3
}  // namespace usart_bits

// Analog to digital converter, RM0090 13.13, and what all three share.
struct Adc {
  Register sr;     // 13.13.1
  Register cr1;    // 13.13.2
  Register cr2;    // 13.13.3
  Register smpr1;  // 13.13.4: channels 10 to 18
  Unused<9> smpr2_to_sqr2;
  Register sqr3;  // 13.13.11: the first in the sequence, and the only one
  Unused<5> jsqr_to_jdr4;
  Register dr;  // 13.13.14
};
static_assert(offsetof(Adc, sqr3) == 0x34 && offsetof(Adc, dr) == 0x4C);
struct AdcCommon {
  Register csr;  // 13.13.15
  Register ccr;  // 13.13.16
};
namespace adc_bits {
inline constexpr std::uint32_t kEnd = bit(1);                         // SR
inline constexpr std::uint32_t kOn = bit(0), kStart = bit(30);        // CR2
inline constexpr std::uint32_t kLongest = 7;                          // SMPR1: 480 cycles
inline constexpr std::uint32_t kBy4 = 1 << 16, kReference = bit(23);  // CCR
}  // namespace adc_bits

// System configuration, RM0090 9.2: which port's pin n is on line n of EXTI.
struct Syscfg {
  Unused<2> memrmp_pmc;
  Register exticr[4];  // 9.2.3 to 9.2.6, four bits a line
};

// External interrupts, RM0090 12.3: bit n is pin n of the port that SYSCFG chose.
struct Exti {
  Register imr;    // 12.3.1
  Register emr;    // 12.3.2
  Register rtsr;   // 12.3.3
  Register ftsr;   // 12.3.4
  Register swier;  // 12.3.5
  Register pr;     // 12.3.6: a one written clears
};

// Window watchdog, RM0090 22.6.
struct Wwdg {
  Register cr;   // 22.6.1: counts down to 3F, by the clock of APB1 / 4096
  Register cfr;  // 22.6.2
  Register sr;   // 22.6.3
};
namespace wwdg_bits {
inline constexpr std::uint32_t kActive = bit(7), kFull = 0x7F;  // CR: 50 ms at 42 MHz
inline constexpr std::uint32_t kNoWindow = 0x7F, kBy8 = 3 << 7, kEarlyInterrupt = bit(9);  // CFR
}  // namespace wwdg_bits

// The debug unit, RM0090 38.16: which chip this is.
struct Dbgmcu {
  Register idcode;   // 38.6.1
  Register cr;       // 38.16.3
  Register apb1_fz;  // 38.16.4: what stands still while the core is halted
};

namespace dbgmcu_bits {
inline constexpr std::uint32_t kRevisionA = 0x1000;   // REV_ID, the upper half
inline constexpr std::uint32_t kWwdgStops = bit(11);  // APB1_FZ
}  // namespace dbgmcu_bits

inline constexpr std::uintptr_t kUsart1Address = 0x4001'1000, kUsart2Address = 0x4000'4400,
                                kUsart3Address = 0x4000'4800, kUsart6Address = 0x4001'1400;
inline constexpr unsigned kInterrupts = 82;  // RM0090, table 62

inline Rcc& rcc() { return at<Rcc>(0x4002'3800); }
inline Pwr& pwr() { return at<Pwr>(0x4000'7000); }
inline Flash& flash() { return at<Flash>(0x4002'3C00); }
inline Adc& adc1() { return at<Adc>(0x4001'2000); }
inline AdcCommon& adc_common() { return at<AdcCommon>(0x4001'2300); }
inline Gpio& gpio(unsigned port) { return at<Gpio>(0x4002'0000 + 0x400 * port); }
inline Syscfg& syscfg() { return at<Syscfg>(0x4001'3800); }
inline Wwdg& wwdg() { return at<Wwdg>(0x4000'2C00); }
inline Exti& exti() { return at<Exti>(0x4001'3C00); }
inline Dbgmcu& dbgmcu() { return at<Dbgmcu>(0xE004'2000); }

// No chip, but an emulator: it has no debug unit, and reads 0 there.
inline bool emulated() { return dbgmcu().idcode == 0; }

// A peripheral answers two cycles after its clock was started (errata of the STM32F405/F407, "delay after an
// RCC peripheral clock enabling"): reading the register back takes longer.
inline void start_clock(Register& enable, std::uint32_t bits) {
  set_bits(enable, bits);
  static_cast<void>(std::uint32_t{enable});
}
inline void start_gpio(unsigned port) { start_clock(rcc().ahb1enr, bit(port)); }
inline void stop_gpio(unsigned port) { clear_bits(rcc().ahb1enr, bit(port)); }

// Below 2.7 V the card is outside its class, and so may the chip be.
inline bool supply_is_low() { return (pwr().csr & pwr_bits::kSupplyLow) != 0; }
inline void start_supply_detector() {
  start_clock(rcc().apb1enr, rcc_bits::kPwr);
  set_bits(pwr().cr, pwr_bits::kWatchSupply | pwr_bits::kBelow2V7);
}

}  // namespace sesame::board
