// The keys, debounced: one event for each press, and one when C was held.
#pragma once

#include <optional>

#include "firmware/core/reader.hpp"

namespace sesame::hal::keys {

void init();

// At each turn of the loop, at least every 5 ms while a key is down or bouncing. A press, a hold, or nothing.
std::optional<Event> poll(Millis now);
// Whether poll() wants to be called again by itself: something is down or bouncing.
bool busy();

}  // namespace sesame::hal::keys
