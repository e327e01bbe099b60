// The contacts and the line of a card as a stream of bytes: `sesame card serve --iso7816`. Records of two
// bytes, in the order in which things happen:
//
//   from the reader   00 contacts   bit 0 VCC, bit 1 RST, bit 2 CLK; when they change
//                     01 character
//                     02 character  with a wrong parity
//   from the card     01 character
//                     02 character  with a wrong parity
//                     03 presence   00 out, 01 in; at the start, and when it changes
//
// Characters are as they stand on the line, read in direct convention (character_card.hpp). There is no error
// signal: each counts as taken. A reader that connects has all its contacts low. The time of a record is that
// of its arrival. Any other record is an error, upon which either side closes the connection.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace sesame::card::iso7816 {

enum class RecordKind : std::uint8_t { contacts = 0, character = 1, wrong_parity = 2, presence = 3 };

struct Record {
  RecordKind kind = RecordKind::character;
  std::uint8_t value = 0;

  static Record contacts(bool vcc, bool clk, bool rst) {
    const unsigned bits = (vcc ? 1U : 0U) | (rst ? 2U : 0U) | (clk ? 4U : 0U);
    return {RecordKind::contacts, static_cast<std::uint8_t>(bits)};
  }
  static Record character(std::uint8_t value, bool parity_ok) {
    return {parity_ok ? RecordKind::character : RecordKind::wrong_parity, value};
  }
  static Record presence(bool in) { return {RecordKind::presence, static_cast<std::uint8_t>(in ? 1 : 0)}; }

  bool is_character() const { return kind == RecordKind::character || kind == RecordKind::wrong_parity; }
  bool vcc() const { return (value & 1) != 0; }
  bool rst() const { return (value & 2) != 0; }
  bool clk() const { return (value & 4) != 0; }

  std::array<std::uint8_t, 2> bytes() const { return {static_cast<std::uint8_t>(kind), value}; }
};

// Nothing where it is no record of either side.
inline std::optional<Record> read_record(std::uint8_t kind, std::uint8_t value) {
  if (kind > 3) return std::nullopt;
  const Record record{static_cast<RecordKind>(kind), value};
  if (record.kind == RecordKind::contacts && value > 7) return std::nullopt;
  if (record.kind == RecordKind::presence && value > 1) return std::nullopt;
  return record;
}

}  // namespace sesame::card::iso7816
