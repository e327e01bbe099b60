// The text of a state file.
//
//   sesame-state 1
//   3F0A…C2 atc=00B4 tries=0003 blocked=0000     a record: its id, its counters in hex
//   end 5D2C01E8                                 CRC-32 (ISO-HDLC) of every byte before this line
//
// Every line ends with a newline and records are in the order of their ids. The last line shows
// that nothing is missing or changed. It is no protection against deliberate change.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "host/state/counters.hpp"

namespace sesame::state {

inline constexpr std::size_t kLargestStateFile = 16u << 20;  // bytes

std::string to_text(const Records& records);

// Any bytes in; the records or Failure(Failure::invalid, "PATH:LINE: …") out. `path` is for that line
// only. A damaged file is never repaired: a counter that is guessed may be one that was used.
Records from_text(std::string_view text, const std::string& path);

}  // namespace sesame::state
