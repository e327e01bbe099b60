#include "host/base/hex.hpp"

#include <fmt/format.h>

namespace sesame {

namespace {

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

std::string to_string(const HexError& error) {
  switch (error.kind) {
    case HexError::Kind::odd: return fmt::format("has an odd number of hex digits ({})", error.position);
    case HexError::Kind::not_a_hex_digit:
      return fmt::format("is not hexadecimal: character {} is not a hex digit", error.position);
  }
  return "";
}

std::variant<std::vector<std::uint8_t>, HexError> parse_hex(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(text.size() / 2);
  std::size_t digits = 0;
  int high = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ') continue;
    const int value = digit_value(text[i]);
    if (value < 0) return HexError{HexError::Kind::not_a_hex_digit, i + 1};
    if (++digits % 2 == 0) {
      bytes.push_back(static_cast<std::uint8_t>(high << 4 | value));
    } else {
      high = value;
    }
  }
  if (digits % 2 != 0) return HexError{HexError::Kind::odd, digits};
  return bytes;
}

std::variant<std::vector<std::uint8_t>, HexError> parse_printed_hex(std::string_view text) {
  constexpr std::string_view kBetween = " \t\r\n\f\v:,;-[]{}()\"'";
  std::string plain;                          // the digits alone
  std::size_t of_prefix = std::string::npos;  // where the digits begin that stand after 0x
  const auto end_of_number = [&] {
    if (of_prefix != std::string::npos && plain.size() - of_prefix == 1)
      plain.insert(of_prefix, 1, '0');  // 0x9
    of_prefix = std::string::npos;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool prefix = i + 1 < text.size() && (text[i] == '0' || text[i] == '\\') &&
                        (text[i + 1] == 'x' || text[i + 1] == 'X');
    if (prefix || kBetween.find(text[i]) != std::string_view::npos) {
      end_of_number();
      if (prefix) of_prefix = plain.size();
      i += prefix ? 1 : 0;
    } else if (digit_value(text[i]) >= 0) {
      plain += text[i];
    } else {
      return HexError{HexError::Kind::not_a_hex_digit, i + 1};
    }
  }
  end_of_number();
  return parse_hex(plain);
}

std::string to_hex(Bytes bytes) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 0xF];
  }
  return text;
}

}  // namespace sesame
