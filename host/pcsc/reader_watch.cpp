#include "host/pcsc/reader_watch.hpp"

#include "host/pcsc/errors.hpp"

namespace sesame::pcsc {

ReaderWatch::ReaderWatch(const Context& context, std::string reader)
    : context_(context), reader_(std::move(reader)) {
  changes(std::chrono::milliseconds(0));
}

bool ReaderWatch::changes(std::optional<std::chrono::milliseconds> limit) {
  SCARD_READERSTATE state{};
  state.szReader = reader_.c_str();
  state.dwCurrentState = state_;
  const DWORD wait = limit ? static_cast<DWORD>(limit->count()) : INFINITE;
  const LONG result = ::SCardGetStatusChange(context_.handle(), wait, &state, 1);
  if (result == SCARD_E_TIMEOUT) return false;
  if (result != SCARD_S_SUCCESS) throw failure(result, reader_);
  if ((state.dwEventState & (SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE)) != 0) {
    throw failure(SCARD_E_READER_UNAVAILABLE, reader_);
  }
  state_ = state.dwEventState & ~static_cast<DWORD>(SCARD_STATE_CHANGED);
  return true;
}

}  // namespace sesame::pcsc
