#include "tests/firmware/drivers/hd44780_model.hpp"

namespace sesame::test {

namespace {

// Table 6, for the slowest oscillator of the data sheet, 190 kHz, in the place of 270.
constexpr std::uint32_t kExecution = 58, kClearing = 2'160;
constexpr std::uint32_t kPowerUp = 40'000;  // of a supply of 2.7 V (figure 24)

}  // namespace

Hd44780Model::Hd44780Model(std::size_t rows, std::size_t columns, Found found, Time time)
    : rows_(rows),
      columns_(columns),
      timed_(time == Time::known),
      four_bits_(found != Found::eight_bits),
      half_(found == Found::half_a_byte),
      busy_until_(kPowerUp) {
  for (std::size_t i = 0; i < cells_.size(); ++i) cells_[i] = static_cast<std::uint8_t>(i * 37 + 11);
  for (std::size_t i = 0; i < glyphs_.size(); ++i)
    glyphs_[i] = static_cast<std::uint8_t>((i * 13 + 5) & 0x1F);
}

void Hd44780Model::rs(bool high) {
  if (enable_ && high != rs_) fault("RS changes while E is high");
  rs_ = high;
}

void Hd44780Model::data(std::size_t line, bool high) {
  const auto bit = static_cast<std::uint8_t>(1U << line);
  lines_ = static_cast<std::uint8_t>(high ? lines_ | bit : lines_ & ~bit);
}

void Hd44780Model::pass(std::uint32_t microseconds) { now_ += microseconds; }

// Data is taken at the falling edge of E.
void Hd44780Model::enable(bool high) {
  if (high == enable_) return;
  enable_ = high;
  if (high) {
    if (timed_ && !taken_.empty() && now_ == taken_.back()) fault("E is low for less than 500 ns");
    risen_ = now_;
    return;
  }
  if (timed_ && now_ == risen_) fault("E is high for less than 450 ns");
  if (timed_ && now_ < busy_until_) fault("written while busy");
  taken_.push_back(now_);
  take(lines_);
}

void Hd44780Model::take(std::uint8_t nibble) {
  if (four_bits_ && !half_) {
    first_half_ = nibble;
    half_ = true;
    return;
  }
  // With 8 bits the lines D3 to D0, which are not wired, read high.
  const unsigned bits = nibble;
  const unsigned byte = four_bits_ ? unsigned{first_half_} << 4 | bits : bits << 4 | 0x0F;
  half_ = false;
  if (rs_) {
    write(static_cast<std::uint8_t>(byte));
  } else {
    instruct(static_cast<std::uint8_t>(byte));
  }
}

// Table 6, from the highest bit that is set.
void Hd44780Model::instruct(std::uint8_t byte) {
  be_busy(byte < 0x04 ? kClearing : kExecution);
  if (byte >= 0x80) {
    to_glyphs_ = false;
    address_ = byte & 0x7F;
  } else if (byte >= 0x40) {
    to_glyphs_ = true;
    address_ = byte & 0x3F;
  } else if (byte >= 0x20) {
    set_function(byte);
  } else if (byte >= 0x10) {
    if ((byte & 0x08) != 0) fault("the display is shifted, which this model does not know");
  } else if (byte >= 0x08) {
    on_ = (byte & 0x04) != 0;
    if (on_ && (byte & 0x03) != 0) fault("a cursor is shown");
  } else if (byte >= 0x04) {
    up_ = (byte & 0x02) != 0;
    if ((byte & 0x01) != 0) fault("the display shifts, which this model does not know");
  } else {
    if (byte == 0x01) {
      cells_.fill(' ');
      up_ = true;
    }
    to_glyphs_ = false;
    address_ = 0;
  }
}

void Hd44780Model::set_function(std::uint8_t byte) {
  four_bits_ = (byte & 0x10) == 0;
  two_lines_ = (byte & 0x08) != 0;
}

void Hd44780Model::write(std::uint8_t byte) {
  be_busy(kExecution);
  ++written_;
  if (to_glyphs_) {
    glyphs_[address_ & 0x3F] = byte;
  } else {
    cells_[address_ & 0x7F] = byte;
  }
  step();
}

// With two lines the addresses are 00 to 27 and 40 to 67.
void Hd44780Model::step() {
  address_ = static_cast<std::uint8_t>(up_ ? address_ + 1 : address_ - 1);
  if (to_glyphs_) {
    address_ &= 0x3F;
  } else if (up_ && address_ == 0x28) {
    address_ = 0x40;
  } else if (up_ && address_ == 0x68) {
    address_ = 0;
  }
}

void Hd44780Model::be_busy(std::uint32_t microseconds) { busy_until_ = now_ + microseconds; }
void Hd44780Model::fault(const std::string& what) {
  faults_.push_back(what + " at " + std::to_string(now_) + " µs");
}

std::uint8_t Hd44780Model::code(std::size_t row, std::size_t column) const {
  return cells_[row % 2 * 0x40 + row / 2 * columns_ + column];
}

// Codes 08 to 0F are those of 00 to 07 again.
Cell Hd44780Model::dots(std::size_t row, std::size_t column) const {
  Cell dots{};
  if (!on_ || (row % 2 != 0 && !two_lines_)) return dots;
  const std::uint8_t shown = code(row, column);
  if (shown >= 0x10) return rom_a00(shown);
  for (std::size_t y = 0; y < dots.size(); ++y) {
    dots[y] = glyphs_[static_cast<std::size_t>(shown & 7) * 8 + y] & 0x1F;
  }
  return dots;
}

}  // namespace sesame::test
