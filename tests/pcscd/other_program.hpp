// Another program on the machine, which shares its reader.
#pragma once

#include <winscard.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace sesame::pcscd {

class OtherProgram {
 public:
  explicit OtherProgram(const std::string& reader, DWORD share = SCARD_SHARE_SHARED)
      : result_(::SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context_)) {
    if (result_ == SCARD_S_SUCCESS) result_ = wait_for_card(reader);
    DWORD protocol = 0;
    if (result_ == SCARD_S_SUCCESS) {
      result_ = ::SCardConnect(context_, reader.c_str(), share, SCARD_PROTOCOL_ANY, &card_, &protocol);
    }
  }
  OtherProgram(const OtherProgram&) = delete;
  OtherProgram& operator=(const OtherProgram&) = delete;
  ~OtherProgram() { ::SCardReleaseContext(context_); }

  LONG result() const { return result_; }  // of its connection
  LONG transmit(const std::vector<std::uint8_t>& command) const {
    std::array<std::uint8_t, MAX_BUFFER_SIZE> answer{};
    DWORD size = answer.size();
    return ::SCardTransmit(card_, SCARD_PCI_T0, command.data(), command.size(), nullptr, answer.data(),
                           &size);
  }
  // From here on no other program gets at the card, and one that wants to connect to it waits.
  LONG begin_transaction() const { return ::SCardBeginTransaction(card_); }
  void end_transaction() const { ::SCardEndTransaction(card_, SCARD_LEAVE_CARD); }
  void leave_card() const { ::SCardDisconnect(card_, SCARD_LEAVE_CARD); }

 private:
  // pcscd looks into its readers now and then: a card is there for its clients later than for who inserted
  // it.
  LONG wait_for_card(const std::string& reader) const {
    SCARD_READERSTATE state{};
    state.szReader = reader.c_str();
    LONG result = SCARD_S_SUCCESS;
    while (result == SCARD_S_SUCCESS && (state.dwEventState & SCARD_STATE_PRESENT) == 0) {
      state.dwCurrentState = state.dwEventState;
      result = ::SCardGetStatusChange(context_, kPatienceMs, &state, 1);
    }
    return result;
  }

  static constexpr DWORD kPatienceMs = 10'000;

  SCARDCONTEXT context_ = 0;
  SCARDHANDLE card_ = 0;
  LONG result_;
};

}  // namespace sesame::pcscd
