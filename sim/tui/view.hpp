// How it looks on a terminal: the reader at the left, what its card was asked at the right, the keys below.
#pragma once

#include "sim/tui/canvas.hpp"
#include "sim/tui/model.hpp"

namespace sesame::sim {

// Made for 80 columns and 24 rows. In fewer columns the log is left out; where the reader does not fit, that
// is said.
Canvas draw(const TuiModel& model, std::size_t rows, std::size_t columns, bool ascii);

}  // namespace sesame::sim
