// The I/O line between reader and card, as levels over time: high, but where one of the two pulls it low.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "tests/firmware/usart/chip.hpp"

namespace sesame::board::model {

class Line {
 public:
  // A character as ISO 7816-3:2006, 7.2, has it: a start bit, eight bits, the lowest first, and a parity bit.
  static std::uint16_t frame(std::uint8_t character, bool odd_parity) {
    unsigned ones = 0;
    for (unsigned i = 0; i < 8; ++i) ones += character >> i & 1U;
    const unsigned parity = (ones & 1U) ^ (odd_parity ? 1U : 0U);
    return static_cast<std::uint16_t>(character | parity << 8);
  }
  void put(std::uint16_t bits, Time start, Time etu) {
    std::erase_if(low_,
                  [&](const Low& low) { return low.to + 100 * etu < start; });  // nobody looks so far back
    pull(start, start + etu);
    for (unsigned i = 0; i < 9; ++i) {
      if ((bits >> i & 1) == 0) pull(start + (i + 1) * etu, start + (i + 2) * etu);
    }
  }
  // Low in this time, whatever else.
  void pull(Time from, Time to) { low_.push_back({from, to}); }
  void cut(Time at) {
    for (Low& low : low_) low.to = std::min(low.to, std::max(at, low.from));
  }

  bool high(Time at) const {
    for (const Low& low : low_) {
      if (at >= low.from && at < low.to) return false;
    }
    return true;
  }
  // The first moment after this one at which it falls.
  std::optional<Time> falls_after(Time at) const {
    std::optional<Time> first;
    for (const Low& low : low_) {
      if (low.from <= at || low.from == low.to || (first && low.from >= *first)) continue;
      if (high(low.from - 1)) first = low.from;
    }
    return first;
  }

 private:
  struct Low {
    Time from, to;
  };
  std::vector<Low> low_;
};

}  // namespace sesame::board::model
