// Which bus, interrupt and pin function a USART has (RM0090, 2.3, 7.3 and table 62; datasheet, table 9).
#pragma once

#include <cstdint>

#include "firmware/boards/stm32f4/chip.hpp"
#include "firmware/boards/stm32f4/registers.hpp"

namespace sesame::board {

struct UsartWiring {
  std::uintptr_t address;
  std::uint32_t bus_hz;
  bool on_apb2;             // else APB1
  std::uint32_t clock_bit;  // in APB1ENR or APB2ENR
  std::uint8_t interrupt;
  std::uint8_t pin_function;
};

// `number` is 1, 2, 3 or 6; anything else does not compile.
consteval UsartWiring usart_wiring(int number) {
  switch (number) {
    case 1: return {kUsart1Address, stm32f4::usart_bus_hz(1), true, rcc_bits::kUsart1, 37, 7};
    case 2: return {kUsart2Address, stm32f4::usart_bus_hz(2), false, rcc_bits::kUsart2, 38, 7};
    case 3: return {kUsart3Address, stm32f4::usart_bus_hz(3), false, rcc_bits::kUsart3, 39, 7};
    case 6: return {kUsart6Address, stm32f4::usart_bus_hz(6), true, rcc_bits::kUsart6, 71, 8};
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
// Whatever was wrong with it: the link has a checksum.
inline std::uint8_t take_byte(Usart& usart) {
  static_cast<void>(std::uint32_t{usart.sr});  // then DR: the two reads clear all flags (30.6.1)
  return static_cast<std::uint8_t>(usart.dr);
}
inline bool has_room(Usart& usart) { return (usart.sr & usart_bits::kEmpty) != 0; }
inline void put_byte(Usart& usart, std::uint8_t byte) { usart.dr = byte; }

}  // namespace sesame::board
