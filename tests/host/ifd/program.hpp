// A PC/SC program.
#pragma once

#include <reader.h>
#include <winscard.h>

#include <array>
#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

namespace sesame::ifd::test {

using Octets = std::vector<std::uint8_t>;
using Clock = std::chrono::steady_clock;

inline Octets hex(const std::string& text) {
  Octets out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    out.push_back(static_cast<std::uint8_t>(std::stoi(text.substr(i, 2), nullptr, 16)));
  }
  return out;
}

inline std::string text(const std::uint8_t* bytes, std::size_t size) {
  constexpr const char* kDigits = "0123456789ABCDEF";
  std::string out;
  for (std::size_t i = 0; i < size; ++i) {
    out += kDigits[bytes[i] >> 4];
    out += kDigits[bytes[i] & 15];
  }
  return out;
}

class Program {
 public:
  // The reader of this friendly name is the daemon's first, or its second.
  explicit Program(const std::string& friendly, bool second = false)
      : reader_(friendly + (second ? " 01 00" : " 00 00")) {
    if (::SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context_) != SCARD_S_SUCCESS) {
      throw std::runtime_error("no daemon");
    }
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    disconnect();
    ::SCardReleaseContext(context_);
  }

  // Waits until the card is there, or not; whether it came to that, and so does how long it took.
  bool wait_until(bool present, std::chrono::milliseconds patience = std::chrono::seconds(20)) {
    const auto start = Clock::now();
    SCARD_READERSTATE state{};
    state.szReader = reader_.c_str();
    for (;;) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(start + patience - Clock::now());
      const DWORD wanted = present ? SCARD_STATE_PRESENT : SCARD_STATE_EMPTY;
      if ((state.dwEventState & wanted) != 0) {
        took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
        return true;
      }
      if (left.count() <= 0) return false;
      state.dwCurrentState = state.dwEventState;
      const LONG changed = ::SCardGetStatusChange(context_, static_cast<DWORD>(left.count()), &state, 1);
      if (changed != SCARD_S_SUCCESS && changed != SCARD_E_TIMEOUT) return false;
    }
  }

  LONG connect(DWORD share = SCARD_SHARE_SHARED) {
    return ::SCardConnect(context_, reader_.c_str(), share, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card_,
                          &protocol);
  }
  LONG connect_to_reader() {
    return ::SCardConnect(context_, reader_.c_str(), SCARD_SHARE_DIRECT, 0, &card_, &protocol);
  }
  LONG reconnect(DWORD how) {
    return ::SCardReconnect(card_, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, how, &protocol);
  }
  void disconnect(DWORD how = SCARD_LEAVE_CARD) {
    if (card_ != 0) ::SCardDisconnect(card_, how);
    card_ = 0;
  }

  // The card's answer in hex; of another outcome its name.
  std::string transmit(const std::string& command) {
    const Octets bytes = hex(command);
    std::array<BYTE, 300> answer{};
    DWORD size = answer.size();
    code = ::SCardTransmit(card_, protocol == SCARD_PROTOCOL_T1 ? SCARD_PCI_T1 : SCARD_PCI_T0, bytes.data(),
                           bytes.size(), nullptr, answer.data(), &size);
    return code == SCARD_S_SUCCESS ? text(answer.data(), size) : pcsc_stringify_error(code);
  }
  std::string control(DWORD control_code, const Octets& input = {}) {
    std::array<BYTE, 300> answer{};
    DWORD size = 0;
    code =
        ::SCardControl(card_, control_code, input.data(), input.size(), answer.data(), answer.size(), &size);
    return code == SCARD_S_SUCCESS ? text(answer.data(), size) : pcsc_stringify_error(code);
  }
  std::string atr() {
    std::array<BYTE, MAX_ATR_SIZE> bytes{};
    DWORD size = bytes.size();
    code = ::SCardStatus(card_, nullptr, nullptr, nullptr, nullptr, bytes.data(), &size);
    return code == SCARD_S_SUCCESS ? text(bytes.data(), size) : pcsc_stringify_error(code);
  }
  // FEATURE_VERIFY_PIN_DIRECT's control code, as the reader says.
  DWORD verify_pin_code() {
    const Octets features = hex(control(CM_IOCTL_GET_FEATURE_REQUEST));
    for (std::size_t i = 0; i + 6 <= features.size(); i += 6) {
      if (features[i] != FEATURE_VERIFY_PIN_DIRECT) continue;
      DWORD out = 0;
      for (std::size_t k = 2; k < 6; ++k) out = out << 8 | features[i + k];
      return out;
    }
    throw std::runtime_error("the reader has no pinpad");
  }

  std::chrono::milliseconds took{};
  LONG code = SCARD_S_SUCCESS;
  DWORD protocol = 0;

 private:
  std::string reader_;
  SCARDCONTEXT context_ = 0;
  SCARDHANDLE card_ = 0;
};

inline const std::string kAtr = "3B6500005345534D01", kSelect = "00A4040007A0000000048002",
                         kGetProcessingOptions = "80A80000028300";

// PIN_VERIFY_STRUCTURE for a VERIFY with an EMV PIN block.
inline Octets pin_order(std::uint8_t timeout = 0) {
  Octets order =
      hex("00008947040C0402010C04000000000D0000000020008008"
          "20FFFFFFFFFFFFFF");
  order[0] = timeout;
  return order;
}

}  // namespace sesame::ifd::test
