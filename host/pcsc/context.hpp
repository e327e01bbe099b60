// A connection to the PC/SC service (pcscd). One thread uses it at a time; cancel() is for any other.
#pragma once

#include <winscard.h>

namespace sesame::pcsc {

class Context {
 public:
  Context();  // Failure (environment) where there is no service
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context();

  SCARDCONTEXT handle() const { return handle_; }
  // Ends a SCardGetStatusChange of this context that waits at this moment, and no later one.
  void cancel() const;

 private:
  SCARDCONTEXT handle_ = 0;
};

}  // namespace sesame::pcsc
