// A display of 128 × 64 dots with an SSD1306 (data sheet rev. 1.1) on its 4-wire serial bus, which is only
// written to. Text: up to four rows, each twice as high as the font, fewer with blanks between them, in the
// middle of the display; columns of 8 dots where 16 suffice, else of 6. There is no picture of it in RAM: a
// cell is drawn when its character changes.
//
// `Wires` are the pins and two delays:
//
//   struct Wires {
//     static void clock(bool high);
//     static void data(bool high);
//     static void dc(bool high);      // low: a command, high: dots
//     static void select(bool high);  // low: this display is meant
//     static void reset(bool high);   // low: reset
//     static void settle();           // half a clock: 50 ns, or as long as the pins' edges need
//     static void wait_us(std::uint32_t microseconds);  // at least
//   };
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "firmware/core/screen.hpp"
#include "firmware/drivers/font.hpp"

namespace sesame::drivers {

// Eight dots as sixteen, each twice.
std::uint16_t doubled(std::uint8_t dots);

// What the chip is told after a reset, before it may be switched on: the module's wiring (64 rows,
// alternative COM pins, mirrored both ways), contrast and precharge for the internal charge pump, vertical
// addressing.
inline constexpr std::array<std::uint8_t, 23> kSsd1306Setup{
    0xAE,        // off
    0xD5, 0x80,  // oscillator as after reset
    0xA8, 0x3F,  // 64 rows
    0xD3, 0x00,  // not shifted
    0x40,        // from row 0
    0x20, 0x01,  // vertical addressing: down the pages, then to the next column
    0xA1, 0xC8,  // column 127 is SEG0, row 63 is COM0
    0xDA, 0x12,  // alternative COM pins
    0x81, 0xCF,  // contrast
    0xD9, 0xF1,  // precharge
    0xDB, 0x40,  // level of deselected rows
    0xA4, 0xA6,  // dots as in its RAM, a 1 is bright
    0x2E,        // no scrolling
};

template <class Wires>
class Ssd1306 {
 public:
  // From any state, in 120 ms. The display is then dark, and its RAM, which has any content after a reset,
  // blank.
  void init() {
    Wires::select(true);
    Wires::clock(false);
    Wires::reset(false);
    Wires::wait_us(kResetFor);
    Wires::reset(true);
    Wires::wait_us(kAloneFor);
    for (const std::uint8_t byte : kSsd1306Setup) command(byte);
    window(0, kWidth, 0, kPages);
    for (std::size_t i = 0; i < kWidth * kPages; ++i) write(0);
    shown_.fill(font_code(u' '));
    lit_ = false;
  }

  // Draws what differs. A screen that is not lit is blank, and the display then goes off, and its charge
  // pump. Every screen has the same size.
  void show(const Screen& screen) {
    std::size_t i = 0;
    for (std::size_t row = 0; row < screen.rows; ++row) {
      for (std::size_t column = 0; column < screen.columns; ++column) {
        const std::uint8_t code = font_code(screen.cells[row][column]);
        if (shown_[i] != code) draw(place_of(screen, row, column), glyph(code));
        shown_[i++] = code;
      }
    }
    if (screen.lit != lit_) light(screen.lit);
    lit_ = screen.lit;
  }

 private:
  // The chip takes 3 µs (clause 8.9). A module has a resistor and a capacitor at its reset line.
  static constexpr std::uint32_t kResetFor = 10'000, kAloneFor = 100'000;
  static constexpr std::size_t kWidth = 128, kPages = 8, kPagesOfARow = 2, kMostRows = kPages / kPagesOfARow;
  static constexpr std::size_t kWideCell = 8, kNarrowCell = 6;
  static constexpr std::uint8_t kColumnWindow = 0x21, kPageWindow = 0x22;
  static constexpr std::uint8_t kOff = 0xAE, kOn = 0xAF, kChargePump = 0x8D, kPumpOff = 0x10, kPumpOn = 0x14;

  // In dots from the left, and in pages of eight from the top.
  struct Place {
    std::size_t left, width, page;
  };
  static Place place_of(const Screen& screen, std::size_t row, std::size_t column) {
    const std::size_t width = screen.columns <= kWidth / kWideCell ? kWideCell : kNarrowCell;
    const std::size_t left = (kWidth - width * screen.columns) / 2 + width * column;
    const std::size_t step = kPagesOfARow + (kMostRows - screen.rows);
    const std::size_t all = step * screen.rows - (kMostRows - screen.rows);
    return {left, width, (kPages - all) / 2 + step * row};
  }

  void draw(const Place& place, const Glyph& dots) {
    window(place.left, place.width, place.page, kPagesOfARow);
    const std::size_t margin = (place.width - dots.size()) / 2;
    for (std::size_t i = 0; i < place.width; ++i) {
      const bool inside = i >= margin && i - margin < dots.size();
      const std::uint16_t column = inside ? doubled(dots[i - margin]) : std::uint16_t{0};
      write(static_cast<std::uint8_t>(column & 0xFF));
      write(static_cast<std::uint8_t>(column >> 8));
    }
  }

  void window(std::size_t left, std::size_t width, std::size_t page, std::size_t pages) {
    const std::size_t bytes[] = {kColumnWindow, left, left + width - 1, kPageWindow, page, page + pages - 1};
    for (const std::size_t byte : bytes) command(static_cast<std::uint8_t>(byte));
  }

  // The pump before the display, and after it (application note in the data sheet).
  void light(bool lit) {
    if (!lit) command(kOff);
    command(kChargePump);
    command(lit ? kPumpOn : kPumpOff);
    if (lit) command(kOn);
  }

  void command(std::uint8_t byte) {
    Wires::dc(false);
    send(byte);
  }
  void write(std::uint8_t byte) {
    Wires::dc(true);
    send(byte);
  }
  // Taken at the rising edge, bit 7 first; no clock shorter than 100 ns (clause 8.1.3, table 13-4).
  void send(std::uint8_t byte) {
    Wires::select(false);
    for (int bit = 7; bit >= 0; --bit) {
      Wires::clock(false);
      Wires::data((byte >> bit & 1) != 0);
      Wires::settle();
      Wires::clock(true);
      Wires::settle();
    }
    Wires::select(true);
  }

  // What each cell shows, as a code of the font, row by row without gaps.
  std::array<std::uint8_t, Screen::kMaxRows * Screen::kMaxColumns> shown_{};
  bool lit_ = false;
};

}  // namespace sesame::drivers
