// The display. Draws what differs from what it shows; never reads from it.
#pragma once

#include "firmware/core/screen.hpp"

namespace sesame::hal::display {

void init();
// A screen that is not lit turns the display off.
void show(const Screen& screen);

}  // namespace sesame::hal::display
