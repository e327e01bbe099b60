// `sesame` at a terminal whose screen can be read: a pseudo-terminal, and as much of a VT100 as ncurses asks
// of one.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tests/e2e/process.hpp"

namespace sesame::e2e {

class TerminalEmulator {
 public:
  // `locale` as LC_ALL; `term` as TERM, which is not set where that is nullptr.
  TerminalEmulator(const Sandbox& sandbox, const std::vector<std::string>& arguments,
                   const std::string& locale = "C.UTF-8", std::size_t rows = 24, std::size_t columns = 80,
                   const char* term = "vt100");
  TerminalEmulator(const TerminalEmulator&) = delete;
  TerminalEmulator& operator=(const TerminalEmulator&) = delete;
  ~TerminalEmulator();  // SIGKILL, if it goes on

  // Reads until `text` stands on the screen, or no more does; false where it ends, or half a minute passes,
  // before.
  bool shows(const std::string& text) { return look(text, true); }
  bool no_longer_shows(const std::string& text) { return look(text, false); }
  // UTF-8, rows with \n between.
  std::string screen() const;
  void type(const std::string& keys) const;
  void signal(int number) const;
  void resize(std::size_t rows, std::size_t columns);
  // Its exit status, once it has ended; 128 + n where signal n ended it.
  int wait();
  // After wait(): echo and line editing are on, as before.
  bool restored() const;
  // All bytes that it printed.
  const std::string& printed() const { return printed_; }

 private:
  bool look(const std::string& text, bool there);
  bool read_more(int timeout_ms);
  void feed(char c);
  void control(char c);
  void sequence(char last);
  void put(const std::string& character);
  void line_feed();
  int parameter(std::size_t i, int otherwise) const;

  pid_t child_ = 0;
  int terminal_ = -1, line_ = -1;  // the other end is kept open, to be asked when the child is gone
  std::size_t rows_, columns_, row_ = 0, column_ = 0;
  std::size_t top_ = 0, bottom_ = 0;  // of what scrolls
  std::vector<std::vector<std::string>> cells_;
  std::string pending_;  // of an escape sequence, or of a character
  std::string printed_;
};

}  // namespace sesame::e2e
