// What the machines of the card's line have in common: the answer to reset, PPS, T=0, T=1. Each is a
// half-duplex exchange of characters: it has the turn and says what to send, or the card has it, for a
// waiting time. Sans-I/O, and without a clock: it says how long a silence may last, and is told when one
// lasted longer.
//
//   exchange.start(…);
//   while (exchange.turn() != Exchange::Turn::over) {
//     if (exchange.turn() == Exchange::Turn::ours) {
//       …send exchange.to_send(), then exchange.sent(whether the card took it);
//     } else {
//       …wait exchange.wait() milliseconds for a character: exchange.received(…), else exchange.silence();
//     }
//   }
//
// Characters are in logical form here, whatever the convention (ISO 7816-3:2006, 7.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "firmware/core/bytes.hpp"

namespace sesame::iso7816 {

enum class LinkError : std::uint8_t {
  none,
  mute,      // no answer to reset, or silence beyond a waiting time
  bad_atr,   // not an answer to reset, or one for a protocol that is not T=0 or T=1
  parity,    // a character came wrong, or was refused, too often
  protocol,  // what came is not in the protocol, and repeating did not help
  too_long,  // more bytes than an APDU has
};
std::string_view to_string(LinkError error);

// The longest response APDU: 256 bytes of data, SW1 SW2.
using ResponseBuffer = Buffer<258>;

// Waiting times in milliseconds, rounded up. `clock_hz` is at least 1 MHz (5.2.3).
constexpr std::uint32_t to_millis(std::uint32_t clocks, std::uint32_t clock_hz) {
  return clocks / (clock_hz / 1000) + 1;
}

class Exchange {
 public:
  enum class Turn : std::uint8_t { ours, cards, over };

  Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  Turn turn() const { return turn_; }
  std::uint32_t wait() const { return wait_; }  // the card's turn: how long until its next character, ms
  LinkError error() const { return error_; }    // once over

  // Our turn. An exchange that only listens never has it.
  virtual std::uint8_t to_send() const { return 0; }
  virtual void sent(bool /*taken*/) {}  // not taken: the card signaled a parity error (7.3)
  // The card's turn.
  virtual void received(std::uint8_t character, bool parity_ok) = 0;
  virtual void silence() = 0;

 protected:
  ~Exchange() = default;
  void end(LinkError error) {
    error_ = error;
    turn_ = Turn::over;
  }

  std::uint32_t wait_ = 0;
  Turn turn_ = Turn::over;

 private:
  LinkError error_ = LinkError::none;
};

}  // namespace sesame::iso7816
