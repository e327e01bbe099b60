// Writes an `.apdu` file line by line (transcript.hpp has the format). What was written is in the
// file when the call returns: a program that is killed leaves a transcript that can be replayed.
//
// A trace shows card data: the file is for its owner alone (0600). One that was there is replaced.
// Any I/O error is Failure(Failure::environment, "PATH: cannot be written: …"). What a failed write
// began is taken back where the file can be cut, so that only whole lines remain.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "firmware/core/bytes.hpp"

namespace sesame::transcript {

class TraceWriter {
 public:
  // `what` is the comment in front: what this is a trace of.
  TraceWriter(std::string path, std::string_view what);
  // The Failure of a file that cannot be written, and else nothing: neither a new file, nor a change to an
  // old one.
  static void check(const std::string& path);
  TraceWriter(const TraceWriter&) = delete;
  TraceWriter& operator=(const TraceWriter&) = delete;
  ~TraceWriter();

  const std::string& path() const { return path_; }

  // One comment line for each line of the text. No PIN in it: that is the caller's care.
  void comment(std::string_view text);
  // The ATR of a card that answered a reset. The first is the transcript's; others become comments.
  void atr(Bytes atr);
  // Whole lines of the format, each with its newline.
  void lines(std::string_view text);

  // All of it, and the file's name, is on the disk: it may be the only copy of what a card has said.
  void sync() const;

 private:
  [[noreturn]] void fail(int error) const;

  std::string path_;
  int handle_ = -1;
  bool regular_ = false;      // a file that can be cut, not a terminal or a pipe
  std::int64_t written_ = 0;  // bytes, in whole lines
  std::string first_atr_;     // hex; empty: none yet
};

}  // namespace sesame::transcript
