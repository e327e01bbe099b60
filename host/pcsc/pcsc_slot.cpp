#include "host/pcsc/pcsc_slot.hpp"

#include <reader.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "firmware/core/iso7816/atr.hpp"
#include "host/pcsc/errors.hpp"
#include "host/pcsc/pin_verify.hpp"
#include "host/pcsc/reader_watch.hpp"
#include "host/pcsc/readers.hpp"

namespace sesame::pcsc {

namespace {

constexpr DWORD kProtocols = SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1;
constexpr std::size_t kHeader = 4;

// How long a card that broke off may take to be seen to be gone: drivers that poll do so every 0.4 s.
constexpr auto kNoticeRemoval = std::chrono::milliseconds(1500);
// How long another program may have the card before that is an error; its leaving may go unnoticed.
constexpr std::chrono::milliseconds kPatienceWithOthers{1000}, kLookAgain{100};

// More than a response may have, so that one that has is noticed.
using Received = std::array<std::uint8_t, MAX_BUFFER_SIZE>;

class WipedCommand : public emv::CommandBuffer {
 public:
  WipedCommand() = default;
  WipedCommand(const WipedCommand&) = delete;
  WipedCommand& operator=(const WipedCommand&) = delete;
  ~WipedCommand() { wipe(); }
};

// ISO 7816-3:2006, 12.2: a TPDU of T=0 has no Le beside data (case 4; the card says 61xx), and a P3 of 0 where
// there is neither (case 1). False if it does not fit.
[[nodiscard]] bool put_tpdu(Bytes command, emv::CommandBuffer& out) {
  const std::size_t with_data = command.size() > kHeader + 1 ? kHeader + 1 + command[kHeader] : 0;
  if (with_data != 0 && command.size() == with_data + 1) return out.assign(command.first(with_data));
  return out.assign(command) && (command.size() != kHeader || out.push(0));
}

// What a pinpad answers instead of a status word of the card: PC/SC part 10, 2.5.2.
void expect_a_pin_was_sent(Bytes answer, const std::string& reader) {
  if (answer.size() != 2 || answer[0] != 0x64) return;
  const auto refuse = [&](const std::string& why) {
    throw Failure(Exit::refused, why + " at reader " + reader + ": nothing was sent to the card; try again");
  };
  switch (answer[1]) {
    case 0x00: refuse("no PIN in time"); break;
    case 0x01: refuse("cancelled"); break;
    case 0x02: refuse("the two PINs differ"); break;
    case 0x03: refuse("too few or too many digits"); break;
    default: break;
  }
}

}  // namespace

PcscSlot::PcscSlot(std::string reader, Language language) : reader_(std::move(reader)), language_(language) {}

PcscSlot::~PcscSlot() { deactivate(); }

SlotStatus PcscSlot::activate(emv::ResponseBuffer& answer) {
  answer.clear();
  if (!card_) {
    const LONG result = connect();
    if (result != SCARD_S_SUCCESS) return status_of(result);
  }
  return reconnect(SCARD_UNPOWER_CARD, answer);
}

// Whoever lists readers has each of them for a moment: worth a short wait.
LONG PcscSlot::connect() {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + kPatienceWithOthers;
  ReaderWatch others(context_, reader_);
  for (;;) {
    SCARDHANDLE card = 0;
    const LONG result = ::SCardConnect(context_.handle(), reader_.c_str(), SCARD_SHARE_EXCLUSIVE, kProtocols,
                                       &card, &protocol_);
    if (result == SCARD_S_SUCCESS) card_ = card;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    if (result != SCARD_E_SHARING_VIOLATION || left.count() <= 0) return result;
    others.changes(std::min(left, kLookAgain));
  }
}

SlotStatus PcscSlot::warm_reset(emv::ResponseBuffer& answer) {
  answer.clear();
  return card_ ? reconnect(SCARD_RESET_CARD, answer) : SlotStatus::mute;
}

SlotStatus PcscSlot::reconnect(DWORD initialisation, emv::ResponseBuffer& answer) {
  const LONG result = ::SCardReconnect(*card_, SCARD_SHARE_EXCLUSIVE, kProtocols, initialisation, &protocol_);
  return result == SCARD_S_SUCCESS ? read_atr(answer) : status_of(result);
}

SlotStatus PcscSlot::read_atr(emv::ResponseBuffer& answer) {
  std::array<std::uint8_t, MAX_ATR_SIZE> atr{};
  DWORD size = atr.size();
  const LONG result = ::SCardStatus(*card_, nullptr, nullptr, nullptr, nullptr, atr.data(), &size);
  return take(result, Bytes(atr).first(result == SCARD_S_SUCCESS ? size : 0), answer);
}

SlotStatus PcscSlot::transmit(Bytes command, emv::ResponseBuffer& answer) {
  answer.clear();
  if (!card_) return SlotStatus::mute;
  WipedCommand sent;
  const bool t0 = protocol_ == SCARD_PROTOCOL_T0;
  if (!(t0 ? put_tpdu(command, sent) : sent.assign(command))) return SlotStatus::garbled;

  Received received{};
  DWORD size = received.size();
  const LONG result = ::SCardTransmit(*card_, t0 ? SCARD_PCI_T0 : SCARD_PCI_T1, sent.data(), sent.size(),
                                      nullptr, received.data(), &size);
  return take(result, Bytes(received).first(result == SCARD_S_SUCCESS ? size : 0), answer);
}

SlotStatus PcscSlot::verify_on_pad(Bytes command, emv::ResponseBuffer& answer) {
  answer.clear();
  if (!card_) return SlotStatus::mute;
  const auto control = control_code(features(), FEATURE_VERIFY_PIN_DIRECT);
  if (!control) return SlotStatus::garbled;
  const auto order = pin_verify_structure(command, language_);

  Received received{};
  DWORD size = 0;
  const LONG result =
      ::SCardControl(*card_, *control, order.data(), order.size(), received.data(), received.size(), &size);
  const SlotStatus status = take(result, Bytes(received).first(result == SCARD_S_SUCCESS ? size : 0), answer);
  if (status == SlotStatus::ok) expect_a_pin_was_sent(answer, reader_);
  return status;
}

void PcscSlot::deactivate() {
  // Whatever it answers, the connection is over; a card that is gone has no power either.
  if (card_) ::SCardDisconnect(*card_, SCARD_UNPOWER_CARD);
  card_.reset();
}

bool PcscSlot::has_pinpad() { return pcsc::has_pinpad(features()); }

const Features& PcscSlot::features() {
  if (!features_ && card_) features_ = features_of(*card_);
  if (!features_) {
    features_ = features_of(context_, reader_);
    if (!features_) throw failure(SCARD_E_SHARING_VIOLATION, reader_);
  }
  return *features_;
}

SlotStatus PcscSlot::take(LONG result, Bytes received, emv::ResponseBuffer& answer) {
  if (result != SCARD_S_SUCCESS) return status_of(result);
  if (received.empty()) return broken_off();  // some drivers call it a success
  return received.size() >= 2 && answer.assign(received) ? SlotStatus::ok : SlotStatus::garbled;
}

SlotStatus PcscSlot::status_of(LONG result) {
  switch (result) {
    case SCARD_W_REMOVED_CARD:
    case SCARD_W_RESET_CARD:  // nobody else can have reset it: it was away, and is back
    case SCARD_E_NO_SMARTCARD: return SlotStatus::removed;
    case SCARD_W_UNRESPONSIVE_CARD:
    case SCARD_W_UNPOWERED_CARD: return SlotStatus::mute;
    case SCARD_W_UNSUPPORTED_CARD:
    case SCARD_E_CARD_UNSUPPORTED:
    case SCARD_E_INVALID_ATR:
    case SCARD_E_INSUFFICIENT_BUFFER: return SlotStatus::garbled;
    case SCARD_E_NOT_TRANSACTED:
    case SCARD_E_COMM_DATA_LOST: return broken_off();
    case SCARD_E_PROTO_MISMATCH:
      if (!has_valid_atr()) return SlotStatus::garbled;
      throw failure(result, reader_);
    default: throw failure(result, reader_);
  }
}

// pcscd finds no protocol in an ATR that is none.
bool PcscSlot::has_valid_atr() const {
  return static_cast<bool>(iso7816::parse_atr(reader_info(context_, reader_).atr));
}

// A card that is pulled in mid-command and one that falls silent look alike until the reader notices.
SlotStatus PcscSlot::broken_off() {
  return card_leaves(context_, reader_, kNoticeRemoval) ? SlotStatus::removed : SlotStatus::mute;
}

}  // namespace sesame::pcsc
