// What a host asks of the bring-up image (frame T of protocol.hpp), and the values that it answers with
// (frame R), each of so many bytes, the low byte first:
//
//   chip         device 2, revision 2 (DBGMCU_IDCODE; both 0: an emulator), quartz 1 (Quartz), reset cause 1
//                (hal::ResetCause), clock of the core 4, in Hz
//   fault        of the run before: there 1, cause 1, vector 1, PC 4, LR 4, CFSR 4 (hal::Fault)
//   supply       millivolts 2; 0 where nothing measures it
//   keys         2: bit 4 × row + column is a contact of the matrix that is closed now, not debounced
//   card_switch  1: bit 0 its level, bit 1 that this means a card
//   contacts     sets them as the argument says: kVcc, kRst, kClk. 1: the same as the pins have it then, and
//                kIo; kClk that it moves
//   echo         a character with VCC and CLK on and RST low; then contacts off. Heard 1, taken 1
//   answer       activates the card; then contacts off. LinkError 1, F 2, D 1, inverse 1, T 1, then each
//                character 2: its value, and kParityRight, kOneLost (before it)
//   led          as the argument says. 1: the argument
//   screen       the display shows 32 characters of ISO 8859-1 from the argument on. 1: the argument
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "firmware/core/names.hpp"

namespace sesame::panel {

// The reader that a bring-up image says it is.
inline constexpr std::string_view kBringUp = "bringup";

enum class Test : std::uint8_t {
  chip,
  fault,
  supply,
  keys,
  card_switch,
  contacts,
  echo,
  answer,
  led,
  screen
};
inline constexpr std::string_view kTestNames[] = {"chip",     "fault", "supply", "keys", "card switch",
                                                  "contacts", "echo",  "answer", "led",  "screen"};
constexpr std::span<const std::string_view> names(Test) { return kTestNames; }

enum class Quartz : std::uint8_t { none, runs, stands };  // none: the board's file has none

// In the order of hal::ResetCause.
inline constexpr std::string_view kResetCauses[] = {"unknown",  "power on", "brown-out",       "reset pin",
                                                    "software", "watchdog", "window watchdog", "low power"};

inline constexpr std::uint8_t kVcc = 1, kRst = 2, kClk = 4, kIo = 8;
inline constexpr std::uint8_t kParityRight = 1, kOneLost = 2;

// An answer to reset, and more than a card without an end would be told apart by.
inline constexpr std::size_t kMostCharacters = 40;
inline constexpr std::size_t kMostResult = 6 + 2 * kMostCharacters;

}  // namespace sesame::panel
