#include "host/io/signals.hpp"

#include <fmt/format.h>
#include <sys/signalfd.h>

#include <cerrno>
#include <system_error>

#include "host/base/failure.hpp"

namespace sesame::io {

Signals::Signals() {
  sigset_t ours;
  sigemptyset(&ours);
  for (const int signal : {SIGUSR1, SIGUSR2, SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&ours, signal);
  ::pthread_sigmask(SIG_BLOCK, &ours, &before_);
  descriptor_ = Descriptor(::signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK));
  if (descriptor_.is_open()) return;
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  throw Failure(Failure::environment,
                "signals cannot be received: " + std::generic_category().message(error));
}

// A second SIGTERM, say, must not end what the first has begun to end well.
Signals::~Signals() {
  while (take()) {
  }
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

std::optional<int> Signals::take() {
  signalfd_siginfo received{};
  for (;;) {
    const ssize_t count = ::read(descriptor_.get(), &received, sizeof received);
    if (count == sizeof received) return static_cast<int>(received.ssi_signo);
    if (count >= 0 || errno != EINTR) return std::nullopt;
  }
}

}  // namespace sesame::io
