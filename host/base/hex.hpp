// Bytes as people write them in files and on command lines: hexadecimal, either case, with blanks
// where they help the eye.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "firmware/core/bytes.hpp"

namespace sesame {

// Why a text is not hexadecimal. It never repeats the text, which may be a key.
struct HexError {
  enum class Kind : std::uint8_t {
    odd,  // half a byte at the end
    not_a_hex_digit,
  };
  Kind kind = Kind::odd;
  std::size_t position = 0;  // odd: how many digits; not_a_hex_digit: which character, from 1
};
// One clause: "has an odd number of hex digits (3)".
std::string to_string(const HexError& error);

std::variant<std::vector<std::uint8_t>, HexError> parse_hex(std::string_view text);

// The same as any tool prints it: "3B 65", "3b:65", "3B-65", "{0x3B, 0x65}", "[3B, 65]", "\x3B\x65", over as
// many lines as it takes. Between bytes stand blanks, line ends, brackets, quotes and : , ; -
std::variant<std::vector<std::uint8_t>, HexError> parse_printed_hex(std::string_view text);

// Upper case, no blanks.
std::string to_hex(Bytes bytes);

}  // namespace sesame
