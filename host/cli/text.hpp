// Hexadecimal, digits and lines of output: what every command needs.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/core/bytes.hpp"
#include "firmware/core/screen.hpp"
#include "host/failure.hpp"

namespace sesame::cli {

// Upper case, without spaces.
std::string hex(Bytes bytes);

// Hex in either case, with blanks where they help the eye. `what` begins the line of the Failure.
std::vector<std::uint8_t> parse_hex(std::string_view what, std::string_view text);
// The same, of exactly `size` bytes.
std::vector<std::uint8_t> parse_hex(std::string_view what, std::string_view text, std::size_t size);
// One to four hex digits: an ATC.
std::uint16_t parse_atc(std::string_view what, std::string_view text);
// Decimal digits alone, at least `least` and at most `most` of them; the digits are not repeated in the Failure.
void check_digits(std::string_view what, std::string_view text, std::size_t least, std::size_t most);
// One or two digits, made two: "8" and "08" are the same PSN.
std::string parse_psn(std::string_view what, std::string_view text);

// A line on standard output or standard error, harmless whatever of it came from outside (host/base/safe_text.hpp). What
// cannot be written to standard output is Exit::environment: a code that nobody saw must not look like success.
void print_line(std::string_view line);
void note_line(std::string_view line);
// Several lines of our own. What comes from outside and has no line feed of ours is safe::one_line() before.
void print_lines(std::string_view lines);
void print_json(const nlohmann::ordered_json& value, int indent = -1);
// What is to become a file: byte by byte, but where it goes to a terminal.
void print_content(std::string_view content);
// On standard error, as it is: with what moves the cursor.
void note_drawing(std::string_view drawing);

// That standard output is there, before a card is asked for what could not be shown: the same Failure.
void check_output();

// Cells of a display; half a surrogate pair becomes U+FFFD.
std::string utf8(std::span<const char16_t> characters);

}  // namespace sesame::cli
