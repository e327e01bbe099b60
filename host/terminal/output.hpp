// Lines on standard output and standard error.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

namespace sesame::terminal {

// A line on standard output or standard error, harmless whatever of it came from outside
// (host/base/safe_text.hpp). What cannot be written to standard output is Failure::environment: a code that
// was not seen must not look like success.
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

}  // namespace sesame::terminal
