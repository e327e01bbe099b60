#include "host/io/terminal_guard.hpp"

#include <sys/ioctl.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <stdexcept>

namespace sesame::io {

namespace {

constexpr std::array kEnding{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};

struct Guarded {
  std::atomic<bool> now = false;  // last, so that a signal never sees half of it
  int descriptor = -1;
  termios before{};
  TerminalGuard::Kind kind = TerminalGuard::Kind::of_a_person;
};

std::array<Guarded, TerminalGuard::kMost> guarded;

// System calls alone (signal-safety(7)).
void restore_and_end(int signal) {
  for (const Guarded& terminal : guarded) {
    if (!terminal.now) continue;
    const bool is_port = terminal.kind == TerminalGuard::Kind::port;
    if (is_port) ::tcflush(terminal.descriptor, TCIOFLUSH);
    ::tcsetattr(terminal.descriptor, TCSANOW, &terminal.before);
    if (is_port) ::ioctl(terminal.descriptor, TIOCNXCL);
  }
  ::raise(signal);  // which now does what it does
}

void replace_handlers(void (*former)(int), void (*handler)(int)) {
  for (const int signal : kEnding) {
    struct sigaction action {};
    ::sigaction(signal, nullptr, &action);
    if ((action.sa_flags & SA_SIGINFO) != 0 || action.sa_handler != former) continue;
    action = {};
    action.sa_handler = handler;
    action.sa_flags = handler == SIG_DFL ? 0 : static_cast<int>(SA_RESETHAND);
    ::sigaction(signal, &action, nullptr);
  }
}

bool is_free(const Guarded& terminal) { return !terminal.now; }

}  // namespace

TerminalGuard::TerminalGuard(int descriptor, const termios& before, Kind kind) {
  const auto free = std::find_if(guarded.begin(), guarded.end(), is_free);
  if (free == guarded.end()) throw std::logic_error("more terminals than can be guarded");
  place_ = static_cast<std::size_t>(free - guarded.begin());
  free->descriptor = descriptor;
  free->before = before;
  free->kind = kind;
  free->now = true;
  replace_handlers(SIG_DFL, restore_and_end);
}

TerminalGuard::~TerminalGuard() {
  guarded[place_].now = false;
  if (std::all_of(guarded.begin(), guarded.end(), is_free)) replace_handlers(restore_and_end, SIG_DFL);
}

}  // namespace sesame::io
