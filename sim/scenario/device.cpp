#include "sim/scenario/device.hpp"

#include "sim/lcd/rows.hpp"

namespace sesame::sim {

std::string text_of(const Look& look) { return look.lit ? to_text(look.rows) : std::string(); }

}  // namespace sesame::sim
