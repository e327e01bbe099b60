// The supply by way of VREFINT, a voltage inside the chip that does not follow it (RM0090, 13.3.6 and 13.10;
// datasheet, 5.3.24): ADC1 measures it against the supply, and ST has written into each chip what came of
// that at 3.3 V.
#include "firmware/hal/supply.hpp"

#include "firmware/boards/stm32/delay.hpp"
#include "firmware/boards/stm32f4/registers.hpp"

namespace sesame::hal::supply {

using namespace board;

namespace {

constexpr std::uint32_t kCalibratedAt = 3'300;  // mV
constexpr std::uint32_t kChannel = 17;
constexpr std::uint32_t kStartUs = 20;  // of the reference and of the converter: 10 and 3 at most
constexpr int kPolls = 10'000;          // a conversion takes 47 µs

// Of the factory (datasheet, table 71): the upper half of a word. Not there in an emulator, where nothing is
// at this address and nothing converts.
struct Factory {
  Register vrefint;
};
std::uint32_t calibration() { return at<Factory>(0x1FFF'7A28).vrefint >> 16; }

}  // namespace

std::uint16_t millivolts() {
  if (emulated()) return 0;
  using namespace adc_bits;
  start_clock(rcc().apb2enr, rcc_bits::kAdc1);
  adc_common().ccr = kReference | kBy4;  // of 36 MHz at most
  adc1().smpr1 = kLongest << (3 * (kChannel - 10));
  adc1().sqr3 = kChannel;
  adc1().cr2 = kOn;
  wait_us(kStartUs);
  adc1().cr2 = kOn | kStart;
  int polls = 0;
  while ((adc1().sr & kEnd) == 0 && polls < kPolls) ++polls;
  const std::uint32_t measured = adc1().dr & 0xFFF;
  adc1().cr2 = 0;
  adc_common().ccr = 0;
  clear_bits(rcc().apb2enr, rcc_bits::kAdc1);
  if (polls == kPolls || measured == 0) return 0;
  return static_cast<std::uint16_t>(kCalibratedAt * calibration() / measured);
}

}  // namespace sesame::hal::supply
