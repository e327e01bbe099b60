// The card in a PC/SC reader, as a card slot. It belongs to this slot alone from activate() to deactivate().
#pragma once

#include <optional>
#include <string>

#include "host/device/card_slot.hpp"
#include "host/pcsc/context.hpp"
#include "host/pcsc/features.hpp"
#include "host/pcsc/pin_verify.hpp"

namespace sesame::pcsc {

// What the calls answer: removed when the card is gone, or was in between; mute for a card without an ATR, or one
// that stops answering; garbled for no valid ATR, or a response of an impossible length. Everything else is no
// fault of the card's and throws Failure (environment): the reader or the PC/SC service is gone, another program
// has the card, no protocol fits.
// Nothing is ever sent twice: a PIN that a card did not answer to may have cost a try.
class PcscSlot final : public CardSlot {
 public:
  // `reader` is a name of list_readers(); its pinpad is asked to speak this language. Failure where there is no PC/SC
  // service.
  explicit PcscSlot(std::string reader, Language language = {'e', 'n'});
  PcscSlot(const PcscSlot&) = delete;
  PcscSlot& operator=(const PcscSlot&) = delete;
  ~PcscSlot() override;

  // Always powers the card down and up again: another program may have left it in the middle of something.
  SlotStatus activate(emv::ResponseBuffer& answer) override;
  SlotStatus warm_reset(emv::ResponseBuffer& answer) override;
  // In T=0 a command goes as its TPDU: ISO 7816-3:2006, 12.2. No time limit but the card's own.
  SlotStatus transmit(Bytes command, emv::ResponseBuffer& answer) override;
  // PC/SC part 10, 2.5.2: FEATURE_VERIFY_PIN_DIRECT, for a VERIFY of EMV's format 2. Failure (refused) where no
  // PIN was sent: none was typed, or somebody pressed cancel.
  SlotStatus verify_on_pad(Bytes command, emv::ResponseBuffer& answer) override;
  void deactivate() override;

  bool has_pinpad();

 private:
  LONG connect();
  SlotStatus read_atr(emv::ResponseBuffer& answer);
  SlotStatus reconnect(DWORD initialisation, emv::ResponseBuffer& answer);
  bool has_valid_atr() const;
  SlotStatus status_of(LONG result);
  SlotStatus broken_off();
  SlotStatus take(LONG result, Bytes received, emv::ResponseBuffer& answer);
  const Features& features();

  const std::string reader_;
  const Language language_;
  Context context_;
  std::optional<SCARDHANDLE> card_;
  DWORD protocol_ = SCARD_PROTOCOL_UNDEFINED;
  std::optional<Features> features_;
};

}  // namespace sesame::pcsc
