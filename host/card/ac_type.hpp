// Application cryptograms by type: EMV 4.3 Book 3, tables 12 and 14.
#pragma once

#include <cstdint>

namespace sesame::card {

// Bits 8 and 7 of the CID; also what the terminal asks for in P1.
enum class AcType : std::uint8_t { aac = 0x00, tc = 0x40, arqc = 0x80 };

}  // namespace sesame::card
