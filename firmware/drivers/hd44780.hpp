// A character display with an HD44780 or one of its many likes (HD44780U data sheet, ADE-207-272): two rows
// of 16, up to four of 20, on a bus of 4 bits that is only written to; R/W is tied low. So every wait is a
// fixed time: the data sheet's for the slowest oscillator it allows.
//
// Its ROM (A00) has few accents. What it lacks is drawn from the font into the eight characters that can be
// defined, as a screen needs them; a ninth on the same screen shows as the letter without its accent.
//
// `Wires` are the pins and a delay:
//
//   struct Wires {
//     static void rs(bool high);
//     static void enable(bool high);
//     static void data(std::uint8_t nibble);      // D4 is bit 0, D7 is bit 3
//     static void wait_us(std::uint32_t microseconds);  // at least
//     static constexpr std::size_t kColumns = 16;       // of the display
//   };
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "firmware/core/screen.hpp"
#include "firmware/drivers/font.hpp"

namespace sesame::drivers {

// The code of a character in ROM A00 (table 4). Nothing where it has none.
std::optional<std::uint8_t> rom_code(char16_t character);

// A row of a glyph as the chip stores it: bit 4 is the left dot.
std::uint8_t dots_of_row(const Glyph& glyph, std::size_t row);

template <class Wires>
class Hd44780 {
 public:
  // From any state, in the middle of a byte too: "initializing by instruction" (figure 24). The display is
  // then dark.
  void init() {
    Wires::rs(false);
    Wires::enable(false);
    Wires::wait_us(kPowerUp);
    // Whatever width the bus has, and whichever half of a byte comes next: the third of these makes it 8
    // bits.
    nibble(kEightBits, kFirstWait);
    nibble(kEightBits, kSecondWait);
    nibble(kEightBits, kExecution);
    nibble(kFourBits, kExecution);
    command(kFunctionSet);
    command(kDisplayOff);
    command(kClear);
    Wires::wait_us(kClearing);
    command(kEntryMode);
    shown_.fill(u' ');
    glyphs_.fill(0);
    address_ = 0;
    lit_ = false;
  }

  // Writes what differs. A screen that is not lit is blank, and the display then goes off.
  void show(const Screen& screen) {
    const std::uint8_t used = glyphs_used_by(screen);
    draw(screen, used);
    if (screen.lit != lit_) command(screen.lit ? kDisplayOn : kDisplayOff);
    lit_ = screen.lit;
  }

 private:
  // Figure 24, and table 6 with 190 kHz in the place of 270: 37 + 4 µs become 58, 1.52 ms become 2.2.
  static constexpr std::uint32_t kPowerUp = 50'000, kFirstWait = 4'500, kSecondWait = 150, kExecution = 60,
                                 kClearing = 2'200;
  static constexpr std::uint8_t kEightBits = 0x3, kFourBits = 0x2;
  static constexpr std::uint8_t kFunctionSet = 0x28;                    // 4 bits, two lines, 5 × 8 dots
  static constexpr std::uint8_t kDisplayOff = 0x08, kDisplayOn = 0x0C;  // without a cursor
  static constexpr std::uint8_t kClear = 0x01, kEntryMode = 0x06;       // the address counts up
  static constexpr std::uint8_t kSetGlyphs = 0x40, kSetCells = 0x80;
  static constexpr std::size_t kGlyphs = 8, kGlyphRows = 8;
  static constexpr std::uint8_t kElsewhere = 0xFF;

  // Those of the chip's own characters that the screen shows, a bit each: these stay.
  std::uint8_t glyphs_used_by(const Screen& screen) const {
    std::uint8_t used = 0;
    for (std::size_t row = 0; row < screen.rows; ++row) {
      for (const char16_t character : screen.row(row)) {
        const auto slot = rom_code(character) ? std::nullopt : slot_of(font_code(character));
        if (slot) used = static_cast<std::uint8_t>(used | 1U << *slot);
      }
    }
    return used;
  }

  void draw(const Screen& screen, std::uint8_t used) {
    std::size_t i = 0;
    for (std::size_t row = 0; row < screen.rows; ++row) {
      for (std::size_t column = 0; column < screen.columns; ++column) {
        const std::uint8_t code = code_of(screen.cells[row][column], used);
        if (shown_[i] != code) put(row, column, code);
        shown_[i++] = code;
      }
    }
  }

  std::uint8_t code_of(char16_t character, std::uint8_t& used) {
    if (const auto code = rom_code(character)) return *code;
    const std::uint8_t wanted = font_code(character);
    if (wanted == 0) return '?';
    if (const auto slot = slot_of(wanted)) return *slot;
    for (std::uint8_t slot = 0; slot < kGlyphs; ++slot) {
      if ((used >> slot & 1) != 0) continue;
      used = static_cast<std::uint8_t>(used | 1U << slot);
      define(slot, wanted);
      return slot;
    }
    return static_cast<std::uint8_t>(nearest_ascii(wanted));
  }

  std::optional<std::uint8_t> slot_of(std::uint8_t font_code) const {
    for (std::uint8_t slot = 0; slot < kGlyphs; ++slot) {
      if (font_code != 0 && glyphs_[slot] == font_code) return slot;
    }
    return std::nullopt;
  }

  void define(std::uint8_t slot, std::uint8_t font_code) {
    glyphs_[slot] = font_code;
    const Glyph dots = glyph(font_code);
    command(static_cast<std::uint8_t>(kSetGlyphs | slot << 3));
    for (std::size_t row = 0; row < kGlyphRows; ++row) write(dots_of_row(dots, row));
    address_ = kElsewhere;
  }

  // The second row begins at 40; the third and fourth go on after the first and second (figure 5 and the
  // modules' wiring).
  void put(std::size_t row, std::size_t column, std::uint8_t code) {
    const auto address = static_cast<std::uint8_t>((row & 1) * 0x40 + (row >> 1) * Wires::kColumns + column);
    if (address != address_) command(kSetCells | address);
    write(code);
    address_ = static_cast<std::uint8_t>(address + 1);
  }

  void command(std::uint8_t byte) {
    Wires::rs(false);
    send(byte);
  }
  void write(std::uint8_t byte) {
    Wires::rs(true);
    send(byte);
  }
  void send(std::uint8_t byte) {
    nibble(byte >> 4, 1);
    nibble(byte & 0x0F, kExecution);
  }
  // Set-up, pulse and hold: 60, 450 and 20 ns at most, and 1 µs from pulse to pulse.
  void nibble(std::uint8_t bits, std::uint32_t wait) {
    Wires::data(bits);
    Wires::enable(true);
    Wires::wait_us(1);
    Wires::enable(false);
    Wires::wait_us(wait);
  }

  // What each cell shows, as a code of the chip, row by row without gaps.
  std::array<std::uint8_t, Screen::kMaxRows * Screen::kMaxColumns> shown_{};
  std::array<std::uint8_t, kGlyphs> glyphs_{};  // as font codes; 0 for none
  std::uint8_t address_ = 0;                    // of the cell that the next write goes to
  bool lit_ = false;
};

}  // namespace sesame::drivers
