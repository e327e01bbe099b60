// Text from outside, made fit for where it goes: the names of files, readers, boards and cards, what a
// server, a card or a transcript says, the words of a command line. They may hold any bytes; a terminal obeys
// some of them, JSON and XML have no place for others. What goes out goes through here, and letters of every
// language stay as they are.
#pragma once

#include <string>
#include <string_view>

namespace sesame::safe {

// For one line of a terminal, a log or a table. '?' instead of what is no UTF-8; of control characters, which
// are C0 with the line feed, DEL and C1 (ECMA-48, 5.2 and 5.3); of line separators; and of what turns the
// direction of writing round.
std::string one_line(std::string_view text);

// The same for several lines of our own: their line feeds stay. Whatever of them came from outside was
// one_line() before.
std::string lines(std::string_view text);

// one_line() in quotes, cut at 40 bytes, for a message that repeats what was said.
std::string quoted(std::string_view text);

// Whether what was typed where a name belongs may be a PIN or a key in the wrong place: it is hexadecimal, or
// begins with four digits or with sixteen that are hexadecimal.
bool may_be_secret(std::string_view text);

// For the message that there is nothing of that name: 'like this', on one_line(); "that" where it may be a
// secret.
std::string named(std::string_view text);

// For content and quoted attributes of an XML 1.0 document in UTF-8. What is no UTF-8, and what XML has no
// place for (2.2, "Char"), becomes U+FFFD; blanks other than a space are references, so that attributes keep
// them (3.3.3).
std::string xml(std::string_view text);

}  // namespace sesame::safe
