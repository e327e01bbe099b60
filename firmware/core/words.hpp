// A screen with words and nothing else: what stands outside of the reader's states, as a low battery.
#pragma once

#include <string_view>

#include "firmware/core/screen.hpp"

namespace sesame {

// UTF-8; a line feed begins the next row. Lit.
Screen words_alone(std::string_view words, const Display& display, std::uint8_t contrast = kContrast);

}  // namespace sesame
