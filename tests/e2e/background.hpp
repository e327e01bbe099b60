// A `sesame` that goes on while the test does: a card that is served, a reader.
#pragma once

#include <sys/types.h>

#include <csignal>
#include <map>
#include <string>
#include <vector>

#include "tests/e2e/process.hpp"

namespace sesame::e2e {

class Background {
 public:
  // Its descriptor 3 is a pipe that keys() writes to: `--keys-from 3`.
  Background(const Sandbox& sandbox, const std::vector<std::string>& arguments,
             const std::map<std::string, std::string>& variables = {});
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  ~Background();  // SIGKILL, if it goes on

  // Reads standard error until `text` has come; false where it ends, or half a minute passes, without.
  bool says(const std::string& text);
  // What it has said since the start, as far as it was read.
  const std::string& said() const { return said_; }

  void keys(const std::string& keys) const;
  void signal(int number) const;
  // All it printed on standard output, once it has ended; less than a pipe holds.
  std::string out() const;
  // Its exit status, once it has ended; 128 + n where signal n ended it.
  int wait();

 private:
  pid_t child_ = 0;
  int errors_ = -1, output_ = -1, keys_ = -1;
  std::string said_;
  std::size_t read_ = 0;  // of what it said, so far as says() has looked
};

}  // namespace sesame::e2e
