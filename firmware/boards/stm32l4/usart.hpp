// Which register, interrupt and pin function a USART has (RM0351: RCC, vector table; DS10198, table 17).
#pragma once

#include <cstdint>

#include "firmware/boards/stm32l4/chip.hpp"
#include "firmware/boards/stm32l4/registers.hpp"

namespace sesame::board {

struct UsartWiring {
  std::uintptr_t address;
  std::uint32_t bus_hz;
  bool on_apb2;             // else APB1
  std::uint32_t clock_bit;  // in APB1ENR1 or APB2ENR
  std::uint8_t interrupt;
  std::uint8_t pin_function;
};

// `number` is 1, 2 or 3; anything else does not compile.
consteval UsartWiring usart_wiring(int number) {
  switch (number) {
    case 1: return {kUsart1Address, stm32l4::kCoreHz, true, rcc_bits::kUsart1, 37, 7};
    case 2: return {kUsart2Address, stm32l4::kCoreHz, false, rcc_bits::kUsart2, 38, 7};
    case 3: return {kUsart3Address, stm32l4::kCoreHz, false, rcc_bits::kUsart3, 39, 7};
  }
  __builtin_unreachable();
}

inline void start_usart(const UsartWiring& wiring) {
  start_clock(wiring.on_apb2 ? rcc().apb2enr : rcc().apb1enr, wiring.clock_bit);
}

// As an asynchronous line of 8 bits without parity, for the panel link: each byte that comes is an interrupt.
inline void start_bytes(Usart& usart, std::uint32_t divider) {
  using namespace usart_bits;
  usart.brr = divider;
  usart.cr1 = kEnable | kTransmit | kReceive | kReceiveInterrupt;
}
// Whatever was wrong with it, and whatever came between it and the last one: the link has a checksum.
inline std::uint8_t take_byte(Usart& usart) {
  using namespace usart_bits;
  usart.icr = kParityError | kFramingError | kNoise | kOverrun;
  return static_cast<std::uint8_t>(usart.rdr);
}
inline bool has_room(Usart& usart) { return (usart.isr & usart_bits::kEmpty) != 0; }
inline void put_byte(Usart& usart, std::uint8_t byte) { usart.tdr = byte; }

}  // namespace sesame::board
