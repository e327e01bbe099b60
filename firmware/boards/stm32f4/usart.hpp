// Which bus, interrupt and pin function a USART has (RM0090, 2.3, 7.3 and table 62; datasheet, table 9).
#pragma once

#include <cstdint>

#include "firmware/boards/stm32f4/clock.hpp"
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

}  // namespace sesame::board
