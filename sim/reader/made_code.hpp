// What a code that a reader has shown was made of. Its digits are not kept: they can be made again, of what
// the log has, too.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "firmware/core/cap/token.hpp"
#include "firmware/core/profile.hpp"

namespace sesame::sim {

struct MadeCode {
  std::uint64_t revision = 0;  // of the reader, then
  Millis at = 0;               // of its clock
  std::size_t size = 0;        // how many digits it had
  // Numbers that were typed on the reader took the place of the AC (TDS), so that it cannot be made again.
  bool signs = false;
  std::vector<std::uint8_t> aid;
  // What the card asked for with its CDOL1, and the GENERATE AC that told it.
  std::vector<std::uint8_t> cdol1, command;
  // The values of cap::TokenInput and the mask over them.
  std::optional<std::uint8_t> psn;
  std::uint8_t cid = 0;
  std::array<std::uint8_t, 2> atc{};
  std::array<std::uint8_t, 8> ac{};
  std::vector<std::uint8_t> iad, ipb;
  bool belgian = false;  // by the Belgian rule, without a mask
};

cap::TokenInput token_input(const MadeCode& code);
// Its digits, where it does not sign.
void make_digits(const MadeCode& code, cap::Digits& digits);

}  // namespace sesame::sim
