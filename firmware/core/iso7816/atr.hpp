// Answer to reset: ISO 7816-3:2006, 8.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "firmware/core/bytes.hpp"
#include "firmware/core/result.hpp"

namespace sesame::iso7816 {

enum class AtrError {
  empty,
  too_long,   // more than 33 characters (8.2.1), or more than 8 groups of interface bytes
  bad_ts,     // TS is neither 3B nor 3F (8.1)
  truncated,  // fewer characters than T0 and the TDi announce
  trailing,   // more characters than T0 and the TDi announce
  bad_tck,    // the exclusive-or from T0 to TCK is not 00 (8.2.5)
};
std::string_view to_string(AtrError);

// TAi, TBi, TCi, TDi: those that were sent.
struct InterfaceBytes {
  std::optional<std::uint8_t> ta, tb, tc, td;
};

// Tables 7 and 8: F and D by their index, the high and the low half of TA1; 0 where it is reserved.
int clock_rate_conversion_integer(std::size_t fi);
int baud_rate_adjustment_integer(std::size_t di);

struct Atr {
  static constexpr std::size_t kMaxLength = 33;

  bool inverse = false;                      // TS = 3F
  FixedVector<InterfaceBytes, 8> interface;  // [0] holds TA1 to TD1
  Bytes historical;                          // up to 15 bytes; points into what was parsed
  std::optional<std::uint8_t> tck;

  // T=0 and T=1 as offered in the TDi; without any TD1, T=0 alone (8.2.3).
  bool offers(int protocol) const;
  // Specific mode (TA2, 8.3): the protocol that is used without negotiation.
  std::optional<int> specific_protocol() const;
  // Table 7 and 8: the values after TA1's Fi and Di, default 372 and 1; 0 where reserved.
  int f() const;
  int d() const;
  // TC1, default 0; 255 means the minimum (8.3).
  int extra_guard_time() const;
};
Result<Atr, AtrError> parse_atr(Bytes bytes);

// Some French cards of inverse convention (TS = 3F) show their banking side only after a warm reset.
inline bool wants_warm_reset(Bytes atr) { return !atr.empty() && atr[0] == 0x3F; }

}  // namespace sesame::iso7816
