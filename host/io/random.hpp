// Random numbers of the system, good for keys.
#pragma once

#include <cstdint>
#include <span>

namespace sesame::io {

// Failure(Failure::environment) where it gives none.
void system_random(std::span<std::uint8_t> out);

}  // namespace sesame::io
