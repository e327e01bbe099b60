// Profiles as constants of C++: what a board has in the place of a loader and its files.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "firmware/core/profile.hpp"
#include "host/board/board_file.hpp"

namespace sesame::board {

// A reader that cannot work on this board is a Failure (Failure::invalid) "READER on BOARD: why; what to do",
// by their names: more functions than function keys, an amount without a key for the point, a screen larger
// than the display. A menu's key may be missing: the board then has no menu.
void check_pair(const ReaderProfile& reader, const Board& board);

// The text of firmware/generated/reader.hpp: sesame::generated::kReader and all it points to,
// constant-initialized, kDigest, and kLowBattery, as it is given for each language. Each text of the reader
// is in it once, and one that is part of another not at all.
std::string reader_header(const ReaderProfile& reader, std::span<const std::string_view> low_battery);

// A number that profiles of other content hardly share: FNV-1a, 32 bits, of those constants. By it an image
// says which profile it was made from. Not against forgery.
std::uint32_t digest(const ReaderProfile& reader);

// The text of firmware/generated/board.hpp: pins and clocks, in sesame::board.
std::string board_header(const Board& board);
// The text of firmware/generated/family.hpp: the registers and the like of the board's family, for the
// drivers that families share.
std::string family_header(const Board& board);

// Writes a file, and the folders above it, unless it has this content already: what is built from it then
// stays as it is. Failure (Failure::environment) where it cannot.
void write_if_changed(const std::string& path, std::string_view content);

}  // namespace sesame::board
