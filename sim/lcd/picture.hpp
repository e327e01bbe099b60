// The screen as the LCD looks: characters of 5 × 8 dots. Pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "firmware/core/screen.hpp"

namespace sesame::sim {

// Eight rows from the top, five dots each: bit 4 is the left one.
using Glyph = std::array<std::uint8_t, 8>;
// Nothing where this display has no such character: it shows a box then.
std::optional<Glyph> glyph(char16_t character);

// A whole SVG document; its text is in it, too, for a screen reader.
std::string to_svg(const Screen& screen);
// A PNG file, 4 pixels a dot.
std::vector<std::uint8_t> to_png(const Screen& screen);

}  // namespace sesame::sim
