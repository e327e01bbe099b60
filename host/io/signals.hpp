// The signals that a served card or reader listens to, as something that can be waited for.
#pragma once

#include <csignal>
#include <optional>

#include "host/io/descriptor.hpp"

namespace sesame::io {

// While this lives SIGUSR1 and SIGUSR2, and SIGINT, SIGTERM, SIGQUIT and SIGHUP, which end what is served,
// are blocked in the thread that made it and those that it starts: make it before there are others.
// Failure(Failure::environment): the system has no descriptor left.
class Signals {
 public:
  Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();

  int descriptor() const { return descriptor_.get(); }  // readable when a signal waits
  // The next signal that waits, if one does.
  std::optional<int> take();

 private:
  sigset_t before_{};
  Descriptor descriptor_;
};

}  // namespace sesame::io
