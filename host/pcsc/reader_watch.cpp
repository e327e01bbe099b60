#include "host/pcsc/reader_watch.hpp"

#include "host/pcsc/errors.hpp"
#include "host/pcsc/library.hpp"

namespace sesame::pcsc {

ReaderWatch::ReaderWatch(const Context& context, std::string reader)
    : context_(context), reader_(std::move(reader)) {
  changes(std::chrono::milliseconds(0));
}

bool ReaderWatch::changes(std::optional<std::chrono::milliseconds> limit) {
  struct Change {
    LONG result;
    DWORD state;
  };
  const DWORD wait = limit ? static_cast<DWORD>(limit->count()) : INFINITE;
  const auto patience = limit ? std::optional(*limit + context_.patience()) : std::nullopt;
  const auto change = context_.call(patience, [reader = reader_, known = state_, wait](SCARDCONTEXT context) {
    SCARD_READERSTATE state{};
    state.szReader = reader.c_str();
    state.dwCurrentState = known;
    const LONG result = library().SCardGetStatusChange(context, wait, &state, 1);
    return Change{result, state.dwEventState};
  });
  if (!change) fail_silent();
  if (change->result == SCARD_E_TIMEOUT) return false;
  if (change->result != SCARD_S_SUCCESS) throw failure(change->result, reader_);
  if ((change->state & (SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE)) != 0) {
    throw failure(SCARD_E_READER_UNAVAILABLE, reader_);
  }
  state_ = change->state & ~static_cast<DWORD>(SCARD_STATE_CHANGED);
  return true;
}

}  // namespace sesame::pcsc
