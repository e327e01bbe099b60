#include "host/pcsc/pcsc_slot.hpp"

#include <reader.h>

#include <algorithm>
#include <array>

#include "firmware/core/iso7816/atr.hpp"
#include "host/pcsc/errors.hpp"
#include "host/pcsc/library.hpp"
#include "host/pcsc/pin_verify.hpp"
#include "host/pcsc/readers.hpp"

namespace sesame::pcsc {

namespace {

constexpr std::size_t kHeader = 4;

// How long a card that broke off may take to be seen to be gone: drivers that poll do so every 0.4 s.
constexpr auto kNoticeRemoval = std::chrono::milliseconds(1500);

// A command, or an order to a pinpad: it may hold a PIN.
using Sent = SecretVector<std::uint8_t, kPinVerifyHeader + emv::kMaxCommand>;
// More than a response may have, so that one that has is noticed.
using Received = std::array<std::uint8_t, MAX_BUFFER_SIZE>;

// ISO 7816-3:2006, 12.2: a TPDU of T=0 has no Le beside data (case 4; the card says 61xx), and a P3 of 0
// where there is neither (case 1). False if it does not fit.
[[nodiscard]] bool put_tpdu(Bytes command, Sent& out) {
  const std::size_t with_data = command.size() > kHeader + 1 ? kHeader + 1 + command[kHeader] : 0;
  if (with_data != 0 && command.size() == with_data + 1) return out.assign(command.first(with_data));
  return out.assign(command) && (command.size() != kHeader || out.push(0));
}

// What a pinpad answers instead of a status word of the card: PC/SC part 10, 2.5.2.
void expect_a_pin_was_sent(Bytes answer, const std::string& reader) {
  if (answer.size() != 2 || answer[0] != 0x64) return;
  const auto refuse = [&](const std::string& why) {
    throw Failure(Failure::refused,
                  why + " at reader " + reader + ": nothing was sent to the card; try again");
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

// What a call takes and gives. It is its own, as the call may outlive the slot.
struct PcscSlot::Exchange {
  Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() { wipe(received.data(), received.size()); }

  Bytes answer() const { return Bytes(received).first(result == SCARD_S_SUCCESS ? size : 0); }

  Connection connection;
  DWORD what = 0;  // for SCardReconnect and SCardControl
  Sent sent;
  LONG result = SCARD_S_SUCCESS;
  Received received{};
  DWORD size = 0;
};

PcscSlot::PcscSlot(std::string reader, LanguageId language, SlotLimits limits)
    : reader_(std::move(reader)),
      language_(language),
      limits_(limits),
      context_(std::make_unique<Context>(limits.service)) {}

PcscSlot::~PcscSlot() { power_down(); }

SlotStatus PcscSlot::carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) {
  switch (request.kind) {
    case SlotRequest::Kind::activate: return power_up(answer);
    case SlotRequest::Kind::warm_reset:
      return connection_ ? reconnect(SCARD_RESET_CARD, answer) : SlotStatus::mute;
    case SlotRequest::Kind::transmit: return connection_ ? send(request.command, answer) : SlotStatus::mute;
    case SlotRequest::Kind::verify_on_pad:
      return connection_ ? order_pin(request.command, answer) : SlotStatus::mute;
    case SlotRequest::Kind::deactivate: power_down(); return SlotStatus::ok;
  }
  return SlotStatus::garbled;
}

SlotStatus PcscSlot::power_up(emv::ResponseBuffer& answer) {
  if (!have_context()) return SlotStatus::mute;
  if (!connection_) {
    Connection made;
    const LONG result = connect(*context_, reader_, SCARD_SHARE_EXCLUSIVE, kProtocols, limits_.others, made);
    if (result != SCARD_S_SUCCESS) return status_of(result);
    connection_ = made;
  }
  return reconnect(SCARD_UNPOWER_CARD, answer);
}

// A late call takes its context with it.
bool PcscSlot::have_context() {
  if (!context_->lost()) return true;
  if (context_->busy()) return false;
  context_ = std::make_unique<Context>(limits_.service);
  return true;
}

SlotStatus PcscSlot::reconnect(DWORD initialization, emv::ResponseBuffer& answer) {
  const auto exchange = std::make_shared<Exchange>();
  exchange->what = initialization;
  const bool ended = call(limits_.answer, exchange, [](Exchange& reset) {
    return library().SCardReconnect(reset.connection.card, SCARD_SHARE_EXCLUSIVE, kProtocols, reset.what,
                                    &reset.connection.protocol);
  });
  if (!ended) return SlotStatus::mute;
  if (exchange->result != SCARD_S_SUCCESS) return status_of(exchange->result);
  connection_ = exchange->connection;
  return read_atr(answer);
}

SlotStatus PcscSlot::read_atr(emv::ResponseBuffer& answer) {
  const auto exchange = std::make_shared<Exchange>();
  const bool ended = call(limits_.answer, exchange, [](Exchange& status) {
    status.size = MAX_ATR_SIZE;
    return library().SCardStatus(status.connection.card, nullptr, nullptr, nullptr, nullptr,
                                 status.received.data(), &status.size);
  });
  return ended ? take(*exchange, answer) : SlotStatus::mute;
}

SlotStatus PcscSlot::send(Bytes command, emv::ResponseBuffer& answer) {
  const auto exchange = std::make_shared<Exchange>();
  const bool t0 = connection_->protocol == SCARD_PROTOCOL_T0;
  if (!(t0 ? put_tpdu(command, exchange->sent) : exchange->sent.assign(command))) return SlotStatus::garbled;
  const bool ended = call(limits_.answer, exchange, [](Exchange& apdu) {
    apdu.size = apdu.received.size();
    const auto* protocol = apdu.connection.protocol == SCARD_PROTOCOL_T0 ? library().t0 : library().t1;
    return library().SCardTransmit(apdu.connection.card, protocol, apdu.sent.data(), apdu.sent.size(),
                                   nullptr, apdu.received.data(), &apdu.size);
  });
  return ended ? take(*exchange, answer) : SlotStatus::mute;
}

SlotStatus PcscSlot::order_pin(Bytes command, emv::ResponseBuffer& answer) {
  const auto control = control_code(features(), FEATURE_VERIFY_PIN_DIRECT);
  if (!control) return SlotStatus::garbled;
  const auto exchange = std::make_shared<Exchange>();
  exchange->what = *control;
  if (!exchange->sent.assign(pin_verify_structure(command, language_))) return SlotStatus::garbled;
  const bool ended = call(limits_.pad, exchange, [](Exchange& order) {
    return library().SCardControl(order.connection.card, order.what, order.sent.data(), order.sent.size(),
                                  order.received.data(), order.received.size(), &order.size);
  });
  if (!ended) {
    throw Failure(
        Failure::environment,
        "PIN entry at the pinpad has not ended; a PIN that is typed there now may still be sent: press "
        "cancel on it");
  }
  const SlotStatus status = take(*exchange, answer);
  if (status == SlotStatus::ok) expect_a_pin_was_sent(answer, reader_);
  return status;
}

// A card that is gone has no power either.
void PcscSlot::power_down() {
  if (connection_) disconnect(*context_, connection_->card, SCARD_UNPOWER_CARD);
  connection_.reset();
}

bool PcscSlot::has_pinpad() { return pcsc::has_pinpad(features()); }

const Features& PcscSlot::features() {
  if (!features_ && connection_) features_ = features_of(*context_, connection_->card);
  if (!features_) {
    features_ = features_of(*context_, reader_, limits_.others);
    if (!features_) throw failure(SCARD_E_SHARING_VIOLATION, reader_);
  }
  return *features_;
}

// False: it takes too long, and the connection is lost with it. Where that is not the card's doing: Failure.
bool PcscSlot::call(std::chrono::milliseconds limit, const std::shared_ptr<Exchange>& exchange,
                    LONG (*function)(Exchange&)) {
  exchange->connection = *connection_;
  const auto result =
      context_->call(limit, [exchange, function](SCARDCONTEXT) { return function(*exchange); });
  if (result) {
    exchange->result = *result;
    return true;
  }
  connection_.reset();
  expect_service(limits_.service);
  return false;
}

SlotStatus PcscSlot::take(const Exchange& exchange, emv::ResponseBuffer& answer) {
  if (exchange.result != SCARD_S_SUCCESS) return status_of(exchange.result);
  const Bytes received = exchange.answer();
  if (received.empty()) return broken_off();  // some drivers call it a success
  return received.size() >= 2 && answer.assign(received) ? SlotStatus::ok : SlotStatus::garbled;
}

SlotStatus PcscSlot::status_of(LONG result) {
  switch (result) {
    case SCARD_W_REMOVED_CARD:
    case SCARD_W_RESET_CARD:  // no other program can have reset it: it was away, and is back
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

// pcscd finds no protocol in an invalid ATR.
bool PcscSlot::has_valid_atr() const {
  return static_cast<bool>(iso7816::parse_atr(reader_info(*context_, reader_).atr));
}

// A card that is pulled in mid-command and one that falls silent look alike until the reader notices.
SlotStatus PcscSlot::broken_off() {
  return card_leaves(*context_, reader_, kNoticeRemoval) ? SlotStatus::removed : SlotStatus::mute;
}

}  // namespace sesame::pcsc
