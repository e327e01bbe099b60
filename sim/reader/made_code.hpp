// A code that a reader has shown, and what it was made of.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "firmware/core/event.hpp"

namespace sesame::sim {

struct MadeCode {
  std::uint64_t revision = 0;  // of the reader, then
  Millis at = 0;               // of its clock
  std::string digits;
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

}  // namespace sesame::sim
