// Tells two cards' keys apart where the keys themselves must not stand.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "host/keys/key.hpp"

namespace sesame::keys {

// The first 8 bytes of SHA-1 over the keys, one after the other.
std::array<std::uint8_t, 8> fingerprint(std::span<const Key* const> keys);

}  // namespace sesame::keys
