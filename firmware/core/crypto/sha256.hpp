// SHA-256 (FIPS 180-4): what becomes of a text that is signed. Not compiled into a board's image, which has
// none.
#pragma once

#include <array>
#include <cstdint>

#include "firmware/core/bytes.hpp"

namespace sesame::crypto {

// The eight words of the digest, H0 to H7.
std::array<std::uint32_t, 8> sha256(Bytes message);

}  // namespace sesame::crypto
