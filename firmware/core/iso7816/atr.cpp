#include "firmware/core/iso7816/atr.hpp"

namespace sesame::iso7816 {

using namespace std::string_view_literals;  // a bare literal may cost a strlen

std::string_view to_string(AtrError error) {
  switch (error) {
    case AtrError::empty: return "no character at all"sv;
    case AtrError::too_long: return "more than 33 characters, or than 8 groups of interface bytes"sv;
    case AtrError::bad_ts: return "TS is neither 3B nor 3F"sv;
    case AtrError::truncated: return "fewer characters than it announces"sv;
    case AtrError::trailing: return "more characters than it announces"sv;
    case AtrError::bad_tck: return "the check character TCK is wrong"sv;
  }
  return "unknown error"sv;
}

Result<Atr, AtrError> parse_atr(Bytes bytes) {
  if (bytes.empty()) return AtrError::empty;
  if (bytes[0] != 0x3B && bytes[0] != 0x3F) return AtrError::bad_ts;
  if (bytes.size() > Atr::kMaxLength) return AtrError::too_long;
  if (bytes.size() < 2) return AtrError::truncated;

  Atr atr;
  atr.inverse = bytes[0] == 0x3F;
  std::size_t at = 1;
  const std::uint8_t t0 = bytes[at++];

  // The high half of T0, then of each TDi, says which of TA, TB, TC, TD follow.
  bool truncated = false;
  const auto take = [&](bool present) -> std::optional<std::uint8_t> {
    if (!present) return std::nullopt;
    if (at == bytes.size()) {
      truncated = true;
      return std::nullopt;
    }
    return bytes[at++];
  };
  bool tck_expected = false;
  for (std::optional<std::uint8_t> follows = t0; follows;) {
    InterfaceBytes group;
    group.ta = take((*follows & 0x10) != 0);
    group.tb = take((*follows & 0x20) != 0);
    group.tc = take((*follows & 0x40) != 0);
    group.td = take((*follows & 0x80) != 0);
    if (truncated) return AtrError::truncated;
    if (!atr.interface.push(group)) return AtrError::too_long;
    follows = group.td;
    if (group.td && (*group.td & 0x0F) != 0) tck_expected = true;  // 8.2.5: anything but T=0
  }

  const std::size_t historical = t0 & 0x0F;
  if (bytes.size() - at < historical + (tck_expected ? 1 : 0)) return AtrError::truncated;
  atr.historical = bytes.subspan(at, historical);
  at += historical;
  if (tck_expected) atr.tck = bytes[at++];
  if (at != bytes.size()) return AtrError::trailing;
  if (tck_expected) {
    std::uint8_t sum = 0;
    for (const std::uint8_t byte : bytes.subspan(1)) sum ^= byte;
    if (sum != 0) return AtrError::bad_tck;
  }
  return atr;
}

int clock_rate_conversion_integer(std::size_t fi) {
  static constexpr std::array<int, 16> values{372, 372, 558, 744,  1116, 1488, 1860, 0,
                                              0,   512, 768, 1024, 1536, 2048, 0,    0};
  return values[fi];
}

int baud_rate_adjustment_integer(std::size_t di) {
  static constexpr std::array<int, 16> values{0, 1, 2, 4, 8, 16, 32, 64, 12, 20, 0, 0, 0, 0, 0, 0};
  return values[di];
}

bool Atr::offers(int protocol) const {
  bool any = false;
  for (const InterfaceBytes& group : interface) {
    if (!group.td) continue;
    any = true;
    if ((*group.td & 0x0F) == protocol) return true;
  }
  return !any && protocol == 0;
}

std::optional<int> Atr::specific_protocol() const {
  if (interface.size() < 2 || !interface[1].ta) return std::nullopt;
  return *interface[1].ta & 0x0F;
}

int Atr::f() const {
  const auto ta1 = interface.empty() ? std::nullopt : interface[0].ta;
  return ta1 ? clock_rate_conversion_integer(*ta1 >> 4) : 372;
}

int Atr::d() const {
  const auto ta1 = interface.empty() ? std::nullopt : interface[0].ta;
  return ta1 ? baud_rate_adjustment_integer(*ta1 & 0x0F) : 1;
}

int Atr::extra_guard_time() const {
  const auto tc1 = interface.empty() ? std::nullopt : interface[0].tc;
  return tc1.value_or(0);
}

}  // namespace sesame::iso7816
