// The card's side of T=1: ISO 7816-3:2006, 11. It asks for more time and aborts where it must; it never asks
// for another block size or a resynchronization, which are the reader's to ask for.
#pragma once

#include "host/card/iso7816/atr_parameters.hpp"
#include "host/card/iso7816/dialogue.hpp"

namespace sesame::card::iso7816 {

class T1Side final : public Dialogue {
 public:
  T1Side(CardSlot& card, Behavior& behavior, Outbox& outbox, const AtrParameters& parameters)
      : Dialogue(card, behavior, outbox), ifsc_(parameters.ifsc), crc_(parameters.crc) {}

  void received(std::uint8_t character, bool parity_ok) override;
  bool in_block() const override { return !block_.empty(); }
  void broke_off() override;

 private:
  static constexpr std::size_t kPrologue = 3;                 // NAD PCB LEN
  static constexpr std::size_t kLongest = 3 + 254 + 2;        // and what follows it
  enum class Awaited : std::uint8_t { nothing, wtx, abort };  // the response to an S-block of the card

  bool whole() const;
  bool code_fits() const;
  void take_block();
  void take_i(std::uint8_t pcb, Bytes information);
  void take_r(std::uint8_t pcb);
  void take_s(std::uint8_t pcb, Bytes information);
  void command_complete();
  void resynchronize();
  void refuse(std::uint8_t error);
  void send_i(unsigned times = 1);
  void send_r(std::uint8_t error);
  void send(std::uint8_t pcb, Bytes information, unsigned times = 1);
  void send_again(unsigned times = 1);

  std::size_t edc_size() const { return crc_ ? 2 : 1; }
  std::size_t left() const { return response_.size() - given_; }

  std::size_t ifsc_;
  std::size_t ifsd_ = 32;
  bool crc_;
  SecretVector<std::uint8_t, kLongest> block_;  // the one that comes
  bool parity_ok_ = true;                       // of all of it
  SecretVector<std::uint8_t, emv::kMaxCommand> command_;
  emv::ResponseBuffer response_;
  std::size_t given_ = 0;                      // of it, acknowledged
  std::size_t under_way_ = 0;                  // in the I-block that is not acknowledged; 0: none is
  std::uint8_t to_send_ = 0, to_receive_ = 0;  // N(S) of the next I-block either way
  Awaited awaited_ = Awaited::nothing;
  Buffer<kLongest> last_;  // the last block sent, without EDC
};

}  // namespace sesame::card::iso7816
