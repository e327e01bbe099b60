#include "firmware/boards/stm32/pin.hpp"

namespace sesame::board {
namespace {

void write_field(Register& reg, unsigned width, unsigned index, std::uint32_t value) {
  const std::uint32_t mask = (std::uint32_t{1} << width) - 1;
  reg = (reg & ~(mask << (width * index))) | value << (width * index);
}

// Edges of some 100 ns, and of some 10 ns: a clock at the card of 4.2 MHz may spend 21 ns on one (ISO
// 7816-3:2006, 5.2.3).
constexpr std::uint32_t kLowSpeed = 0, kMediumSpeed = 1;

}  // namespace

void configure(Pin pin, Mode mode, Drive drive, Pull pull, std::uint8_t function) {
  start_gpio(pin.port);
  auto& port = gpio(pin.port);
  write_field(port.ospeedr, 2, pin.number, mode == Mode::alternate ? kMediumSpeed : kLowSpeed);
  write_field(port.otyper, 1, pin.number, static_cast<std::uint32_t>(drive));
  write_field(port.pupdr, 2, pin.number, static_cast<std::uint32_t>(pull));
  // Only of one that is to have it: one that still has another is on its way out of that mode.
  if (mode == Mode::alternate) write_field(port.afr[pin.number / 8], 4, pin.number % 8, function);
  write_field(port.moder, 2, pin.number, static_cast<std::uint32_t>(mode));
}

void rest_pins() {
  constexpr std::uint32_t kAllAnalog = 0xFFFF'FFFF,
                          kButDebugPins = 0xEBFF'FFFF;  // PA13 and PA14 stay as they are
  for (unsigned port = 0; port <= kLastPort; ++port) {
    start_gpio(port);
    gpio(port).moder = port == 0 ? kButDebugPins : kAllAnalog;
    stop_gpio(port);
  }
}

}  // namespace sesame::board
