// The character protocol T=0, from the interface device's side: ISO 7816-3:2006, 10. One command TPDU and its
// answer.
//
//   header CLA INS P1 P2 P3, then procedure bytes:
//     INS        all data bytes that are left, out or in
//     INS ^ FF   one of them
//     60         nothing yet: the card asks for another waiting time
//     6x, 9x     SW1; SW2 follows, and the exchange is over
//
// A short APDU becomes a TPDU as in 12.2: case 1 with P3 = 00, case 4 without its Le. What the card then says
// with 61xx or 6Cxx is the answer, and the caller's to deal with (firmware/core/emv/t0_exchange.hpp).
//
// A character that the card does not take is repeated, and one that comes with a wrong parity is waited for
// again, as the hardware has signaled it (7.3): each at most kMaxRepeats times. NULLs (60) may come forever:
// the caller that drives the exchange bounds it as a whole.
#pragma once

#include <cstdint>

#include "firmware/core/iso7816/atr.hpp"
#include "firmware/core/iso7816/exchange.hpp"

namespace sesame::iso7816 {

// Waiting time integer, of TC2 (10.2); 10 where it is not given, or 00.
std::uint32_t waiting_integer(const Atr& atr);

class T0 final : public Exchange {
 public:
  static constexpr int kMaxRepeats = 3;

  // The work waiting time WI * 960 * Fi / f (10.2), in milliseconds.
  void configure(std::uint32_t waiting_time) { wait_ = waiting_time; }
  // A command that is not a short APDU ends at once with LinkError::protocol.
  void start(Bytes command, ResponseBuffer& response);

  std::uint8_t to_send() const override;
  void sent(bool taken) override;
  void received(std::uint8_t character, bool parity_ok) override;
  void silence() override;

 private:
  enum class State : std::uint8_t { header, procedure, data, sw2 };

  void procedure(std::uint8_t character);
  void transfer(std::uint16_t count);
  void transferred();
  void wrong_parity();
  void listen(State state);

  Bytes command_;
  ResponseBuffer* response_ = nullptr;
  std::uint16_t at_ = 0;     // the next byte of the command
  std::uint16_t left_ = 0;   // data bytes not yet transferred
  std::uint16_t burst_ = 0;  // of them, how many come before the next procedure byte
  State state_ = State::header;
  std::uint8_t repeats_ = 0;  // of one character
};

}  // namespace sesame::iso7816
