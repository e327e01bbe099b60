// The interface device of ISO 7816-3: everything between "activate the card" or "this command APDU" and the
// contacts and characters of the card slot. Sans-I/O: it says what the contacts and the line should be like,
// which character goes next and until when it waits; it is fed one character or one moment at a time.
//
//   link.activate(now);
//   while (!link.outcome()) {
//     …set the contacts to link.contacts(), the line to link.settings(), where they differ from before;
//     if (const auto character = link.to_send()) {   // one at a time, in the card's convention already
//       …send it, then link.sent(whether the card took it, now);
//     } else {
//       …wait for a character, at most until link.deadline():
//       link.received(character, parity_ok, now) or link.tick(now);
//     }
//   }
//
// Whatever comes, and whatever does not, every request ends within its waiting times: with the bytes, or with
// a named error (LinkError in exchange.hpp). Cold and warm reset: ISO 7816-3:2006, 6.2; answer to reset: 8;
// PPS: 9; T=0: 10; T=1: 11.
//
// A card that asks for time again and again (NULL at T=0, WTX at T=1), or talks without end, is given
// kLongestCommand and kMostCharacters. An answer to reset that is not one is asked for once more with a warm
// reset (EMV 4.3 Book 1, 8.4), and a PPS that fails is not tried again: the card is reset, and spoken to at
// its default rate. After an error, or an abandoned command, transmit() is `mute` at once until the card was
// reset.
#pragma once

#include <cstdint>
#include <optional>

#include "firmware/core/bytes.hpp"
#include "firmware/core/iso7816/atr_reception.hpp"
#include "firmware/core/iso7816/exchange.hpp"
#include "firmware/core/iso7816/pps.hpp"
#include "firmware/core/iso7816/t0.hpp"
#include "firmware/core/iso7816/t1.hpp"

namespace sesame::iso7816 {

using Millis = std::uint64_t;

// ISO 7816-3:2006, 5.2: C1, C3 and C2. I/O is the line.
struct Contacts {
  bool vcc = false;
  bool clk = false;
  bool rst = false;  // high: the card runs

  friend bool operator==(const Contacts&, const Contacts&) = default;
};

// How a character is made, on both sides of the line (7.2, 8.3).
struct LineSettings {
  std::uint16_t f = 372;      // clock rate conversion: an etu is f / d clock periods
  std::uint8_t d = 1;         // baud rate adjustment
  std::uint8_t guard = 0;     // etu beyond 12 between the characters sent: N of TC1, and 0 where that is 255
  bool inverse = false;       // parity is odd as the hardware counts it; the bits are the Link's business
  bool error_signal = false;  // T=0: a wrong parity is signaled, and the character comes again (7.3)

  friend bool operator==(const LineSettings&, const LineSettings&) = default;
};

// What the slot's hardware can do.
struct Interface {
  std::uint32_t clock_hz = 4'200'000;  // at CLK: 1 to 5 MHz (5.2.3)
  // The fastest the line can go, as etu of so many clock periods; PPS asks for no less. 372: no PPS.
  std::uint16_t least_clocks_per_etu = 372;
};

class Link {
 public:
  // Added to every waiting time, in ms: a host or an interrupt may be late, and patience does no harm.
  static constexpr std::uint32_t kSlack = 300;
  // What one command may take at most, in ms and in characters received, however often the card asks for
  // more.
  static constexpr std::uint32_t kLongestCommand = 120'000;
  static constexpr std::uint16_t kMostCharacters = 0xFFFF;

  explicit Link(const Interface& interface) : interface_(interface) {}
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  // A new request ends the one before it. The outcome's bytes are the ATR, the ATR, the response APDU,
  // nothing.
  void activate(Millis now);  // power up and cold reset, whatever went before
  void warm_reset(Millis now);
  // A command APDU of 4 to 261 bytes, which outlives the request. At T=0 the answer may be 61xx or 6Cxx.
  void transmit(Bytes command, Millis now);
  void deactivate(Millis now);  // 6.4; never fails
  // Nothing outstanding any more, contacts as they are.
  void abandon();

  // What the hardware should do, as functions of the state.
  Contacts contacts() const { return contacts_; }
  LineSettings settings() const { return settings_; }
  std::optional<std::uint8_t> to_send() const;  // the character as it stands on the line
  std::optional<Millis> deadline() const { return deadline_; }

  // What the hardware saw, in the order of the line: sent() before what the card answered to it. Outside a
  // request, and where none is expected, characters are dropped. tick() before the deadline does nothing. The
  // character of to_send() is out; not taken: the card signaled an error.
  void sent(bool taken, Millis now);
  void received(std::uint8_t character, bool parity_ok, Millis now);
  void tick(Millis now);

  struct Outcome {
    LinkError error = LinkError::none;
    Bytes bytes;  // points into the link, until the next request
  };
  std::optional<Outcome> outcome() const;  // once the request has ended

 private:
  enum class Phase : std::uint8_t {
    idle,   // nothing outstanding
    off,    // a cold reset begins: no power
    reset,  // power and clock, RST low
    atr,
    pps,
    apdu,
    ended,  // with an outcome
  };
  enum class Protocol : std::uint8_t { none, t0, t1 };
  enum class Rate : std::uint8_t { initial, of_ta1 };

  bool outstanding() const { return phase_ != Phase::idle && phase_ != Phase::ended; }
  void begin();
  void power_off(Millis now);
  void hold_reset(Millis now);
  void release_reset(Millis now);

  void converse(Phase phase, Exchange& exchange, Millis now);
  void go_on(Millis now);
  void waited(Millis now);
  void wait(std::uint32_t millis, Millis now);
  void exchange_over(Millis now);

  void atr_over(Millis now);
  void bad_atr(Millis now);
  void pps_over(Millis now);
  bool choose(const Atr& atr);
  bool can(const Atr& atr) const;
  void settle(const Atr& atr, Rate rate, Millis now);
  void finish(LinkError error);

  Interface interface_;
  Contacts contacts_;
  LineSettings settings_;
  std::optional<Millis> deadline_;
  Millis limit_ = 0;  // when this phase ends, whatever comes
  AtrReception atr_;
  Pps pps_;
  T0 t0_;
  T1 t1_;
  Exchange* exchange_ = nullptr;  // one of these, in the phases that have characters
  ResponseBuffer response_;       // the ATR, or the response APDU
  std::uint16_t characters_ = 0;  // received in this request
  Phase phase_ = Phase::idle;
  Protocol protocol_ = Protocol::none;  // what the card and we speak, once that is settled
  LinkError error_ = LinkError::none;
  bool pausing_ = false;  // our turn, but the card is not ready yet
  bool warm_ = false;     // the last reset was a warm one
  bool pps_failed_ = false;
};

}  // namespace sesame::iso7816
