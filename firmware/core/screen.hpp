// What the reader shows, as a pure function of its state.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "firmware/core/profile.hpp"

namespace sesame {

enum class State : std::uint8_t {
  off,              // dark; no power at the card
  insert_card,      // woken by a key, no card there
  starting,         // the card is activated and an application selected: Patientez
  choose_function,  // Choisir la fonction
  prompt,           // a challenge, a reference, an amount, a number to sign
  pin,              // Code secret ?
  working,          // the card dialogue: Patientez
  last_try,         // the card will accept one more PIN: warns before it is sent
  wrong_pin,        // Code faux
  code,             // 0000 0000
  notice,           // what went wrong
  connected,        // a program on the computer has the card
  host_pin,         // Code secret ? for that program
};

enum class Notice : std::uint8_t {
  none,
  card_removed,
  card_mute,     // no ATR, or no answer in time
  card_error,    // an answer outside the protocol
  wrong_card,    // no application for this reader, or not for this function
  card_refused,  // the card declined to give a code
  card_blocked,
  pin_blocked,
  code_too_long,  // for this model's screen
};

std::string_view to_string(State state);
std::string_view to_string(Notice notice);

// The characters of the display, row by row, blanks included. One cell is one UTF-16 code unit: the
// displays this drives have no character beyond it.
struct Screen {
  static constexpr std::size_t kMaxRows = 4, kMaxColumns = 20;

  bool lit = false;
  std::uint8_t rows = 0, columns = 0;
  std::array<std::array<char16_t, kMaxColumns>, kMaxRows> cells{};

  std::span<const char16_t> row(std::size_t i) const { return {cells[i].data(), columns}; }
  friend bool operator==(const Screen&, const Screen&) = default;
};

// What a screen is made of. The spans are read during the call only.
struct View {
  static constexpr std::uint8_t kUnknown = 0xFF;  // a number that is shown as '?'

  State state = State::off;
  Notice notice = Notice::none;
  PromptKind prompt = PromptKind::challenge;
  std::uint8_t number = 0;      // of the TDS number asked for; or tries left, which may be unknown
  bool pin_ok = false;          // the card has accepted the PIN
  bool pin_wrong = false;       // connected: the card has refused it
  std::span<const char> entry;  // what was typed at a prompt
  std::size_t masked = 0;       // how many PIN digits were typed
  std::span<const char> code;   // digits
};

Screen render(const View& view, const ReaderProfile& profile, const Language& language);

// The code in the profile's groups: 4251 1495.
using GroupedCode = SecretVector<char, 2 * kMaxCodeDigits>;
void group(std::span<const char> digits, const CodeFormat& format, GroupedCode& grouped);

}  // namespace sesame
