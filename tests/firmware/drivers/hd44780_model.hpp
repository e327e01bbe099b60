// A display with an HD44780, as its pins see it: 4 of the 8 data lines wired, R/W low. Written from the data
// sheet (HD44780U, ADE-207-272), and not from the driver.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sesame::test {

// Eight rows of five dots from the top; bit 4 is the left one.
using Cell = std::array<std::uint8_t, 8>;

// A character of ROM A00 (table 4), redrawn: ASCII's places, and those beyond that a test names. A full block
// for any other, which no picture may show by mistake.
Cell rom_a00(std::uint8_t code);

class Hd44780Model {
 public:
  // What a program may find: after power-up the bus has 8 bits; after a reset of the microcontroller alone it
  // has 4, and may wait for the second half of a byte. RAM holds anything.
  enum class Found { eight_bits, four_bits, half_a_byte };
  // Where time is not known, nothing is ever busy.
  enum class Time { known, unknown };

  Hd44780Model(std::size_t rows, std::size_t columns, Found found = Found::eight_bits,
               Time time = Time::known);

  void rs(bool high);
  void enable(bool high);
  void data(std::size_t line, bool high);  // 0 is D4
  void pass(std::uint32_t microseconds);

  bool lit() const { return on_; }
  std::uint8_t code(std::size_t row, std::size_t column) const;
  Cell dots(std::size_t row, std::size_t column) const;  // nothing while it is off
  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }

  // Everything the data sheet forbids that happened: written while busy, pulses too short.
  const std::vector<std::string>& faults() const { return faults_; }
  // When each nibble was taken, in microseconds.
  const std::vector<std::uint64_t>& taken() const { return taken_; }
  std::size_t written() const { return written_; }  // bytes to RAM

 private:
  void take(std::uint8_t nibble);
  void instruct(std::uint8_t byte);
  void set_function(std::uint8_t byte);
  void write(std::uint8_t byte);
  void step();
  void be_busy(std::uint32_t microseconds);
  void fault(const std::string& what);

  std::size_t rows_, columns_;
  bool timed_;
  std::array<std::uint8_t, 0x80> cells_{};
  std::array<std::uint8_t, 64> glyphs_{};
  std::uint8_t lines_ = 0;  // D7 to D4
  bool rs_ = false, enable_ = false;
  bool four_bits_, half_;
  std::uint8_t first_half_ = 0;
  bool to_glyphs_ = false, up_ = false, on_ = false, two_lines_ = false;
  std::uint8_t address_ = 0x33;
  std::uint64_t now_ = 0, risen_ = 0, busy_until_;
  std::vector<std::string> faults_;
  std::vector<std::uint64_t> taken_;
  std::size_t written_ = 0;
};

}  // namespace sesame::test
