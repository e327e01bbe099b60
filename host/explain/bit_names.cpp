#include "host/explain/bit_names.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sesame::explain {

std::vector<std::string> bit_lines(Bytes value, std::size_t size, std::span<const BitName> names,
                                   Bytes elsewhere) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < std::min(value.size(), size); ++i) {
    for (int bit = 8; bit >= 1; --bit) {
      const auto mask = static_cast<std::uint8_t>(1 << (bit - 1));
      if ((value[i] & mask) == 0 || (i < elsewhere.size() && (elsewhere[i] & mask) != 0)) continue;
      const auto found = std::find_if(names.begin(), names.end(), [&](const BitName& each) {
        return each.byte == i + 1 && each.mask == mask;
      });
      lines.push_back(
          fmt::format("byte {} bit {}: {}", i + 1, bit, found == names.end() ? "reserved" : found->name));
    }
  }
  return lines;
}

}  // namespace sesame::explain
