// What an STM32F405 or F407 has, and what this folder makes of it: pins, peripherals, the speeds of its buses
// (RM0090, DS8626). Facts alone, without a register: host/board checks the wiring of a board against them.
#pragma once

#include "firmware/boards/chip.hpp"

namespace sesame::stm32f4 {

using board::Chip, board::Pin, board::pin, board::Reserved, board::UsartPin, board::UsartRole;

inline constexpr std::uint8_t kLastPort = 'I' - 'A';  // in the largest package
inline constexpr std::uint8_t kLastOfLastPort = 11;

constexpr bool exists(Pin pin) {
  return pin.port <= kLastPort && pin.number <= (pin.port == kLastPort ? kLastOfLastPort : 15);
}

inline constexpr Reserved kReserved[] = {
    {pin('A', 13), "SWDIO, by which it is flashed"},
    {pin('A', 14), "SWCLK, by which it is flashed"},
    {pin('H', 0), "the quartz"},
    {pin('H', 1), "the quartz"},
};

// DS8626, table 9: alternate functions 7 (USART1 to 3) and 8 (USART6).
inline constexpr UsartPin kUsartPins[] = {
    {1, UsartRole::tx, pin('A', 9)},  {1, UsartRole::tx, pin('B', 6)},  {1, UsartRole::rx, pin('A', 10)},
    {1, UsartRole::rx, pin('B', 7)},  {1, UsartRole::ck, pin('A', 8)},  {2, UsartRole::tx, pin('A', 2)},
    {2, UsartRole::tx, pin('D', 5)},  {2, UsartRole::rx, pin('A', 3)},  {2, UsartRole::rx, pin('D', 6)},
    {2, UsartRole::ck, pin('A', 4)},  {2, UsartRole::ck, pin('D', 7)},  {3, UsartRole::tx, pin('B', 10)},
    {3, UsartRole::tx, pin('C', 10)}, {3, UsartRole::tx, pin('D', 8)},  {3, UsartRole::rx, pin('B', 11)},
    {3, UsartRole::rx, pin('C', 11)}, {3, UsartRole::rx, pin('D', 9)},  {3, UsartRole::ck, pin('B', 12)},
    {3, UsartRole::ck, pin('C', 12)}, {3, UsartRole::ck, pin('D', 10)}, {6, UsartRole::tx, pin('C', 6)},
    {6, UsartRole::tx, pin('G', 14)}, {6, UsartRole::rx, pin('C', 7)},  {6, UsartRole::rx, pin('G', 9)},
    {6, UsartRole::ck, pin('C', 8)},  {6, UsartRole::ck, pin('G', 7)},
};

// UART4 and 5 have no smartcard mode, and no CK.
inline constexpr std::uint8_t kUsarts[] = {1, 2, 3, 6};

// The clock tree that clock.cpp sets up: RM0090, 7.2; datasheet, table 14. One speed for all, which is a
// quarter of what the chip can: a character of the fastest card takes 88 us, and there is nothing else to
// hurry for.
inline constexpr std::uint32_t kCoreHz = 42'000'000, kApb1Hz = kCoreHz, kApb2Hz = kCoreHz;

// USART1 and 6 are on APB2, 2 and 3 on APB1.
constexpr std::uint32_t usart_bus_hz(std::uint8_t usart) {
  return usart == 1 || usart == 6 ? kApb2Hz : kApb1Hz;
}

inline constexpr Chip kChip{
    .family = "stm32f4",
    .pins = "PA0 to PH15, PI0 to PI11",
    .exists = exists,
    .reserved = kReserved,
    .usarts = kUsarts,
    .usart_pins = kUsartPins,
    .usart_bus_hz = usart_bus_hz,
    .quartz_hz = {4'000'000, 26'000'000, 1'000'000},
};

}  // namespace sesame::stm32f4
