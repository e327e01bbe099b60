// A module of 128 × 64 dots with an SSD1306, as its pins see it: 4-wire serial bus, the glass wired as on all
// such modules (alternative COM pins, upright with segment 127 and COM 63 first). Written from the data sheet
// (rev. 1.1), and not from the driver.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sesame::test {

class Ssd1306Model {
 public:
  static constexpr std::size_t kWidth = 128, kHeight = 64;

  Ssd1306Model();  // before a reset: RAM and registers hold anything

  void clock(bool high);
  void data(bool high) { data_ = high; }
  void dc(bool high) { dc_ = high; }
  void select(bool high);
  void reset(bool high);
  void wait_us(std::uint32_t time) { since_reset_moved_ += time; }

  bool lit() const { return on_ && pump_; }
  bool dot(std::size_t x, std::size_t y) const;  // as the eye sees it; none while it is off
  std::size_t dots_in_ram() const;               // bright ones

  // Everything that happened and that a module does not take.
  const std::vector<std::string>& faults() const { return faults_; }
  std::size_t written() const { return written_; }  // bytes to RAM
  // Microseconds that the last reset took, and from its end to the first byte after it.
  std::uint32_t reset_for() const { return reset_for_; }
  std::uint32_t left_alone_for() const { return left_alone_for_; }

 private:
  void take(std::uint8_t byte);
  void command(std::uint8_t byte);
  void run();
  void write(std::uint8_t byte);
  void advance(std::uint8_t& at, std::uint8_t first, std::uint8_t last, bool& wrapped);
  void fault(const std::string& what) { faults_.push_back(what); }

  struct Range {
    std::uint8_t first, last;
  };

  std::array<std::array<std::uint8_t, kWidth>, 8> ram_{};  // by page and column
  bool clock_ = false, data_ = false, dc_ = false, selected_ = false, in_reset_ = false, was_reset_ = false;
  std::uint8_t shift_ = 0;
  int bits_ = 0;
  std::vector<std::uint8_t> order_;  // a command and its parameters so far
  std::uint8_t mode_ = 0;
  Range columns_{}, pages_{};
  std::uint8_t column_ = 0, page_ = 0;
  std::uint8_t start_line_ = 0, offset_ = 0, rows_ = 0, com_pins_ = 0;
  bool on_ = false, pump_ = false, all_on_ = false, inverse_ = false, mirrored_x_ = false,
       mirrored_y_ = false;
  std::vector<std::string> faults_;
  std::size_t written_ = 0;
  std::uint32_t since_reset_moved_ = 0, reset_for_ = 0, left_alone_for_ = 0;
  bool fresh_ = false;  // reset, and not written to since
};

}  // namespace sesame::test
