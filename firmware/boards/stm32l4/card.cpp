// The card slot on a USART in smartcard mode (RM0351, USART). What cannot be read from the registers:
// - The line is one wire, so that the USART hears what it sends: that is dropped. It must hear it, because
//   the stop bit of its own character is where a parity error signaled by the card shows.
// - Settings can be written while UE = 0 only. CK goes on, but the character on the line is lost: nothing is
//   written that does not change. What changes while a card sends is the parity alone, between its TS and the
//   character after it: in the interrupt, as the loop may be busy drawing.
// - With the error signal on, the USART repeats by itself what the card refuses, and lets the card repeat
//   what comes wrong: kRepeats times, after which the core is told of each as if it had counted them.
#include "firmware/hal/card.hpp"

#include <algorithm>

#include "firmware/boards/stm32/interrupts.hpp"
#include "firmware/boards/stm32/ring.hpp"
#include "firmware/boards/stm32/slot.hpp"
#include "firmware/boards/stm32l4/usart.hpp"
#include "firmware/generated/board.hpp"
#include "firmware/hal/clock.hpp"

namespace sesame::board {
namespace {

using hal::clock::Millis;

constexpr UsartWiring kWiring = usart_wiring(kCardUsart);
Usart& usart() { return at<Usart>(kWiring.address); }

// CLK is the bus clock divided by 2 PSC (GTPR).
constexpr std::uint32_t kPrescaler = kWiring.bus_hz / (2 * kCardClockHz);
static_assert(kWiring.bus_hz % (2 * kCardClockHz) == 0 && kPrescaler >= 1 && kPrescaler <= kMostPrescale,
              "the card clock is the bus clock divided by an even number up to 30: BRR has 16 bits");
static_assert(kCardClockHz >= 1'000'000 && kCardClockHz <= 5'000'000, "ISO 7816-3:2006, 5.2.3");

// A character of 12 etu and 254 more, at the slowest etu there is, 2048 clocks of 1 MHz, and its repeats.
constexpr Millis kLongestCharacter = 700;
constexpr Millis kLongestEcho = 2;  // after TC
constexpr std::uint32_t kRepeats = iso7816::T0::kMaxRepeats;

constexpr std::uint16_t kWrongParity = 0x100, kLostBefore = 0x200;
Ring<std::uint16_t, 64> received;  // the character, and these

bool is_sending = false;
Millis sending_until = 0;
volatile bool echo_due = false;
volatile bool refused = false;
volatile bool echo_came = false;  // of the last character sent
std::uint8_t wrong_left = 0;      // of the times that the last character came wrong

volatile bool ts_due = false;                      // the next character is the first after a reset
constexpr std::uint8_t kInverseTsAsDirect = 0x03;  // 3F of an inverse card, and its parity is wrong

// The registers that make a character, and the way they change.
struct Format {
  std::uint32_t cr1, cr2, cr3, brr, gtpr;
};

Format format_of(const iso7816::LineSettings& settings) {
  using namespace usart_bits;
  // The error signal is looked for 1.5 stop bits long, to 11.5 etu; a card at T=1 may begin its next
  // character at 11. The guard time begins half an etu after the stop bits.
  const bool signals = settings.error_signal;
  const std::uint32_t guard = settings.guard + (signals ? 0u : 1u);
  return {
      .cr1 = kNineBits | kParity | kTransmit | kReceive | kReceiveInterrupt |
             (settings.inverse ? kOddParity : 0),
      .cr2 = kClock | (signals ? kOneAndAHalfStop : 0),
      .cr3 = kSmartcard | (signals ? kNack | kRepeats << kRepeatsShift : 0),
      // An etu is f / d periods of CLK, and BRR counts periods of the bus (OVER8 = 0).
      .brr = (settings.f * 2 * kPrescaler + settings.d / 2u) / settings.d,
      .gtpr = kPrescaler | guard << 8,
  };
}

// The order in which CK is not disturbed (CR2, CLKEN).
void write(const Format& format) {
  const std::uint32_t enabled = usart().cr1 & usart_bits::kEnable;
  clear_bits(usart().cr1, usart_bits::kEnable);
  usart().cr3 = format.cr3;
  usart().gtpr = format.gtpr;
  usart().brr = format.brr;
  usart().cr2 = format.cr2;
  usart().cr1 = format.cr1;
  set_bits(usart().cr1, enabled);
}

// CR2 changes with CR3.
bool stands(const Format& format) {
  return (usart().cr1 & ~usart_bits::kEnable) == format.cr1 && usart().cr3 == format.cr3 &&
         usart().gtpr == format.gtpr && usart().brr == format.brr;
}

bool signals_errors() { return (usart().cr3 & usart_bits::kNack) != 0; }

void expect_parity(bool odd) {
  using namespace usart_bits;
  const std::uint32_t before = usart().cr1;
  if (((before & kOddParity) != 0) == odd) return;
  usart().cr1 = before & ~kEnable;
  usart().cr1 = (before ^ kOddParity) & ~kEnable;
  usart().cr1 = before ^ kOddParity;
}

}  // namespace

void on_rst_low() {
  received.clear();
  wrong_left = 0;
  is_sending = false;  // what was going out belongs to no request
  echo_due = false;
  refused = false;
  expect_parity(false);
  allow_interrupt(kWiring.interrupt);
}
void before_rst_high() { ts_due = true; }

void on_card_character() {
  if (received.full() && !echo_due)
    return hold_interrupt(kWiring.interrupt);  // until receive() has made room
  using namespace usart_bits;
  const std::uint32_t status = usart().isr;
  const auto character = static_cast<std::uint8_t>(usart().rdr);
  usart().icr = status & (kParityError | kFramingError | kOverrun | kNoise);  // no more than was seen
  if (echo_due) {
    // The manual does not say whether each refusal is heard, or the last alone: what is not refused is the
    // end.
    refused = signals_errors() && (status & kFramingError) != 0;
    echo_due = refused;
    echo_came = true;
  } else {
    // An overrun alone says that one was lost, and RDR is as it was.
    const bool wrong = (status & (kParityError | kFramingError)) != 0 || (status & kReceived) == 0;
    const bool lost = (status & kOverrun) != 0;
    received.push(
        static_cast<std::uint16_t>(character | (wrong ? kWrongParity : 0) | (lost ? kLostBefore : 0)));
    if (wrong && ts_due && character == kInverseTsAsDirect) expect_parity(true);
  }
  ts_due = false;
  work_left = true;
}

}  // namespace sesame::board

namespace sesame::hal::card {

using namespace board;

void init() {
  start_usart(kWiring);
  set(iso7816::LineSettings{});
  allow_interrupt(kWiring.interrupt);
  init_slot();
}

void set(const iso7816::LineSettings& settings) {
  const Format format = format_of(settings);
  const InterruptsOff off;  // the handlers write CR1, too
  if (!stands(format)) write(format);
}

void send(std::uint8_t character) {
  // Refused as often as may be: what the core offers again is refused again, without the card.
  if (refused && signals_errors()) return;
  refused = false;
  echo_came = false;
  sending_until = clock::now() + kLongestCharacter;
  is_sending = true;
  const InterruptsOff off;
  usart().icr = usart_bits::kComplete;
  usart().tdr = character;
  echo_due = true;
}

Sending sending() {
  if (!is_sending) return Sending::over;
  const Millis now = clock::now();
  const std::uint32_t status = usart().isr;
  const bool complete = (status & usart_bits::kComplete) != 0;
  if (complete) sending_until = std::min(sending_until, now + kLongestEcho);
  if ((!complete || echo_due) && now < sending_until) return Sending::busy;
  if (!complete || (echo_due && signals_errors() && (status & usart_bits::kFramingError) != 0))
    refused = true;
  echo_due = false;
  is_sending = false;
  return Sending::over;
}

bool taken() { return !refused; }
bool heard_itself() { return echo_came; }

std::optional<Character> receive() {
  if (wrong_left > 0) {
    --wrong_left;
    return Character{0, false};
  }
  const auto next = received.pop();
  if (!next) return std::nullopt;
  allow_interrupt(kWiring.interrupt);
  const bool parity_ok = (*next & kWrongParity) == 0;
  if (!parity_ok && signals_errors()) wrong_left = kRepeats;
  return Character{static_cast<std::uint8_t>(*next), parity_ok, (*next & kLostBefore) != 0};
}

}  // namespace sesame::hal::card
