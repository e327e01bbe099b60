// The block protocol T=1, from the interface device's side: ISO 7816-3:2006, 11. One command APDU out, in as
// many I-blocks as the card's IFSC makes of it, one response APDU in; sequence numbers go on from one to the
// next.
//
//   NAD 00 | PCB | LEN | INF, 0 to 254 | LRC or CRC
//
// Before the first I-block S(IFS request) tells the card that blocks of 254 bytes may come (EMV 4.3 Book
// 1, 9.2.4).
//
// What is wrong (parity, EDC, form, a sequence number, silence) is answered by the rules of 11.6.3: the same
// S-request again, or an R-block for what is missing, or the I-block that the card asks for again; not before
// the line has been quiet for the character waiting time, and kMaxRepeats times at most. Then S(RESYNCH
// request), kMaxResynchs times at most, and the command from its first block; but not where the card may have
// acted on the command already: it may carry a PIN, and a PIN is sent once. That, and a second failure, end
// the exchange with `mute` or `protocol`; so does an abort by the card. After an error the card wants a
// reset. WTX may be asked for forever: the caller that drives the exchange bounds it as a whole.
#pragma once

#include <cstdint>
#include <optional>

#include "firmware/core/iso7816/atr.hpp"
#include "firmware/core/iso7816/exchange.hpp"

namespace sesame::iso7816 {

class T1 final : public Exchange {
 public:
  static constexpr std::uint8_t kIfsd = 254;
  static constexpr int kMaxRepeats = 3;
  static constexpr int kMaxResynchs = 3;

  struct Parameters {
    std::uint32_t bwt = 0;   // block waiting time, ms
    std::uint32_t cwt = 0;   // character waiting time, ms
    std::uint8_t ifsc = 32;  // the longest INF the card takes
    bool crc = false;        // else LRC
  };

  // After a reset, before the first command.
  void configure(const Parameters& parameters);
  void start(Bytes command, ResponseBuffer& response);

  std::uint8_t to_send() const override;
  void sent(bool taken) override;
  void received(std::uint8_t character, bool parity_ok) override;
  void silence() override;

 private:
  enum class State : std::uint8_t {
    sending,
    waiting,    // for a block: BWT
    receiving,  // CWT
    draining,   // a bad block, until the line is quiet: CWT
  };

  void send_command();
  void send_next();
  void send_information();
  void send_missing();
  void ask(std::uint8_t request);
  void reply();
  void begin_block(std::uint8_t pcb, std::uint8_t length);
  void block_sent();

  void take_information(std::uint8_t character);
  void spoil(std::uint8_t error);
  void block_received();
  void take_i_block();
  void take_r_block();
  void take_s_block();
  void answered();
  void again(LinkError why, bool information = false);
  void give_up(LinkError why);

  bool more() const { return std::size_t{at_} + chunk_ < command_.size(); }
  std::uint16_t edc_add(std::uint8_t character) const;
  std::uint8_t edc_length() const { return parameters_.crc ? 2 : 1; }
  void begin_edc() { edc_ = parameters_.crc ? 0xFFFF : 0x00; }

  Bytes command_;
  ResponseBuffer* response_ = nullptr;
  Parameters parameters_;
  std::uint16_t kept_ = 0;                               // bytes of the response from blocks that were good
  std::uint16_t at_ = 0;                                 // where the current I-block begins in the command
  std::uint16_t edc_ = 0;                                // of the block that is being sent or received
  std::uint16_t index_ = 0;                              // in that block
  std::uint8_t pcb_ = 0, length_ = 0, information_ = 0;  // of that block; INF of an S-block
  std::uint8_t chunk_ = 0;                               // INF of the current I-block
  std::uint8_t ifsc_ = 0;
  std::uint8_t wtx_ = 1;      // block waiting time multiplier, until the next block
  std::uint8_t request_ = 0;  // PCB of the S-request that waits for its response; 0: none
  std::uint8_t flaw_ = 0;     // what the next R-block says was wrong
  std::uint8_t failures_ = 0;
  State state_ = State::sending;
  bool ns_ = false;          // N(S) of our current or next I-block
  bool nr_ = false;          // N(S) of the card's next one
  bool introduced_ = false;  // S(IFS request) was sent
  bool resynched_ = false;   // in this exchange
  bool replied_ = false;     // the card has begun to answer: all of the command is taken
  bool acted_ = false;       // the card may have the whole command
  bool overflow_ = false;    // the block that is being received does not fit
};

// From the interface bytes after the first TDi that says T=1 (11.4.2 to 11.4.4). `clocks_per_etu` is f / d.
// Nothing where a value is not allowed: IFSC 00 or FF, BWI above 9.
std::optional<T1::Parameters> t1_parameters(const Atr& atr, std::uint32_t f, std::uint32_t d,
                                            std::uint32_t clock_hz);

}  // namespace sesame::iso7816
