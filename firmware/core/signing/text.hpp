// The text that a computer has signed: what may stand in it, how it stands on a display, and which numbers
// are signed for it.
//
// It comes from a computer that nobody trusts. So it has only characters that every display has and that look
// like nothing else, and every one of them is shown.
#pragma once

#include <cstddef>
#include <span>

#include "firmware/core/bytes.hpp"
#include "firmware/core/cap/tds.hpp"
#include "firmware/core/screen.hpp"

namespace sesame::signing {

inline constexpr std::size_t kMaxText = 240;
using Text = FixedVector<char, kMaxText>;

// 1 to kMaxText printable characters of ASCII and line feeds, of which one is not blank.
bool is_text(Bytes text);

// A part of it that fits a display at once: the characters as they stand, with a line feed between rows. Rows
// break at a line feed, at the last blank that fits, or in a word that is longer than a row.
struct Page {
  FixedVector<char, Screen::kMaxRows*(Screen::kMaxColumns + 1)> rows;
  bool more = false;  // there is another one
};
void lay_out(std::span<const char> text, std::size_t page, std::size_t rows, std::size_t columns, Page& out);

// The eight words of the text's SHA-256 as numbers of ten digits. The code of a text is that of a TDS with
// these.
void append_numbers(std::span<const char> text, cap::TdsNumbers& numbers);

}  // namespace sesame::signing
