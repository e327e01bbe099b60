// What a list of known ATRs, the smartcard_list.txt of pcsc-tools, says of a card. It is not ours, and not
// shipped: Debian's package pcsc-tools has it.
//
//   # a comment
//   3B 65 00 00 .. 04 6C 90 00        an ATR as a regular expression, of a blank between bytes
//   	a line or more of words, after a tabulator
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "firmware/core/bytes.hpp"

namespace sesame::explain {

// The words for every entry that fits, in the order of the list; a line that is no regular expression fits
// nothing.
std::vector<std::string> known_as(std::string_view list, Bytes atr);

}  // namespace sesame::explain
