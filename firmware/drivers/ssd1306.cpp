#include "firmware/drivers/ssd1306.hpp"

namespace sesame::drivers {

std::uint16_t doubled(std::uint8_t dots) {
  unsigned twice = 0;
  for (unsigned bit = 0; bit < 8; ++bit) twice |= (dots >> bit & 1U) * 3U << 2 * bit;
  return static_cast<std::uint16_t>(twice);
}

}  // namespace sesame::drivers
