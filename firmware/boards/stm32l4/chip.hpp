// What an STM32L475, L476 or L486 has in a package of up to 100 pins, and what this folder makes of it: pins,
// peripherals, the speed of its buses (RM0351, DS10198). Facts alone, without a register: host/board checks
// the wiring of a board against them.
#pragma once

#include "firmware/boards/chip.hpp"

namespace sesame::stm32l4 {

using board::Chip, board::Pin, board::pin, board::Reserved, board::UsartPin, board::UsartRole;

inline constexpr unsigned kLastPort = 'H' - 'A';
// Ports F and G are those of larger packages, and half of G has a supply of its own.
constexpr bool exists(Pin pin) {
  return pin.port <= 'E' - 'A' ? pin.number <= 15 : pin.port == 'H' - 'A' && pin.number <= 1;
}

inline constexpr Reserved kReserved[] = {
    {pin('A', 13), "SWDIO, by which it is flashed"},
    {pin('A', 14), "SWCLK, by which it is flashed"},
    {pin('H', 0), "the quartz"},
    {pin('H', 1), "the quartz"},
};

// DS10198, table 17: alternate function 7.
inline constexpr UsartPin kUsartPins[] = {
    {1, UsartRole::tx, pin('A', 9)},  {1, UsartRole::tx, pin('B', 6)},  {1, UsartRole::rx, pin('A', 10)},
    {1, UsartRole::rx, pin('B', 7)},  {1, UsartRole::ck, pin('A', 8)},  {1, UsartRole::ck, pin('B', 5)},
    {2, UsartRole::tx, pin('A', 2)},  {2, UsartRole::tx, pin('D', 5)},  {2, UsartRole::rx, pin('A', 3)},
    {2, UsartRole::rx, pin('D', 6)},  {2, UsartRole::ck, pin('A', 4)},  {2, UsartRole::ck, pin('D', 7)},
    {3, UsartRole::tx, pin('B', 10)}, {3, UsartRole::tx, pin('C', 4)},  {3, UsartRole::tx, pin('C', 10)},
    {3, UsartRole::tx, pin('D', 8)},  {3, UsartRole::rx, pin('B', 11)}, {3, UsartRole::rx, pin('C', 5)},
    {3, UsartRole::rx, pin('C', 11)}, {3, UsartRole::rx, pin('D', 9)},  {3, UsartRole::ck, pin('B', 0)},
    {3, UsartRole::ck, pin('B', 12)}, {3, UsartRole::ck, pin('C', 12)}, {3, UsartRole::ck, pin('D', 10)},
};
// UART4 and 5 have no smartcard mode, and no CK.
inline constexpr std::uint8_t kUsarts[] = {1, 2, 3};

// The clock tree that clock.cpp sets up: one speed for all, from the PLL, whose input is 4 MHz, of a quartz
// or of HSI16, the internal oscillator. Eight card clocks, and enough for the largest screen to be drawn in
// the time that a loop has (watchdog.cpp).
inline constexpr std::uint32_t kCoreHz = 32'000'000;
constexpr std::uint32_t usart_bus_hz(std::uint8_t /*usart*/) { return kCoreHz; }
inline constexpr std::uint32_t kPllInputHz = 4'000'000, kMostQuartzHz = 32'000'000;

inline constexpr Chip kChip{
    .family = "stm32l4",
    .pins = "PA0 to PE15",
    .exists = exists,
    .reserved = kReserved,
    .usarts = kUsarts,
    .usart_pins = kUsartPins,
    .usart_bus_hz = usart_bus_hz,
    .quartz_hz = {kPllInputHz, kMostQuartzHz, kPllInputHz},
};

}  // namespace sesame::stm32l4
