// A `sesame` at a terminal, with a user who does something when its prompt appears.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/e2e/process.hpp"

namespace sesame::e2e {

struct Seen {
  int status = -1;  // exit status; 128 + n where signal n ended it
  std::string text;
  bool echo_restored = false;
};

// What `answer` to this process returns is typed when "PIN: " has appeared.
Seen at_terminal(const Sandbox& sandbox, const std::vector<std::string>& arguments,
                 const std::function<std::string(pid_t)>& answer);
// The same for another prompt.
Seen at_terminal(const Sandbox& sandbox, const std::vector<std::string>& arguments, const std::string& prompt,
                 const std::function<std::string(pid_t)>& answer);

}  // namespace sesame::e2e
