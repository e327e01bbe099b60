// A TOML document as toml++ may see it.
#pragma once

#include <string>
#include <string_view>

namespace sesame::document {

// The same document, line by line, in ASCII alone: strings with escapes, comments with '?'. The parser of
// toml++ 3.3 takes other characters to places where its behavior is undefined (its test for whitespace
// beyond ASCII), and reports some of them, and what is not UTF-8, with the wrong line.
//
// Refuses, with the line: what is not UTF-8 (RFC 3629); a character outside ASCII that is neither in quotes
// nor in a comment, which TOML does not know; a line of more than kMaxLineSize bytes. Whatever else is wrong
// is for toml++ to find. The caller overwrites the result: it may hold a PIN or a key.
std::string to_ascii(std::string_view toml, std::string_view file);

}  // namespace sesame::document
