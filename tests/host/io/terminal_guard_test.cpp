#include "host/io/terminal_guard.hpp"

#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <csignal>
#include <optional>

using namespace sesame::io;

namespace {

struct Pty {
  Pty() { REQUIRE(::openpty(&person, &terminal, nullptr, nullptr, nullptr) == 0); }
  Pty(const Pty&) = delete;
  Pty& operator=(const Pty&) = delete;
  ~Pty() {
    ::close(person);
    ::close(terminal);
  }
  bool echoes() const {
    termios now{};
    ::tcgetattr(terminal, &now);
    return (now.c_lflag & ECHO) != 0;
  }
  int person = -1, terminal = -1;
};

// What becomes of a process that has a silent terminal and a raw port when `signal` comes.
int ended_by(int signal, const Pty& terminal, const Pty& port, bool ignored = false) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(signal, ignored ? SIG_IGN : SIG_DFL);  // Catch2 has handlers of its own
    termios before_terminal{}, before_port{};
    ::tcgetattr(terminal.terminal, &before_terminal);
    ::tcgetattr(port.terminal, &before_port);
    const TerminalGuard first(port.terminal, before_port, TerminalGuard::Kind::port);
    const TerminalGuard second(terminal.terminal, before_terminal);
    termios silent = before_terminal, raw = before_port;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::cfmakeraw(&raw);
    ::tcsetattr(terminal.terminal, TCSANOW, &silent);
    ::tcsetattr(port.terminal, TCSANOW, &raw);
    ::raise(signal);
    ::_exit(99);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("a signal that ends the program leaves its terminals as they were") {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE}) {
    CAPTURE(signal);
    const Pty terminal, port;
    CHECK(ended_by(signal, terminal, port) == signal);
    CHECK(terminal.echoes());
    CHECK(port.echoes());
  }
}

TEST_CASE("a signal that is ignored stays so") {
  const Pty terminal, port;
  CHECK(ended_by(SIGHUP, terminal, port, true) == -99);
  CHECK_FALSE(terminal.echoes());
}

TEST_CASE("after the last guard signals do what they did") {
  const Pty terminal;
  termios before{};
  ::tcgetattr(terminal.terminal, &before);
  struct sigaction of_catch {};
  ::sigaction(SIGTERM, nullptr, &of_catch);
  std::signal(SIGTERM, SIG_DFL);
  {
    std::optional<TerminalGuard> first(std::in_place, terminal.terminal, before);
    const TerminalGuard second(terminal.terminal, before);
    first.reset();
    struct sigaction action {};
    ::sigaction(SIGTERM, nullptr, &action);
    CHECK(action.sa_handler != SIG_DFL);
  }
  struct sigaction action {};
  ::sigaction(SIGTERM, nullptr, &action);
  ::sigaction(SIGTERM, &of_catch, nullptr);
  CHECK(action.sa_handler == SIG_DFL);
}
