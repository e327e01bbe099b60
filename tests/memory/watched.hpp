// `sesame` as a process whose memory is read. It runs as always, and stands still meanwhile. Needs
// no privilege: what it has hidden from others its parent has opened at its exec.
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/e2e/process.hpp"
#include "tests/memory/memory.hpp"
#include "tests/memory/secret.hpp"

namespace sesame::memory {

using Arguments = std::vector<std::string>;

// How it is started.
struct Start {
  std::map<std::string, std::string> variables = {};  // of its environment
  bool terminal = false;                              // at a pseudo-terminal; else standard input is a pipe
  bool by_steps = false;                              // for next_text()
  bool may_dump = false;                              // as if its user had said `ulimit -c unlimited`
};

// Where the secret stands.
std::vector<std::string> places(const Memory& memory, const Secret& secret);

class Watched {
 public:
  Watched(const e2e::Sandbox& sandbox, const Arguments& arguments, const Start& start = {});
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  ~Watched();  // SIGKILL, if it goes on

  pid_t process() const { return process_; }
  const Memory& memory() const { return *memory_; }

  // Reads what it prints, standard output and error, until `text` has come; false where it ends, or half a
  // minute passes, without.
  bool says(const std::string& text);
  const std::string& said() const { return said_; }
  void type(const std::string& text) const;
  void end_of_input();
  void signal(int number) const;
  // As waitpid() says it, once it has ended.
  int wait();

  // At this moment.
  std::vector<std::string> places(const Secret& secret) const;
  // The same as text, "" if it is nowhere: once it is gone, or has not gone in 5 s, as what it is at may not
  // be finished. By steps: at once.
  std::string remains(const Secret& secret) const;
  // Whether it is there, or comes in 5 s.
  bool holds(const Secret& secret) const;

  // By steps: goes on until it is about to print something, and returns that; nothing where it is about to
  // end. A command of one thread alone.
  std::optional<std::string> next_text();
  // Goes on until it is about to print something with `part` in it; false where it ends before.
  bool next_text_with(const std::string& part);

 private:
  class Pause;
  bool read_more(int timeout_ms);

  pid_t process_ = 0;
  std::optional<Memory> memory_;
  int input_ = -1, output_ = -1;
  bool by_steps_, ended_ = false;
  std::string said_;
  std::size_t read_ = 0;  // of what it said, so far as says() has looked
};

}  // namespace sesame::memory
