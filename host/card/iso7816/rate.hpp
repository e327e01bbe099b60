// Time on the line: ISO 7816-3:2006, 7.1.
#pragma once

#include <cstdint>

namespace sesame::card::iso7816 {

using Micros = std::uint64_t;

// An etu is F / D clock periods.
struct Rate {
  int f = 372, d = 1;
  friend bool operator==(const Rate&, const Rate&) = default;
};

inline Micros clocks(std::uint64_t count, std::uint32_t clock_hz) { return count * 1'000'000 / clock_hz; }
inline Micros etus(std::uint64_t count, Rate rate, std::uint32_t clock_hz) {
  return count * static_cast<std::uint64_t>(rate.f) * 1'000'000 /
         (static_cast<std::uint64_t>(rate.d) * clock_hz);
}

}  // namespace sesame::card::iso7816
