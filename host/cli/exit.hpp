// How `sesame` ends: what the shell of a person and of a CI job sees of a failure. Below the command line
// failures have a kind; here alone it becomes a status, and what would help becomes an option.
#pragma once

#include <string>

#include "host/base/failure.hpp"

namespace sesame::cli {

// The exit statuses of `sesame`, as documented in the README.
enum class Exit : int {
  ok = 0,           // a code, or whatever was asked for
  refused = 1,      // the card or the PIN refused; the card is mute, unsupported or answers nonsense
  usage = 2,        // the command line, or a file that is not what it should be
  environment = 3,  // no reader, no permission, a disk that cannot be written, a lock that is held
  timed_out = 4,    // `sesame scenario`: what was to be seen did not come
};

Exit exit_of(Failure::Kind kind);

// The line to show for a failure: its own, and the option that would help.
std::string line_of(const Failure& failure);

[[noreturn]] inline void usage(const std::string& line) { throw Failure(Failure::invalid, line); }

// The end of a command that is no failure of a kind.
struct Ended {
  Exit exit;
  std::string line;
};

}  // namespace sesame::cli
