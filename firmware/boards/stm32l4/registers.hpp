// The registers of the STM32L475/L476/L486 that this board uses, and their bits: no others. Peripherals are
// described in RM0351, each in the chapter of its name: chapters have other numbers in other revisions.
#pragma once

#include <cstddef>
#include <cstdint>

#include "firmware/boards/cortex_m4.hpp"
#include "firmware/boards/register.hpp"

namespace sesame::board {

// Reset and clock control.
struct Rcc {
  Register cr;
  Register icscr;
  Register cfgr;
  Register pllcfgr;
  Unused<15> pllsai1cfgr_to_ahb1enr;
  Register ahb2enr;  // bit n is GPIO port n
  Unused<2> ahb3enr_to_reserved;
  Register apb1enr;  // APB1ENR1
  Register apb1enr2;
  Register apb2enr;
  Unused<12> reserved_to_bdcr;
  Register csr;
};
static_assert(offsetof(Rcc, ahb2enr) == 0x4C && offsetof(Rcc, apb1enr) == 0x58);
static_assert(offsetof(Rcc, apb2enr) == 0x60 && offsetof(Rcc, csr) == 0x94);
namespace rcc_bits {
inline constexpr std::uint32_t kMsiOn = bit(0), kHsiOn = bit(8), kHsiReady = bit(10), kHseOn = bit(16),
                               kHseReady = bit(17), kPllOn = bit(24), kPllReady = bit(25);  // CR
inline constexpr std::uint32_t kSwitchHsi = 1, kSwitchPll = 3, kSwitch = 3, kStatusHsi = 1 << 2,
                               kStatusPll = 3 << 2, kStatus = 3 << 2, kWakeHsi = bit(15);  // CFGR
inline constexpr std::uint32_t kPllFromHsi = 2, kPllFromHse = 3, kPllSource = 3,
                               kPllEnableR = bit(24);  // PLLCFGR
inline constexpr std::uint32_t kWwdg = bit(11), kUsart2 = bit(17), kUsart3 = bit(18),
                               kPwr = bit(28);                       // APB1ENR1
inline constexpr std::uint32_t kAdc = bit(13);                       // AHB2ENR
inline constexpr std::uint32_t kSyscfg = bit(0), kUsart1 = bit(14);  // APB2ENR
// CSR. One flag says that the supply rose, after whatever it was.
inline constexpr std::uint32_t kForgetReset = bit(23), kPinReset = bit(26), kPowerOnReset = bit(27),
                               kSoftwareReset = bit(28), kWatchdogReset = bit(29), kWindowReset = bit(30),
                               kLowPowerReset = bit(31), kBrownOutReset = 0;
}  // namespace rcc_bits

// Power control.
struct Pwr {
  Register cr1;
  Register cr2;
  Unused<3> cr3_to_sr1;
  Register sr2;
};
static_assert(offsetof(Pwr, sr2) == 0x14);
namespace pwr_bits {
inline constexpr std::uint32_t kStop2 = 2, kLowPowerMode = 7;              // CR1: LPMS
inline constexpr std::uint32_t kWatchSupply = bit(0), kBelow2V8 = 5 << 1;  // CR2: PVDE, PLS
inline constexpr std::uint32_t kSupplyLow = bit(11);                       // SR2: PVDO
}  // namespace pwr_bits

// Flash interface.
struct Flash {
  Register acr;
};
namespace flash_bits {
inline constexpr std::uint32_t kOneWaitState = 1, kLatency = 7, kInstructionCache = bit(9),
                               kDataCache = bit(10);
}

// General-purpose pins.
struct Gpio {
  Register moder;
  Register otyper;
  Register ospeedr;
  Register pupdr;
  Register idr;
  Register odr;
  Register bsrr;
  Register lckr;
  Register afr[2];
};
static_assert(offsetof(Gpio, afr) == 0x20);

// USART, with a smartcard mode. Most of CR1 to CR3, BRR and GTPR may be written while UE = 0 only; CK goes on
// then (CR1, UE).
struct Usart {
  Register cr1;
  Register cr2;
  Register cr3;
  Register brr;
  Register gtpr;
  Register rtor;
  Register rqr;
  Register isr;
  Register icr;  // a one written clears
  Register rdr;
  Register tdr;
};
static_assert(offsetof(Usart, isr) == 0x1C && offsetof(Usart, tdr) == 0x28);
namespace usart_bits {
inline constexpr std::uint32_t kEnable = bit(0), kReceive = bit(2), kTransmit = bit(3),
                               kReceiveInterrupt = bit(5), kOddParity = bit(9), kParity = bit(10),
                               kNineBits = bit(12);                           // CR1
inline constexpr std::uint32_t kClock = bit(11), kOneAndAHalfStop = 3 << 12;  // CR2
inline constexpr std::uint32_t kNack = bit(4), kSmartcard = bit(5);           // CR3
inline constexpr unsigned kRepeatsShift = 17;                                 // CR3: SCARCNT
inline constexpr std::uint32_t kParityError = bit(0), kFramingError = bit(1), kNoise = bit(2),
                               kOverrun = bit(3), kComplete = bit(6);  // ISR and ICR
inline constexpr std::uint32_t kReceived = bit(5), kEmpty = bit(7);    // ISR
}  // namespace usart_bits

// Analog to digital converter, and what all three share.
struct Adc {
  Register isr;  // a one written clears
  Register ier;
  Register cr;
  Register cfgr;
  Register cfgr2;
  Register smpr1;
  Unused<6> smpr2_to_reserved;
  Register sqr1;
  Unused<3> sqr2_to_sqr4;
  Register dr;
};
static_assert(offsetof(Adc, sqr1) == 0x30 && offsetof(Adc, dr) == 0x40);
struct AdcCommon {
  Register csr;
  Unused<1> reserved;
  Register ccr;
};
namespace adc_bits {
inline constexpr std::uint32_t kReady = bit(0), kEnd = bit(2);  // ISR
inline constexpr std::uint32_t kOn = bit(0), kOff = bit(1), kStart = bit(2), kRegulator = bit(28),
                               kDeepPowerDown = bit(29), kCalibrate = bit(31);  // CR
inline constexpr std::uint32_t kLongest = 7;                                    // SMPR1: 640.5 cycles
inline constexpr std::uint32_t kBusBy2 = 2 << 16, kReference = bit(22);         // CCR
}  // namespace adc_bits

// Window watchdog.
struct Wwdg {
  Register cr;  // counts down to 3F, by the clock of APB1 / 4096
  Register cfr;
  Register sr;
};
namespace wwdg_bits {
inline constexpr std::uint32_t kActive = bit(7), kFull = 0x40 + 48;  // CR: 50 ms at 32 MHz
inline constexpr std::uint32_t kNoWindow = 0x7F, kBy8 = 3 << 7, kEarlyInterrupt = bit(9);  // CFR
}  // namespace wwdg_bits

// The debug unit: which chip this is.
struct Dbgmcu {
  Register idcode;
  Register cr;
  Register apb1_fz;  // APB1FZR1: what stands still while the core is halted
};
namespace dbgmcu_bits {
inline constexpr std::uint32_t kWwdgStops = bit(11);  // APB1FZR1
}

// System configuration: which port's pin n is on line n of EXTI.
struct Syscfg {
  Unused<2> memrmp_cfgr1;
  Register exticr[4];  // four bits a line
};

// External interrupts: bit n is pin n of the port that SYSCFG chose. Their names end in 1: the second six
// are those of lines that are no pins.
struct Exti {
  Register imr;
  Register emr;
  Register rtsr;
  Register ftsr;
  Register swier;
  Register pr;  // a one written clears
};

inline constexpr std::uintptr_t kUsart1Address = 0x4001'3800, kUsart2Address = 0x4000'4400,
                                kUsart3Address = 0x4000'4800;
inline constexpr unsigned kInterrupts = 82;  // RM0351, vector table

inline Rcc& rcc() { return at<Rcc>(0x4002'1000); }
inline Pwr& pwr() { return at<Pwr>(0x4000'7000); }
inline Flash& flash() { return at<Flash>(0x4002'2000); }
inline Adc& adc1() { return at<Adc>(0x5004'0000); }
inline AdcCommon& adc_common() { return at<AdcCommon>(0x5004'0300); }
inline Dbgmcu& dbgmcu() { return at<Dbgmcu>(0xE004'2000); }
inline Gpio& gpio(unsigned port) { return at<Gpio>(0x4800'0000 + 0x400 * port); }
inline Syscfg& syscfg() { return at<Syscfg>(0x4001'0000); }
inline Wwdg& wwdg() { return at<Wwdg>(0x4000'2C00); }
inline Exti& exti() { return at<Exti>(0x4001'0400); }

// A peripheral answers two cycles after its clock was started (RM0351, RCC): reading the register back takes
// longer.
inline void start_clock(Register& enable, std::uint32_t bits) {
  set_bits(enable, bits);
  static_cast<void>(std::uint32_t{enable});
}
inline void start_gpio(unsigned port) { start_clock(rcc().ahb2enr, bit(port)); }
inline void stop_gpio(unsigned port) { clear_bits(rcc().ahb2enr, bit(port)); }

// Below 2.8 V the card is almost outside its class.
inline bool supply_is_low() { return (pwr().sr2 & pwr_bits::kSupplyLow) != 0; }
inline void start_supply_detector() {
  start_clock(rcc().apb1enr, rcc_bits::kPwr);
  set_bits(pwr().cr2, pwr_bits::kWatchSupply | pwr_bits::kBelow2V8);
}

}  // namespace sesame::board
