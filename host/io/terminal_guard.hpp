// Terminals that a signal must not leave as they are: without echo, or raw.
//
//   termios before{};
//   ::tcgetattr(terminal, &before);
//   const TerminalGuard guard(terminal, before);
//   … set it, use it, and set it back: that is the caller's
#pragma once

#include <termios.h>

#include <cstddef>

namespace sesame::io {

// While this lives, a SIGINT, SIGTERM, SIGHUP, SIGQUIT or SIGPIPE that ends the program sets the terminal
// back first; one that is ignored, blocked or handled elsewhere does what it does. At most kMost at a time;
// not for two threads.
class TerminalGuard {
 public:
  static constexpr std::size_t kMost = 4;
  // A serial port, which is this process's alone (TIOCEXCL), is also given free, and what lies in it thrown
  // away.
  enum class Kind { of_a_person, port };

  TerminalGuard(int descriptor, const termios& before, Kind kind = Kind::of_a_person);
  TerminalGuard(const TerminalGuard&) = delete;
  TerminalGuard& operator=(const TerminalGuard&) = delete;
  ~TerminalGuard();

 private:
  std::size_t place_;
};

}  // namespace sesame::io
