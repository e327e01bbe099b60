// Bits with names, as lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/core/bytes.hpp"

namespace sesame::explain {

struct BitName {
  std::uint8_t byte;  // from 1, as the standards count
  std::uint8_t mask;  // one bit
  std::string_view name;
};

// "byte 1 bit 7: …" for each bit that is set, the highest first; "reserved" for one without a name, but not
// for those of `elsewhere`, one mask for each byte, which are told in another way. Of so many bytes at most.
std::vector<std::string> bit_lines(Bytes value, std::size_t size, std::span<const BitName> names,
                                   Bytes elsewhere = {});

}  // namespace sesame::explain
