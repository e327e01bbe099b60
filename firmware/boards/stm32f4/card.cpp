// The card slot on a USART in smartcard mode (RM0090, 30.3.11). Three things that cannot be read from the
// registers:
// - The line is one wire, so that the USART hears what it sends: that is dropped. It must hear it, because
//   the stop bit of its own character is where a parity error signaled by the card shows, as a framing error.
// - UE = 0 would stop the clock at the card: while the card has power, settings are changed with UE = 1.
// - An emulated USART knows nothing of smartcard mode: it is done at once, and hears nothing of itself.
#include "firmware/hal/card.hpp"

#include <algorithm>

#include "firmware/boards/stm32/interrupts.hpp"
#include "firmware/boards/stm32/ring.hpp"
#include "firmware/boards/stm32/slot.hpp"
#include "firmware/boards/stm32f4/usart.hpp"
#include "firmware/generated/board.hpp"
#include "firmware/hal/clock.hpp"

namespace sesame::board {
namespace {

using hal::clock::Millis;

constexpr UsartWiring kWiring = usart_wiring(kCardUsart);
Usart& usart() { return at<Usart>(kWiring.address); }

// CLK is the bus clock divided by 2 PSC (30.6.7).
constexpr std::uint32_t kPrescaler = kWiring.bus_hz / (2 * kCardClockHz);
static_assert(kWiring.bus_hz % (2 * kCardClockHz) == 0 && kPrescaler >= 1 && kPrescaler <= kMostPrescale &&
                  2 * kMostPrescale * 2048 <= 0xFFFF,
              "the card clock is the bus clock divided by an even number up to 30: BRR has 16 bits");
static_assert(kCardClockHz >= 1'000'000 && kCardClockHz <= 5'000'000, "ISO 7816-3:2006, 5.2.3");

// A character of 12 etu and 254 more, at the slowest etu there is: 2048 clocks of 1 MHz, and then some.
constexpr Millis kLongestCharacter = 600;
constexpr Millis kLongestEcho = 2;  // after TC

constexpr std::uint16_t kWrongParity = 0x100, kLostBefore = 0x200;
constexpr std::uint8_t kInverseFirst = 0x03;  // 3F as direct convention has it, and its parity wrong (8.1)
Ring<std::uint16_t, 64> received;             // the character, and these

bool hears_itself = true;  // an emulated USART does not
bool is_sending = false;
Millis sending_until = 0;
volatile bool echo_due = false;
volatile bool refused = false;
volatile bool echo_came = false;  // of the last character sent
volatile bool first_due = false;  // the first character of an answer to reset, which tells the convention

}  // namespace

void on_rst_low() {
  received.clear();
  is_sending = false;  // what was going out belongs to no request
  echo_due = false;
  allow_interrupt(kWiring.interrupt);
}
void before_rst_high() { first_due = true; }

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
  init_slot();
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
