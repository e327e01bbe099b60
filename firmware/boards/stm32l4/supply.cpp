// The supply by way of VREFINT, a voltage inside the chip that does not follow it (RM0351, ADC: internal
// reference voltage; DS10198, 3.15.2): ADC1 measures it against the supply, and ST has written into each
// chip what came of that at 3 V.
#include "firmware/hal/supply.hpp"

#include "firmware/boards/stm32/delay.hpp"
#include "firmware/boards/stm32l4/registers.hpp"

namespace sesame::hal::supply {

using namespace board;

namespace {

constexpr std::uint32_t kCalibratedAt = 3'000;  // mV
constexpr std::uint32_t kStartUs = 20;          // of the converter's regulator, and of the reference
constexpr int kPolls = 10'000;                  // a conversion takes 41 µs, a calibration 8

// Of the factory (DS10198, 3.15.2): the upper half of a word.
struct Factory {
  Register vrefint;
};
std::uint32_t calibration() { return at<Factory>(0x1FFF'75A8).vrefint >> 16; }

bool wait_for(const Register& reg, std::uint32_t mask, std::uint32_t value) {
  for (int polls = 0; polls < kPolls; ++polls) {
    if ((reg & mask) == value) return true;
  }
  return false;
}

// The reference is channel 0, and the only one in the sequence as it is after a reset. 0: it did not work.
std::uint32_t convert() {
  using namespace adc_bits;
  set_bits(adc1().cr, kCalibrate);
  if (!wait_for(adc1().cr, kCalibrate, 0)) return 0;
  adc1().isr = kReady;
  set_bits(adc1().cr, kOn);
  if (!wait_for(adc1().isr, kReady, kReady)) return 0;
  adc1().smpr1 = kLongest;
  set_bits(adc1().cr, kStart);
  if (!wait_for(adc1().isr, kEnd, kEnd)) return 0;
  return adc1().dr & 0xFFF;
}

}  // namespace

std::uint16_t millivolts() {
  using namespace adc_bits;
  start_clock(rcc().ahb2enr, rcc_bits::kAdc);
  adc_common().ccr = kReference | kBusBy2;
  adc1().cr = kRegulator;
  wait_us(kStartUs);
  const std::uint32_t measured = convert();
  set_bits(adc1().cr, kOff);
  wait_for(adc1().cr, kOn, 0);
  adc1().cr = kDeepPowerDown;
  adc_common().ccr = 0;
  clear_bits(rcc().ahb2enr, rcc_bits::kAdc);
  if (measured == 0) return 0;
  return static_cast<std::uint16_t>(kCalibratedAt * calibration() / measured);
}

}  // namespace sesame::hal::supply
