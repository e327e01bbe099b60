// sesame_constants READER.toml BOARD.toml OUTDIR
//
// Turns a reader profile and a board into OUTDIR/firmware/generated/reader.hpp, board.hpp and family.hpp,
// for an image of the two. Both may be shipped ones, by name. Exit status 2: a file that is not what it
// should be, or a reader that cannot work on that board; 3: OUTDIR cannot be written.
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/failure.hpp"
#include "host/base/safe_text.hpp"
#include "host/board/constants.hpp"
#include "host/profile/reader_file.hpp"

namespace {

void write_constants(const char* reader_file, const char* board_file, const std::string& folder) {
  const auto reader = sesame::profile::load_reader(reader_file);
  const auto board = sesame::board::load_board(board_file);
  sesame::board::check_pair(reader.profile(), board);
  std::vector<std::string_view> low_battery;
  for (const auto& language : reader.profile().languages) low_battery.push_back(reader.low_battery(language));
  sesame::board::write_if_changed(folder + "/firmware/generated/reader.hpp",
                                  sesame::board::reader_header(reader.profile(), low_battery));
  sesame::board::write_if_changed(folder + "/firmware/generated/board.hpp",
                                  sesame::board::board_header(board));
  sesame::board::write_if_changed(folder + "/firmware/generated/family.hpp",
                                  sesame::board::family_header(board));
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 4)
    throw sesame::Failure(sesame::Failure::invalid, "usage: sesame_constants READER.toml BOARD.toml OUTDIR");
  write_constants(argv[1], argv[2], argv[3]);
  return 0;
} catch (const sesame::Failure& failure) {
  std::fprintf(stderr, "%s\n", sesame::safe::one_line(failure.what()).c_str());
  return failure.kind() == sesame::Failure::environment ? 3 : 2;
} catch (const std::exception& error) {
  std::fprintf(stderr, "sesame_constants: unexpected: %s\n", sesame::safe::one_line(error.what()).c_str());
  return 3;
}
