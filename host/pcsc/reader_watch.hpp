// One reader's state, and waiting for it to change.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "host/pcsc/context.hpp"

namespace sesame::pcsc {

class ReaderWatch {
 public:
  // The state as it is now. Here and below: Failure where the reader or the PC/SC service is gone, or the
  // service does not answer.
  ReaderWatch(const Context& context, std::string reader);

  bool card_present() const { return (state_ & SCARD_STATE_PRESENT) != 0; }
  // By any program, whether it shares the reader or not.
  bool in_use() const { return (state_ & (SCARD_STATE_INUSE | SCARD_STATE_EXCLUSIVE)) != 0; }
  // Grows with each insertion and each removal: one that was missed is noticed all the same.
  DWORD events() const { return state_ >> 16; }

  // Waits for another state; false if there was none within `limit`. Failure where the context was cancelled,
  // or abandoned.
  bool changes(std::optional<std::chrono::milliseconds> limit);

 private:
  const Context& context_;
  std::string reader_;
  DWORD state_ = SCARD_STATE_UNAWARE;
};

}  // namespace sesame::pcsc
