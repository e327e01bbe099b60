// The card in a PC/SC reader, as a card slot. It belongs to this slot alone from activate() to deactivate().
//
// Every call ends in time, whatever the card, the reader, another program or the PC/SC service does. One that
// takes too long goes on without a caller (host/pcsc/context.hpp).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "host/card/slot.hpp"
#include "host/pcsc/context.hpp"
#include "host/pcsc/features.hpp"
#include "host/pcsc/pin_verify.hpp"

namespace sesame::pcsc {

struct SlotLimits {
  std::chrono::milliseconds answer{20'000};  // to a reset or a command
  std::chrono::milliseconds pad{300'000};    // to a PIN that is typed at the reader's own pinpad
  std::chrono::milliseconds others = kPatienceWithOthers;  // for another program to let go of the card
  std::chrono::milliseconds service = kServicePatience;
};

// What the calls answer: removed when the card is gone, or was in between; mute for a card without an ATR, or
// one that stops answering; garbled for no valid ATR, or a response of an impossible length. Everything else
// is no fault of the card's and throws Failure (environment): the reader or the PC/SC service is gone, or the
// service does not answer; another program has the card, no protocol fits. As long as a late call is under
// way all of them are mute. Nothing is ever sent twice: a PIN that a card did not answer to may have cost a
// try.
class PcscSlot final : public CardSlot {
 public:
  // `reader` is a name of list_readers(); its pinpad is asked to speak this language. Failure where there is
  // no PC/SC service.
  explicit PcscSlot(std::string reader, LanguageId language = kEnglish, SlotLimits limits = {});
  PcscSlot(const PcscSlot&) = delete;
  PcscSlot& operator=(const PcscSlot&) = delete;
  ~PcscSlot() override;

  // activate always powers the card down and up again: another program may have left it in the middle of
  // something. transmit sends a command in T=0 as its TPDU: ISO 7816-3:2006, 12.2. verify_on_pad is
  // FEATURE_VERIFY_PIN_DIRECT of PC/SC part 10, 2.5.2, for a VERIFY of EMV's format 2. Failure (refused)
  // where no PIN was sent: none was typed, or cancel was pressed. Failure (environment) where the pad takes
  // too long: its order cannot be taken back, and it may still send a PIN.
  SlotStatus carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) override;

  bool has_pinpad();

 private:
  struct Exchange;

  SlotStatus power_up(emv::ResponseBuffer& answer);
  void power_down();
  SlotStatus send(Bytes command, emv::ResponseBuffer& answer);
  SlotStatus order_pin(Bytes command, emv::ResponseBuffer& answer);
  bool have_context();
  bool call(std::chrono::milliseconds limit, const std::shared_ptr<Exchange>& exchange,
            LONG (*function)(Exchange&));
  SlotStatus take(const Exchange& exchange, emv::ResponseBuffer& answer);
  SlotStatus read_atr(emv::ResponseBuffer& answer);
  SlotStatus reconnect(DWORD initialization, emv::ResponseBuffer& answer);
  bool has_valid_atr() const;
  SlotStatus status_of(LONG result);
  SlotStatus broken_off();
  const Features& features();

  const std::string reader_;
  const LanguageId language_;
  const SlotLimits limits_;
  std::unique_ptr<Context> context_;
  std::optional<Connection> connection_;
  std::optional<Features> features_;
};

}  // namespace sesame::pcsc
