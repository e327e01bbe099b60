#include "firmware/core/iso7816/edc.hpp"

namespace sesame::iso7816 {

// Bit by bit: a table would be 512 bytes of flash, for blocks of some hundred bytes.
std::uint16_t crc_add(std::uint16_t crc, std::uint8_t byte) {
  unsigned sum = crc ^ byte;
  for (int bit = 0; bit < 8; ++bit) sum = (sum & 1U) != 0 ? (sum >> 1) ^ 0x8408U : sum >> 1;
  return static_cast<std::uint16_t>(sum);
}

}  // namespace sesame::iso7816
