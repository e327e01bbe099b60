// What the reader shows, as a pure function of its state.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "firmware/core/profile.hpp"
#include "firmware/core/state.hpp"

namespace sesame {

// The characters of the display, row by row, blanks included. One cell is one UTF-16 code unit: the
// displays this drives have no character beyond it.
struct Screen {
  static constexpr std::size_t kMaxRows = 4, kMaxColumns = 20;

  bool lit = false;
  std::uint8_t rows = 0, columns = 0;
  std::uint8_t contrast = kContrast;  // kLeastContrast to kMostContrast
  std::array<std::array<char16_t, kMaxColumns>, kMaxRows> cells{};

  std::span<const char16_t> row(std::size_t i) const { return {cells[i].data(), columns}; }
  friend bool operator==(const Screen&, const Screen&) = default;
};

// What a screen is made of. The spans are read during the call only.
struct View {
  static constexpr std::uint32_t kUnknown = 0xFFFF'FFFF;  // a number that is shown as '?'

  State state = State::off;
  Notice notice = Notice::none;
  PromptKind prompt = PromptKind::challenge;
  MenuItem item = MenuItem::counter;
  // Of the TDS number asked for; of tries left, or the card's counter, which may be unknown; a contrast.
  std::uint32_t number = 0;
  std::uint8_t contrast = kContrast;
  bool pin_ok = false;          // the card has accepted the PIN
  bool pin_wrong = false;       // connected: the card has refused it
  std::span<const char> entry;  // what was typed at a prompt; a computer's text, row by row
  bool more = false;            // of that text, behind what is shown
  std::size_t masked = 0;       // how many PIN digits were typed
  std::span<const char> code;   // digits
};

Screen render(const View& view, const ReaderProfile& profile, const Language& language);

// The code in the profile's groups: 4251 1495. Its blanks are fewer than its digits.
using GroupedCode = SecretVector<char, 2 * kMaxCodeDigits>;
void group(std::span<const char> digits, const CodeFormat& format, GroupedCode& grouped);

}  // namespace sesame
