// What a family of microcontrollers has, as host/board checks the wiring of a board against it. A family says
// it in its chip.hpp, and makes its registers fit; nothing here is a register.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace sesame::board {

struct Pin {
  std::uint8_t port = 0;    // 0: A
  std::uint8_t number = 0;  // 0 to 15

  friend constexpr bool operator==(const Pin&, const Pin&) = default;
};

constexpr Pin pin(char port, std::uint8_t number) { return {static_cast<std::uint8_t>(port - 'A'), number}; }

// One that the board carries, or that is wired to it.
struct Led {
  Pin pin;
  bool on_high = false;
};

// A pin that no board may use for something else.
struct Reserved {
  Pin pin;
  std::string_view why;
};

enum class UsartRole : std::uint8_t { tx, rx, ck };

struct UsartPin {
  std::uint8_t usart;
  UsartRole role;
  Pin pin;
};

struct Chip {
  std::string_view family;  // the folder of firmware/boards
  std::string_view pins;    // for people: "PA0 to PE15"
  bool (*exists)(Pin);
  std::span<const Reserved> reserved;
  std::span<const std::uint8_t> usarts;  // those with a smartcard mode
  std::span<const UsartPin> usart_pins;
  std::uint32_t (*usart_bus_hz)(std::uint8_t usart);
  struct {
    std::uint32_t least, most, step;
  } quartz_hz;
};

// Of a smartcard's clock: bus / (2 × prescale) (USART_GTPR: RM0090, RM0351). GTPR has room for 31; an etu
// of 2048 card clocks, the longest (ISO 7816-3:2006, 8.3), still fits into the 16 bits of BRR with 15.
inline constexpr std::uint32_t kMostPrescale = 15;

}  // namespace sesame::board
