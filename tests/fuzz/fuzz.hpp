// What the fuzz targets share. Each target states a property, not only that nothing crashes; a broken one
// aborts, and libFuzzer keeps the input.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "firmware/core/bytes.hpp"

namespace sesame::fuzz {

[[noreturn]] inline void broken(const char* property) {
  std::fprintf(stderr, "broken: %s\n", property);
  std::abort();
}

inline void require(bool holds, const char* property) {
  if (!holds) broken(property);
}

inline bool points_into(Bytes part, Bytes whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

// The fuzzer's bytes as decisions, one after the other; zeros once they are used up.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : left_(data, size) {}

  bool more() const { return !left_.empty(); }
  std::uint8_t byte() {
    if (left_.empty()) return 0;
    const std::uint8_t first = left_[0];
    left_ = left_.subspan(1);
    return first;
  }
  unsigned below(unsigned limit) { return byte() % limit; }

  // Up to so many bytes, in memory of their own so that one step beyond them is noticed.
  std::vector<std::uint8_t> take(std::size_t size) {
    const Bytes taken = left_.first(std::min(size, left_.size()));
    left_ = left_.subspan(taken.size());
    return {taken.begin(), taken.end()};
  }
  // A length byte, then as many bytes; FF stands for 300.
  std::vector<std::uint8_t> chunk() {
    const std::size_t size = byte();
    return take(size == 0xFF ? 300 : size);
  }

 private:
  Bytes left_;
};

// The decimal digits of a big-endian number, by dividing it by ten again and again.
inline std::string decimal(std::vector<std::uint8_t> number) {
  std::string digits;
  for (bool zero = false; !zero;) {
    unsigned remainder = 0;
    zero = true;
    for (std::uint8_t& byte : number) {
      const unsigned dividend = remainder * 256 + byte;
      byte = static_cast<std::uint8_t>(dividend / 10);
      remainder = dividend % 10;
      if (byte != 0) zero = false;
    }
    digits.insert(digits.begin(), static_cast<char>('0' + remainder));
  }
  return digits;
}

}  // namespace sesame::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
