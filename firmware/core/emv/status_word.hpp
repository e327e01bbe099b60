// The status words that a CAP dialogue meets: ISO 7816-4, 5.1.3; EMV 4.3 Book 1, 11 and Book 3, 6.5.
#pragma once

#include <cstdint>
#include <optional>

namespace sesame::emv::sw {

inline constexpr std::uint16_t ok = 0x9000;
inline constexpr std::uint16_t selected_file_invalidated = 0x6283;  // SELECT: application blocked
inline constexpr std::uint16_t wrong_length = 0x6700;
inline constexpr std::uint16_t authentication_blocked = 0x6983;  // VERIFY: no try left
inline constexpr std::uint16_t referenced_data_invalidated = 0x6984;
inline constexpr std::uint16_t conditions_not_satisfied = 0x6985;
inline constexpr std::uint16_t wrong_data = 0x6A80;
inline constexpr std::uint16_t function_not_supported = 0x6A81;  // SELECT: card blocked
inline constexpr std::uint16_t file_not_found = 0x6A82;
inline constexpr std::uint16_t record_not_found = 0x6A83;
inline constexpr std::uint16_t wrong_p1_p2 = 0x6A86;
inline constexpr std::uint16_t referenced_data_not_found = 0x6A88;
inline constexpr std::uint16_t ins_not_supported = 0x6D00;
inline constexpr std::uint16_t cla_not_supported = 0x6E00;

// 61xx: xx bytes wait for GET RESPONSE. 6Cxx: repeat with Le = xx.
inline constexpr std::uint8_t more_data = 0x61;
inline constexpr std::uint8_t wrong_le = 0x6C;
constexpr std::uint8_t sw1(std::uint16_t sw) { return static_cast<std::uint8_t>(sw >> 8); }
constexpr std::uint8_t sw2(std::uint16_t sw) { return static_cast<std::uint8_t>(sw & 0xFF); }
// ISO 7816-3:2006, 10.3.3: SW1 is 6X, but not 60, or 9X. Anything else is no status word.
constexpr bool is_status_word(std::uint16_t sw) {
  return ((sw1(sw) & 0xF0) == 0x60 && sw1(sw) != 0x60) || (sw1(sw) & 0xF0) == 0x90;
}
// To a VERIFY, 63xx is a wrong PIN (ISO 7816-4, 7.5.6): 63Cx says how many tries are left, 6300 and others do
// not.
constexpr bool is_wrong_pin(std::uint16_t sw) { return sw1(sw) == 0x63; }
constexpr std::optional<std::uint8_t> tries_left(std::uint16_t sw) {
  if ((sw & 0xFFF0) != 0x63C0) return std::nullopt;
  return sw & 0x0F;
}

}  // namespace sesame::emv::sw
