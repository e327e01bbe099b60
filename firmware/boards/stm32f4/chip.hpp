// What an STM32F405 or F407 has, and what this folder makes of it: pins, peripherals, the speeds of its buses
// (RM0090, DS8626). Facts alone, without a register: host/board checks the wiring of a board against them.
#pragma once

#include <cstdint>
#include <string_view>

namespace sesame::stm32f4 {

struct Pin {
  std::uint8_t port = 0;  // 0: A
  std::uint8_t number = 0;

  friend constexpr bool operator==(const Pin&, const Pin&) = default;
};

constexpr Pin pin(char port, std::uint8_t number) { return {static_cast<std::uint8_t>(port - 'A'), number}; }

inline constexpr std::uint8_t kLastPort = 'I' - 'A';  // in the largest package
inline constexpr std::uint8_t kLastOfLastPort = 11;

constexpr bool exists(Pin pin) {
  return pin.port <= kLastPort && pin.number <= (pin.port == kLastPort ? kLastOfLastPort : 15);
}

struct Reserved {
  Pin pin;
  std::string_view why;
};
inline constexpr Reserved kReserved[] = {
    {pin('A', 13), "SWDIO, by which it is flashed"},
    {pin('A', 14), "SWCLK, by which it is flashed"},
    {pin('H', 0), "the quartz"},
    {pin('H', 1), "the quartz"},
};

enum class UsartRole : std::uint8_t { tx, rx, ck };

// DS8626, table 9: alternate functions 7 (USART1 to 3) and 8 (USART6).
struct UsartPin {
  std::uint8_t usart;
  UsartRole role;
  Pin pin;
};
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

// The clock tree that clock.cpp sets up: RM0090, 7.2; datasheet, table 14. One speed for all, which is a
// quarter of what the chip can: a character of the fastest card takes 88 us, and there is nothing else to
// hurry for.
inline constexpr std::uint32_t kCoreHz = 42'000'000, kApb1Hz = kCoreHz, kApb2Hz = kCoreHz;

// USART1 and 6 are on APB2, 2 and 3 on APB1.
constexpr std::uint32_t usart_bus_hz(std::uint8_t usart) {
  return usart == 1 || usart == 6 ? kApb2Hz : kApb1Hz;
}

// Of a smartcard's clock: bus / (2 × prescale) (GTPR, RM0090, 30.6.7). GTPR has room for 31; an etu of 2048
// card clocks, the longest (ISO 7816-3:2006, 8.3), still fits into the 16 bits of BRR with 15.
inline constexpr std::uint32_t kMostPrescale = 15;

}  // namespace sesame::stm32f4
