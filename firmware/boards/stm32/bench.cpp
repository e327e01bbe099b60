#include "firmware/hal/bench.hpp"

#include "firmware/boards/cpu.hpp"
#include "firmware/boards/stm32/clock.hpp"
#include "firmware/boards/stm32/key_contacts.hpp"
#include "firmware/boards/stm32/pin.hpp"
#include "firmware/generated/board.hpp"
#include "firmware/generated/family.hpp"

namespace sesame::hal::bench {

using namespace board;

namespace {

// CLK is an output of the USART: its input register still follows it. Its period is some of the core's
// cycles: looks that are not all as far apart see both levels.
bool moves(Pin pin) {
  const bool first = is_high(pin);
  for (int looks = 0; looks < 1'000; ++looks) {
    if (is_high(pin) != first) return true;
    pause(looks % 8);
  }
  return false;
}

}  // namespace

Chip chip() {
  const std::uint32_t id = dbgmcu().idcode;
  return {static_cast<std::uint16_t>(id & 0xFFF), static_cast<std::uint16_t>(id >> 16), kQuartzHz != 0,
          kQuartzHz != 0 && run_from_quartz(), kCoreHz};
}

std::uint16_t key_contacts() { return closed_contacts(); }

CardPins card_pins() {
  const bool detect = is_high(kCardDetect);
  return {is_high(kCardVcc) == kCardVccOnHigh,
          is_high(kCardRst),
          is_high(kCardIo),
          moves(kCardClk),
          detect,
          detect == kCardInHigh};
}

void led(bool lit) {
  if constexpr (kLed.has_value()) make_output(kLed->pin, lit == kLed->on_high);
}

}  // namespace sesame::hal::bench
