#include "firmware/hal/panel.hpp"

#include "firmware/boards/stm32/delay.hpp"
#include "firmware/boards/stm32/interrupts.hpp"
#include "firmware/boards/stm32/pin.hpp"
#include "firmware/boards/stm32/ring.hpp"
#include "firmware/generated/board.hpp"
#include "firmware/generated/family.hpp"

namespace sesame::board {
namespace {

constexpr UsartWiring kWiring = usart_wiring(kPanelUsart);
static_assert(kPanelUsart != kCardUsart);
Usart& usart() { return at<Usart>(kWiring.address); }

constexpr std::uint32_t kBaud = 115'200;
constexpr int kPollsWhileFull = 20'000;  // some 0.7 ms: eight bytes

// For 5 ms: a pull-up of 40 kOhm lifts whatever wire hangs on an open pin in that time.
bool stays_low(Pin pin) {
  for (int i = 0; i < 50; ++i) {
    wait_us(100);
    if (is_high(pin)) return false;
  }
  return true;
}

bool strap_is_low = false;
Ring<std::uint8_t, 32> received;

}  // namespace

void on_panel_byte() {
  if (received.full()) return hold_interrupt(kWiring.interrupt);  // until receive() has made room
  received.push(take_byte(usart()));
  work_left = true;
}

}  // namespace sesame::board

namespace sesame::hal::panel {

using namespace board;

void init() {
  make_input(kPanelStrap, Pull::up);
  strap_is_low = stays_low(kPanelStrap);
  if (!strap_is_low) return;

  start_usart(kWiring);
  start_bytes(usart(), (kWiring.bus_hz + kBaud / 2) / kBaud);
  make_alternate(kPanelTx, kWiring.pin_function, Drive::push_pull, Pull::none);
  make_alternate(kPanelRx, kWiring.pin_function, Drive::push_pull, Pull::up);
  allow_interrupt(kWiring.interrupt);
}

bool on() { return strap_is_low; }

std::optional<std::uint8_t> receive() {
  const auto next = received.pop();
  if (next) allow_interrupt(kWiring.interrupt);
  return next;
}

bool ready() { return has_room(usart()); }

void send(std::uint8_t byte) {
  if (!strap_is_low) return;
  for (int polls = 0; polls < kPollsWhileFull && !ready(); ++polls) continue;
  put_byte(usart(), byte);
}

}  // namespace sesame::hal::panel
