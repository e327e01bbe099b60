// The card slot on a USART in smartcard mode (RM0090, 30.3.11). Three things that cannot be read from the
// registers:
// - The line is one wire, so that the USART hears what it sends: that is dropped. It must hear it, because
// the stop bit
//   of its own character is where a parity error signaled by the card shows, as a framing error.
// - UE = 0 would stop the clock at the card: while the card has power, settings are changed with UE = 1.
// - An emulated USART knows nothing of smartcard mode: it is done at once, and hears nothing of itself.
#include "firmware/hal/card.hpp"

#include <algorithm>

#include "firmware/boards/stm32f4/delay.hpp"
#include "firmware/boards/stm32f4/interrupts.hpp"
#include "firmware/boards/stm32f4/lines.hpp"
#include "firmware/boards/stm32f4/ring.hpp"
#include "firmware/boards/stm32f4/slot.hpp"
#include "firmware/boards/stm32f4/usart.hpp"
#include "firmware/generated/board.hpp"
#include "firmware/hal/clock.hpp"
#include "firmware/hal/panel.hpp"

namespace sesame::board {
namespace {

using hal::clock::Millis;

constexpr UsartWiring kWiring = usart_wiring(kCardUsart);
Usart& usart() { return at<Usart>(kWiring.address); }

// CLK is the bus clock divided by 2 PSC (30.6.7).
constexpr std::uint32_t kPrescaler = kWiring.bus_hz / (2 * kCardClockHz);
static_assert(kWiring.bus_hz % (2 * kCardClockHz) == 0 && kPrescaler >= 1 &&
                  kPrescaler <= stm32f4::kMostPrescale && 2 * stm32f4::kMostPrescale * 2048 <= 0xFFFF,
              "the card clock is the bus clock divided by an even number up to 30: BRR has 16 bits");
static_assert(kCardClockHz >= 1'000'000 && kCardClockHz <= 5'000'000, "ISO 7816-3:2006, 5.2.3");

constexpr std::uint32_t kPowerRiseUs = 1000;        // of VCC, after a switch and its capacitor
constexpr Millis kSettledIn = 20, kSettledOut = 2;  // a card that leaves leaves at once
// A character of 12 etu and 254 more, at the slowest etu there is: 2048 clocks of 1 MHz, and then some.
constexpr Millis kLongestCharacter = 600;
constexpr Millis kLongestEcho = 2;  // after TC

constexpr std::uint16_t kWrongParity = 0x100, kLostBefore = 0x200;
constexpr std::uint8_t kInverseFirst = 0x03;  // 3F as direct convention has it, and its parity wrong (8.1)
Ring<std::uint16_t, 64> received;             // the character, and these

iso7816::Contacts contacts_now;
volatile bool dropped =
    false;  // by a handler: no contact is raised until the loop has taken note, which lowers them
volatile bool pulled = false;  // likewise, for present()

bool hears_itself = true;  // an emulated USART does not
bool is_sending = false;
Millis sending_until = 0;
volatile bool echo_due = false;
volatile bool refused = false;
volatile bool echo_came = false;  // of the last character sent
volatile bool first_due = false;  // the first character of an answer to reset, which tells the convention

bool is_in = false;  // debounced
Millis in_since = 0;

bool contact_says_in() { return is_high(kCardDetect) == kCardInHigh; }
// Below 2.7 V the card is outside its class, and so may the chip be.
bool supply_is_low() { return (pwr().csr & pwr_bits::kSupplyLow) != 0; }
void watch_supply() {
  start_clock(rcc().apb1enr, rcc_bits::kPwr);
  set_bits(pwr().cr, pwr_bits::kWatchSupply | pwr_bits::kBelow2V7);
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
  received.clear();
  is_sending = false;  // what was going out belongs to no request
  echo_due = false;
  allow_interrupt(kWiring.interrupt);
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

bool card_moved() { return contact_says_in() != is_in; }

void look_at_card() {
  if (!contact_says_in() && !hal::panel::on()) drop_card();
}

void on_supply_moved() {
  forget_edges(bit(kSupplyLine));
  if (supply_is_low()) drop_card();
}

void on_card_character() {
  if (received.full() && !echo_due)
    return hold_interrupt(kWiring.interrupt);  // until receive() has made room
  const std::uint32_t status = usart().sr;     // then DR: the two reads clear all flags (30.6.1)
  const auto character = static_cast<std::uint8_t>(usart().dr);
  using namespace usart_bits;
  // One that was lost while the one before it was taken leaves an overrun alone, and DR as it was.
  const bool wrong = (status & (kParityError | kFramingError)) != 0 || (status & kReceived) == 0;
  if (echo_due) {
    refused = (status & kFramingError) != 0;
    echo_due = false;
    echo_came = true;
  } else {
    const bool lost = (status & kOverrun) != 0;
    received.push(
        static_cast<std::uint16_t>(character | (wrong ? kWrongParity : 0) | (lost ? kLostBefore : 0)));
    // The next may begin half an etu from here: later than that the loop would tell.
    if (first_due && wrong && character == kInverseFirst) set_bits(usart().cr1, kOddParity);
    first_due = false;
  }
  work_left = true;
}

}  // namespace sesame::board

namespace sesame::hal::card {

using namespace board;

void init() {
  hears_itself = !emulated();
  start_usart(kWiring);
  using namespace usart_bits;
  usart().cr1 = kNineBits | kParity | kTransmit | kReceive | kReceiveInterrupt;
  set(iso7816::LineSettings{});
  allow_interrupt(kWiring.interrupt);

  make_output(kCardRst, false);
  make_output(kCardClk, false);
  make_output(kCardIo, false, Drive::open_drain);
  make_output(kCardVcc, !kCardVccOnHigh);
  make_input(kCardDetect, Pull::up);  // a switch to ground
  watch_supply();
}

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
  if (contacts.rst && !contacts_now.rst) {
    first_due = true;
    board::set(kCardRst, true);
  }
  contacts_now = contacts;
}

void set(const iso7816::LineSettings& settings) {
  using namespace usart_bits;
  // An etu is f / d periods of CLK, and BRR counts periods of the bus (30.3.4, OVER8 = 0).
  usart().brr = (settings.f * 2 * kPrescaler + settings.d / 2u) / settings.d;
  // With one and a half stop bits, which the error signal needs, the receiver is busy until 11.5 etu; a card
  // of T=1 may begin its next character at 11 (11.2). With one, a character of ours takes 11 etu, not 12.
  const bool half_more = settings.error_signal;
  usart().cr2 = kClock | (half_more ? kOneAndAHalfStop : 0);
  usart().gtpr = kPrescaler | (settings.guard + (half_more ? 0U : 1U)) << 8;
  usart().cr3 = kSmartcard | (settings.error_signal ? kNack : 0);
  const std::uint32_t even = usart().cr1 & ~kOddParity;
  usart().cr1 = settings.inverse ? even | kOddParity : even;
}

void send(std::uint8_t character) {
  sending_until = clock::now() + kLongestCharacter;
  is_sending = true;
  refused = false;
  echo_came = false;
  const InterruptsOff off;
  usart().sr = ~usart_bits::kComplete;  // that of the one before
  usart().dr = character;
  echo_due = hears_itself;
}

Sending sending() {
  if (!is_sending) return Sending::over;
  const Millis now = clock::now();
  const bool complete = (usart().sr & usart_bits::kComplete) != 0;
  if (complete) sending_until = std::min(sending_until, now + kLongestEcho);
  if ((!complete || echo_due) && now < sending_until) return Sending::busy;
  if (!complete) refused = true;
  echo_due = false;
  is_sending = false;
  return Sending::over;
}

bool taken() { return !refused; }
bool heard_itself() { return echo_came; }

std::optional<Character> receive() {
  const auto next = received.pop();
  if (!next) return std::nullopt;
  allow_interrupt(kWiring.interrupt);
  return Character{static_cast<std::uint8_t>(*next), (*next & kWrongParity) == 0, (*next & kLostBefore) != 0};
}

}  // namespace sesame::hal::card
