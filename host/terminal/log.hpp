// What a card or a reader that is served says on standard error, whether it is read or not.
//
// It never waits: what a pipe, a socket or a terminal does not take at once is left out, as is what is no
// longer read, and the card goes on. And it is never flooded: many lines in a row are followed by a few a
// minute, and by how many were left out. While it lives, a pipe that was closed is no signal (SIGPIPE).
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "host/io/descriptor.hpp"

namespace sesame::terminal {

// A descriptor that is written to without waiting.
class Outlet {
 public:
  // The descriptor stays the caller's.
  explicit Outlet(int descriptor);

  // False where nothing of it was taken.
  bool put(std::string_view text) const;

 private:
  int descriptor_;
  io::Descriptor own_;  // the same pipe or terminal, opened so that nothing waits for it
  bool is_socket_ = false;
};

class Log {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kInARow = 20;
  static constexpr std::chrono::seconds kPause{3};  // until there is another, after those

  explicit Log(int descriptor, std::function<Clock::time_point()> now = Clock::now);
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log();

  // A line, after "sesame: "; harmless whatever it holds (host/base/safe_text.hpp).
  void tell(std::string_view line);
  // As it is, and as often as it comes: what a person's keys draw. False where it was not taken.
  bool draw(std::string_view drawing) { return outlet_.put(drawing); }

 private:
  bool may_tell();

  Outlet outlet_;
  std::function<Clock::time_point()> now_;
  std::size_t left_ = kInARow;  // lines that may come at once
  Clock::time_point counted_;   // since when the next is due
  std::size_t left_out_ = 0;
  void (*broken_pipes_)(int);
};

}  // namespace sesame::terminal
