// What a board's pins did, from the log that QEMU keeps of the ports it does not model (`-d unimp`):
//
//   GPIOA: unimplemented device write (size 4, offset 0x018, value 0x00010000)
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace sesame::test {

struct Level {
  std::uint8_t port = 0;  // 0: A
  std::uint8_t number = 0;
  bool high = false;

  friend bool operator==(const Level&, const Level&) = default;
};

class PortLog {
 public:
  using Take = std::function<void(const Level&)>;
  explicit PortLog(Take take) : take_(std::move(take)) {}

  // The next piece of the log, cut anywhere. Levels come in the order in which they were written. Throws
  // std::runtime_error where a pin is set in a way that a log cannot follow: otherwise than by a whole BSRR.
  void feed(std::string_view text);

 private:
  void line(std::string_view line);

  Take take_;
  std::string rest_;
};

}  // namespace sesame::test
