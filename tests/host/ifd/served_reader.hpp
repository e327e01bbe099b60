// `sesame reader serve` as a process, with a test at its keys.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

#include "tests/e2e/process.hpp"

namespace sesame::ifd::test {

class ServedReader {
 public:
  // Ready when this returns; keys come through a pipe. `arguments` are added to those that name socket and
  // keys.
  ServedReader(const e2e::Sandbox& sandbox, std::string socket,
               const std::vector<std::string>& arguments = {"--ephemeral"});
  ServedReader(const ServedReader&) = delete;
  ServedReader& operator=(const ServedReader&) = delete;
  ~ServedReader();

  const std::string& socket() const { return socket_; }
  void type(const std::string& keys);
  void no_more_keys();
  void signal(int number);
  // The exit status; 128 + n where signal n ended it. Throws where it does not end.
  int end();
  // What it has printed, up to and with these words. Throws where they do not come.
  const std::string& wait_for(const std::string& words);
  // The same, of what it prints from now on.
  void forget_printed() { printed_.clear(); }

 private:
  bool read_more(int milliseconds);

  std::string socket_;
  pid_t pid_ = 0;
  int keys_ = -1, out_ = -1;
  std::string printed_;
};

}  // namespace sesame::ifd::test
