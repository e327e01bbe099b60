// From a card's answer to the digits of a code, part by part and bit by bit: what firmware/core/cap/token.hpp
// computes, to be looked at.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/core/bytes.hpp"
#include "firmware/core/cap/token.hpp"
#include "firmware/core/emv/tlv.hpp"

namespace sesame::explain {

struct CodePath {
  struct Part {
    std::string_view name;  // "PSN", "CID", "ATC", "AC", "IAD"
    std::size_t from = 0;   // of it, from 0: the Belgian rule takes single bytes
    std::vector<std::uint8_t> data, mask;
    std::string taken;  // the bits under the ones of the mask, in this order: "0110"
  };
  std::vector<Part> parts;  // in the order in which their bits are joined
  std::string bits;         // all that are taken
  std::string number;       // they, as a decimal number
  bool belgian = false;     // its last digit, times 10^7, is added to it, modulo 10^8
  // Numbers that were typed on the reader took the place of the card's AC (TDS): its taken bits are those of
  // the code, and not those of its data.
  bool signs = false;
};
// `code`: the digits that the reader shows.
CodePath code_path(const cap::TokenInput& input, Bytes ipb, bool belgian, std::string_view code);

// What a card was told, by the list that asked for it. As far as there is data.
struct ToldValue {
  emv::Tag tag = 0;
  std::vector<std::uint8_t> value;
};
std::vector<ToldValue> told_values(Bytes dol, Bytes data);

}  // namespace sesame::explain
