#include "tests/firmware/drivers/ssd1306_model.hpp"

#include <utility>

namespace sesame::test {

namespace {

// How many bytes belong to a command, itself included (table 9-1).
std::size_t length_of(std::uint8_t command) {
  switch (command) {
    case 0x20:
    case 0x81:
    case 0x8D:
    case 0xA8:
    case 0xD3:
    case 0xD5:
    case 0xD9:
    case 0xDA:
    case 0xDB: return 2;
    case 0x21:
    case 0x22:
    case 0xA3: return 3;
    case 0x29:
    case 0x2A: return 6;
    case 0x26:
    case 0x27: return 7;
    default: return 1;
  }
}

}  // namespace

Ssd1306Model::Ssd1306Model() {
  std::uint8_t value = 0xA7;
  for (auto& page : ram_) {
    for (auto& byte : page) byte = value = static_cast<std::uint8_t>(value * 29 + 17);
  }
}

// Bits are taken at the rising edge, D7 first.
void Ssd1306Model::clock(bool high) {
  const bool rising = high && !clock_;
  clock_ = high;
  if (!rising || !selected_ || in_reset_) return;
  shift_ = static_cast<std::uint8_t>(shift_ << 1 | (data_ ? 1 : 0));
  if (++bits_ < 8) return;
  bits_ = 0;
  take(shift_);
}

void Ssd1306Model::select(bool high) {
  if (high && selected_ && bits_ != 0) fault("deselected in the middle of a byte");
  selected_ = !high;
  bits_ = 0;
}

// Clause 8.5. RAM is left as it is.
void Ssd1306Model::reset(bool high) {
  if (high && in_reset_) reset_for_ = since_reset_moved_;
  if (high == in_reset_) since_reset_moved_ = 0;
  in_reset_ = !high;
  fresh_ = true;
  if (high) return;
  was_reset_ = true;
  order_.clear();
  bits_ = 0;
  mode_ = 2;
  columns_ = {0, kWidth - 1};
  pages_ = {0, 7};
  column_ = page_ = 0;
  start_line_ = offset_ = 0;
  rows_ = 64;
  com_pins_ = 0x12;
  on_ = pump_ = all_on_ = inverse_ = mirrored_x_ = mirrored_y_ = false;
}

void Ssd1306Model::take(std::uint8_t byte) {
  if (!was_reset_) fault("written before it was reset");
  if (std::exchange(fresh_, false)) left_alone_for_ = since_reset_moved_;
  if (!dc_) return command(byte);
  if (!order_.empty()) fault("dots in the middle of a command");
  write(byte);
}

void Ssd1306Model::command(std::uint8_t byte) {
  order_.push_back(byte);
  if (order_.size() < length_of(order_.front())) return;
  run();
  order_.clear();
}

void Ssd1306Model::run() {
  const std::uint8_t name = order_.front(), first = order_.size() > 1 ? order_[1] : std::uint8_t{0};
  if (name >= 0x40 && name <= 0x7F) {
    start_line_ = name & 0x3F;
    return;
  }
  switch (name) {
    case 0x20: mode_ = first & 3; break;
    case 0x21:
      columns_ = {first, order_[2]};
      column_ = first;
      if (first > order_[2] || order_[2] >= kWidth) fault("a window outside of the columns");
      break;
    case 0x22:
      pages_ = {first, order_[2]};
      page_ = first;
      if (first > order_[2] || order_[2] > 7) fault("a window outside of the pages");
      break;
    case 0x8D:
      if (on_ && (first & 4) == 0) fault("the charge pump goes off under the display");
      pump_ = (first & 4) != 0;
      break;
    case 0xA0:
    case 0xA1: mirrored_x_ = name == 0xA1; break;
    case 0xA4:
    case 0xA5: all_on_ = name == 0xA5; break;
    case 0xA6:
    case 0xA7: inverse_ = name == 0xA7; break;
    case 0xA8: rows_ = static_cast<std::uint8_t>((first & 0x3F) + 1); break;
    case 0xAE:
    case 0xAF: on_ = name == 0xAF; break;
    case 0xC0:
    case 0xC8: mirrored_y_ = name == 0xC8; break;
    case 0xD3: offset_ = first & 0x3F; break;
    case 0xDA: com_pins_ = first; break;
    case 0x2E:  // scrolling off
    case 0x81:  // brightness and voltages: to the eye the same
    case 0xD5:
    case 0xD9:
    case 0xDB:
    case 0xE3: break;
    default: fault("a command that this model does not know: " + std::to_string(name));
  }
}

// Clause 10.1.3.
void Ssd1306Model::write(std::uint8_t byte) {
  ++written_;
  ram_[page_ & 7][column_ & 0x7F] = byte;
  bool wrapped = false;
  switch (mode_) {
    case 0:
      advance(column_, columns_.first, columns_.last, wrapped);
      if (wrapped) advance(page_, pages_.first, pages_.last, wrapped);
      break;
    case 1:
      advance(page_, pages_.first, pages_.last, wrapped);
      if (wrapped) advance(column_, columns_.first, columns_.last, wrapped);
      break;
    default: column_ = static_cast<std::uint8_t>((column_ + 1) & 0x7F);
  }
}

void Ssd1306Model::advance(std::uint8_t& at, std::uint8_t first, std::uint8_t last, bool& wrapped) {
  wrapped = at == last;
  at = wrapped ? first : static_cast<std::uint8_t>(at + 1);
}

bool Ssd1306Model::dot(std::size_t x, std::size_t y) const {
  const bool whole = rows_ == kHeight && com_pins_ == 0x12;
  if (!lit() || !whole) return false;
  if (all_on_) return true;
  const std::size_t column = mirrored_x_ ? x : kWidth - 1 - x;
  const std::size_t com = mirrored_y_ ? y : kHeight - 1 - y;
  const std::size_t row = (com + start_line_ + offset_) % kHeight;
  return ((ram_[row / 8][column] >> row % 8 & 1) != 0) != inverse_;
}

std::size_t Ssd1306Model::dots_in_ram() const {
  std::size_t dots = 0;
  for (const auto& page : ram_) {
    for (std::uint8_t byte : page) {
      for (; byte != 0; byte = static_cast<std::uint8_t>(byte & (byte - 1))) ++dots;
    }
  }
  return dots;
}

}  // namespace sesame::test
