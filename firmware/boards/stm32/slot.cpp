// The contacts of the card slot and its switch. The line is the family's (card.cpp).
#include "firmware/boards/stm32/slot.hpp"

#include "firmware/boards/stm32/delay.hpp"
#include "firmware/boards/stm32/interrupts.hpp"
#include "firmware/boards/stm32/lines.hpp"
#include "firmware/boards/stm32/pin.hpp"
#include "firmware/generated/board.hpp"
#include "firmware/hal/card.hpp"
#include "firmware/hal/clock.hpp"
#include "firmware/hal/panel.hpp"

namespace sesame::board {
namespace {

using hal::clock::Millis;

constexpr UsartWiring kWiring = usart_wiring(kCardUsart);
Usart& usart() { return at<Usart>(kWiring.address); }

constexpr std::uint32_t kPowerRiseUs = 1000;        // of VCC, after a switch and its capacitor
constexpr Millis kSettledIn = 20, kSettledOut = 2;  // a card that leaves leaves at once

iso7816::Contacts contacts_now;
// By a handler: no contact is raised until the loop has taken note, which lowers them.
volatile bool dropped = false;
volatile bool pulled = false;  // likewise, for present()

bool is_in = false;  // debounced
Millis in_since = 0;

bool contact_says_in() { return is_high(kCardDetect) == kCardInHigh; }

void watch_supply() {
  start_supply_detector();
  watch_lines(bit(kSupplyLine), 0);
  allow_interrupt(interrupt_of_line(kSupplyLine));
}

constexpr std::uint32_t kDetectLine = bit(kCardDetect.number);
// While the card has power an edge of the switch is the end of it. With the panel link on the switch counts
// for nothing.
void watch_removal() {
  if (hal::panel::on()) return;
  choose_port(kCardDetect);
  watch_lines(kCardInHigh ? 0 : kDetectLine, kCardInHigh ? kDetectLine : 0);
  allow_interrupt(interrupt_of_line(kCardDetect.number));
}
void ignore_removal() {
  ignore_lines(kDetectLine);
  refuse_interrupt(interrupt_of_line(kCardDetect.number));
}

void lower_rst() {
  set(kCardRst, false);
  on_rst_low();
}
void raise_rst() {
  before_rst_high();
  set(kCardRst, true);
}

void start_clk() {
  set_bits(usart().cr1, usart_bits::kEnable);
  make_alternate(kCardClk, kWiring.pin_function, Drive::push_pull, Pull::none);
}
void stop_clk() {
  make_output(kCardClk, false);
  clear_bits(usart().cr1, usart_bits::kEnable);
}

void release_io() { make_alternate(kCardIo, kWiring.pin_function, Drive::open_drain, Pull::up); }
void drop_vcc() {
  make_output(kCardIo, false, Drive::open_drain);
  set(kCardVcc, !kCardVccOnHigh);
}

// 6.4
void lower(const iso7816::Contacts& contacts) {
  if (!contacts.rst) lower_rst();
  if (!contacts.clk) stop_clk();  // whatever it was: this is also the way out of a fatal error
  if (!contacts.vcc) drop_vcc();
}

void drop_card() {
  if (!contacts_now.vcc) return;
  contacts_now = {};
  lower(contacts_now);
  dropped = true;
  pulled = true;
  work_left = true;
}

}  // namespace

void init_slot() {
  make_output(kCardRst, false);
  make_output(kCardClk, false);
  make_output(kCardIo, false, Drive::open_drain);
  make_output(kCardVcc, !kCardVccOnHigh);
  make_input(kCardDetect, Pull::up);  // a switch to ground
  watch_supply();
}

bool card_moved() { return contact_says_in() != is_in; }

void look_at_card() {
  if (!contact_says_in() && !hal::panel::on()) drop_card();
}

void on_supply_moved() {
  forget_edges(bit(kSupplyLine));
  if (supply_is_low()) drop_card();
}

}  // namespace sesame::board

namespace sesame::hal::card {

using namespace board;

bool present() {
  if (panel::on()) return false;
  const Millis now = clock::now();
  if (pulled) {
    pulled = false;
    is_in = false;
    in_since = now;
  }
  const bool says_in = contact_says_in() && !supply_is_low();
  if (says_in == is_in) {
    in_since = now;
  } else if (now - in_since >= (says_in ? kSettledIn : kSettledOut)) {
    is_in = says_in;
  }
  return is_in;
}

// A handler may drop the card between any two steps; then the rest of them is left.
void set(const iso7816::Contacts& contacts) {
  const bool rises = contacts.vcc && !contacts_now.vcc;
  {
    const InterruptsOff off;
    lower(contacts);
    if (!contacts.vcc) {
      dropped = false;
      ignore_removal();
    }
    if (dropped) return;
    if (rises) {
      watch_removal();
      board::set(kCardVcc, kCardVccOnHigh);
    }
    contacts_now.vcc = contacts.vcc;
  }
  if (rises) {
    look_at_card();
    wait_us(kPowerRiseUs);
  }
  const InterruptsOff off;
  if (dropped) return;
  if (rises) release_io();
  if (contacts.clk && !contacts_now.clk) start_clk();
  if (contacts.rst && !contacts_now.rst) raise_rst();
  contacts_now = contacts;
}

}  // namespace sesame::hal::card
