// The characters of a display that has none of its own: 5 × 8 dots, drawn for this project. ASCII, the
// accented letters of Latin-1, and a few more.
#pragma once

#include <array>
#include <cstdint>

namespace sesame::drivers {

// Five columns from the left; bit 0 is the top dot. Letters stand on bit 6, bit 7 is for what hangs below.
using Glyph = std::array<std::uint8_t, 5>;

// The font's own code of a character, one byte; 0 where it does not have it.
std::uint8_t font_code(char16_t character);
// Of such a code; of any other a '?'.
Glyph glyph(std::uint8_t font_code);
// What comes nearest to it in ASCII: e for é, a full stop for an ellipsis; itself, or a '?'.
char nearest_ascii(std::uint8_t font_code);

}  // namespace sesame::drivers
