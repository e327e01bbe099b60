// Hexadecimal, digits, and lines of output (host/terminal/output.hpp): what every command needs.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/core/bytes.hpp"
#include "host/base/failure.hpp"
#include "host/terminal/output.hpp"

namespace sesame::cli {

// Upper case, without spaces.
std::string hex(Bytes bytes);

// Hex as any tool prints it (host/base/hex.hpp). `what` begins the line of the Failure.
std::vector<std::uint8_t> parse_hex(std::string_view what, std::string_view text);
// The same, of exactly `size` bytes.
std::vector<std::uint8_t> parse_hex(std::string_view what, std::string_view text, std::size_t size);
// The same, of an argument in words as the shell gave them, or "-" for standard input. At least one byte.
std::vector<std::uint8_t> read_hex(std::string_view what, const std::vector<std::string>& words);
// What the help says of it.
inline constexpr const char* kHexHelp = "bytes, as any tool prints them; - is standard input";
// One to four hex digits: an ATC.
std::uint16_t parse_atc(std::string_view what, std::string_view text);
// Decimal digits alone, at least `least` and at most `most` of them; the digits are not repeated in the
// Failure.
void check_digits(std::string_view what, std::string_view text, std::size_t least, std::size_t most);
// One or two digits, made two: "8" and "08" are the same PSN.
std::string parse_psn(std::string_view what, std::string_view text);

using terminal::check_output;
using terminal::note_drawing;
using terminal::note_line;
using terminal::print_content;
using terminal::print_json;
using terminal::print_line;
using terminal::print_lines;
using terminal::utf8;

}  // namespace sesame::cli
