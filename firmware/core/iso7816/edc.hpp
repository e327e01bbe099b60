// Error detection codes of T=1 blocks: ISO 7816-3:2006, 11.4.4.
#pragma once

#include <cstdint>

namespace sesame::iso7816 {

// LRC: the exclusive-or of a block's bytes; over the block with its LRC it comes to 00.
constexpr std::uint8_t lrc_add(std::uint8_t lrc, std::uint8_t byte) {
  return static_cast<std::uint8_t>(lrc ^ byte);
}

// CRC: the 16-bit frame check sequence of ISO/IEC 13239 (polynomial 1021, least significant bit first). From
// kCrcInitial over the bytes; the complement is sent, low byte first; with it counted in, the sum is
// kCrcGood.
inline constexpr std::uint16_t kCrcInitial = 0xFFFF;
inline constexpr std::uint16_t kCrcGood = 0xF0B8;
std::uint16_t crc_add(std::uint16_t crc, std::uint8_t byte);

}  // namespace sesame::iso7816
