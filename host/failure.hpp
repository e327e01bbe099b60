// How something fails for the person at the command: one line, and an exit status.
#pragma once

#include <stdexcept>
#include <string>

namespace sesame {

// The exit statuses of `sesame`, as documented in the README.
enum class Exit : int {
  ok = 0,           // a code, or whatever was asked for
  refused = 1,      // the card or the PIN refused; the card is mute, unsupported or answers nonsense
  usage = 2,        // the command line, or a file that is not what it should be
  environment = 3,  // no reader, no permission, a disk that cannot be written, a lock that is held
};

// Carries the one line to print: what, where and, if there is something to do, what to do.
class Failure : public std::runtime_error {
 public:
  Failure(Exit exit, const std::string& line) : std::runtime_error(line), exit_(exit) {}
  Exit exit() const { return exit_; }

 private:
  Exit exit_;
};

}  // namespace sesame
