#include "firmware/drivers/hd44780.hpp"

namespace sesame::drivers {

namespace {

struct RomCharacter {
  char16_t character;
  std::uint8_t code;
};
constexpr RomCharacter kBeyondAscii[] = {
    {u'\u00E4', 0xE1},  // ä
    {u'\u00F6', 0xEF},  // ö
    {u'\u00FC', 0xF5},  // ü
    {u'\u00F1', 0xEE},  // ñ
    {u'\u00B0', 0xDF},  // °
};

// Where ASCII has the reverse solidus, the ROM has a yen sign; from the tilde on, arrows.
bool as_in_ascii(char16_t character) { return character >= u' ' && character <= u'}' && character != u'\\'; }

}  // namespace

std::optional<std::uint8_t> rom_code(char16_t character) {
  if (as_in_ascii(character)) return static_cast<std::uint8_t>(character);
  for (const RomCharacter& each : kBeyondAscii) {
    if (each.character == character) return each.code;
  }
  return std::nullopt;
}

std::uint8_t dots_of_row(const Glyph& glyph, std::size_t row) {
  unsigned dots = 0;
  for (const std::uint8_t column : glyph) dots = dots << 1 | (column >> row & 1U);
  return static_cast<std::uint8_t>(dots);
}

}  // namespace sesame::drivers
