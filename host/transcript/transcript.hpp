// A recorded card, as an `.apdu` file: what it was once asked, and what it answered.
//
//   # a recorded card                    a comment; also after white space at the end of a line
//   atr 3B67000000000000009000           the ATR, at most once; 3B00 where there is none
//   > 00A40400 07 A0000000048002         a command APDU, short, of case 1 to 4 (ISO 7816-3, 12.1)
//   < 6F2E 8407A0000000048002 … 9000     its response: data and status word
//   > 0020008008 ****************        * stands for any nibble of a command's data: a masked PIN
//   < 9000
//   > 80AE00001F 5A33 …
//   < mute                               no answer; `< garbled`: something, but no response
//
// Responses are complete, as after 61xx and 6Cxx. Hex digits are of either case, with spaces and
// tabs anywhere between them. Lines end with LF or CRLF; a UTF-8 byte order mark is skipped.
//
// The file is a table, not a script: commands may be asked in any order. The answers of a command
// that was recorded several times are kept in order. A trailing Le does not count: two commands
// that differ only in it are the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/core/bytes.hpp"
#include "firmware/core/reader.hpp"

namespace sesame::transcript {

// How a transcript writes that a card gave no response; empty where it gave one, or was pulled out.
std::string_view word_for(SlotStatus status);

inline constexpr std::size_t kLargestFile = 1u << 20;  // bytes

class Transcript {
 public:
  struct Answer {
    SlotStatus status = SlotStatus::ok;  // ok, mute or garbled
    std::vector<std::uint8_t> response;  // 2 to 258 bytes, where ok
  };

  // Failure(Failure::invalid), "PATH:LINE: …" or "PATH: …": it cannot be read, is too large, or parse()
  // says so.
  static Transcript load(const std::string& path);

  // Any text in; a transcript of at least one pair, or Failure(Failure::invalid, "NAME:LINE: …"), out.
  // No part of a line is repeated in a message: it might hold a PIN.
  static Transcript parse(std::string_view text, std::string name);

  const std::string& name() const { return name_; }
  // 1 to 33 bytes, not judged: recorded cards carry masked ATRs.
  Bytes atr() const { return atr_; }

  // The different commands have the numbers from 0 to size() - 1. find() says which of them answers
  // `command`: one recorded in full wins over one with wildcards, fewer wildcards over more,
  // and the first recorded over later ones. Allocates nothing.
  std::size_t size() const { return entries_.size(); }
  std::optional<std::size_t> find(Bytes command) const;
  // At least one, in the order recorded.
  std::span<const Answer> answers(std::size_t number) const { return entries_[number].answers; }

 private:
  struct Entry {
    std::vector<std::uint8_t> command;  // without Le; 0 where a nibble is a wildcard
    std::vector<std::uint8_t> mask;     // F where the nibble counts
    std::size_t wildcards = 0;
    std::vector<Answer> answers;

    bool matches(Bytes other) const;
  };

  Transcript() = default;

  std::string name_;
  std::vector<std::uint8_t> atr_{0x3B, 0x00};
  std::vector<Entry> entries_;  // those without wildcards first, sorted; then by number of wildcards
  std::size_t exact_ = 0;       // how many are without
};

}  // namespace sesame::transcript
