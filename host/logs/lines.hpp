// A log, line by line; and the dialogue that it becomes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "host/logs/log.hpp"

namespace sesame::logs {

class Lines {
 public:
  Lines(std::string_view text, std::string name);

  // False at the end. A line is without its end and without what colors it at a terminal (ECMA-48).
  bool next();
  const std::string& line() const { return line_; }
  std::size_t number() const { return number_; }

  // Failure(Failure::invalid, "NAME:LINE: why"), of this line or of another.
  [[noreturn]] void fail(std::string_view why) const { fail(number_, why); }
  [[noreturn]] void fail(std::size_t number, std::string_view why) const;
  // Bytes as a tool prints them.
  std::vector<std::uint8_t> hex(std::string_view text) const;

 private:
  std::string_view text_;
  std::string name_, line_;
  std::size_t number_ = 0;
};

std::string_view trimmed(std::string_view text);
// The bytes of a line of a dump, in up to 16 columns of two digits and a blank; what stands after them are
// the same as letters.
std::vector<std::uint8_t> dumped(std::string_view text);

// Puts a command together with its response.
class Dialogue {
 public:
  explicit Dialogue(const Lines& lines) : lines_(lines) {}

  // What stands in that line; 0: in the one where `lines` are.
  void reset(std::vector<std::uint8_t> atr, std::size_t line = 0);
  void command(std::vector<std::uint8_t> bytes, std::size_t line = 0);
  void response(std::vector<std::uint8_t> bytes, std::size_t line = 0);
  void mute() { waits_ = false; }  // the command that waits has no response
  bool waits() const { return waits_; }
  // Failure where a command has no response yet, and where there was none at all.
  std::vector<Event> finish();

 private:
  std::size_t number(std::size_t line) const { return line == 0 ? lines_.number() : line; }

  const Lines& lines_;
  std::vector<Event> events_;
  bool waits_ = false;  // the last event, for its response
  std::size_t asked_ = 0;
};

// One for each format.
std::vector<Event> read_cardpeek(Lines lines);
std::vector<Event> read_pcscd(Lines lines);
std::vector<Event> read_pcsc_spy(Lines lines);
std::vector<Event> read_proxmark_trace(Lines lines);
std::vector<Event> read_proxmark_emv(std::string_view text, const std::string& name);
std::vector<Event> read_hex_lines(Lines lines);

}  // namespace sesame::logs
