// The pins of a board without its registers, for constants that are checked on the host.
#pragma once

#include <cstdint>

namespace sesame::board {

struct Pin {
  std::uint8_t port, number;
};
struct Led {
  Pin pin;
  bool on_high;
};

}  // namespace sesame::board
