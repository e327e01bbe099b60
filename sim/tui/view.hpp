// How the desk looks on a terminal: the reader at the left, what its card was asked at the right, the keys below.
#pragma once

#include "sim/tui/canvas.hpp"
#include "sim/tui/desk.hpp"

namespace sesame::sim {

// Made for 80 columns and 24 rows. In fewer columns the log is left out; where the reader does not fit, that is said.
Canvas draw(const Desk& desk, std::size_t rows, std::size_t columns, bool ascii);

}  // namespace sesame::sim
