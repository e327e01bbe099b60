#include "host/board/constants.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "host/profile/reader_file.hpp"
#include "host/profile/shipped.hpp"
#include "tests/support/broken.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sesame::board {
namespace {

namespace fs = std::filesystem;

std::size_t count(std::string_view text, std::string_view of) {
  std::size_t times = 0;
  for (std::size_t at = text.find(of); at != std::string_view::npos; at = text.find(of, at + 1)) ++times;
  return times;
}

std::string replaced(std::string_view text, std::string_view good, std::string_view other) {
  std::string out(text);
  const std::size_t at = out.find(good);
  REQUIRE(at != std::string::npos);
  return out.replace(at, good.size(), other);
}

profile::LoadedReader reader_with(std::string_view reader, std::string_view good, std::string_view other) {
  return profile::read_reader(
      replaced(*profile::shipped_text(profile::ProfileKind::readers, reader), good, other), "mine.toml");
}

Board board_with(std::string_view good, std::string_view other) {
  return read_board(
      replaced(*profile::shipped_text(profile::ProfileKind::boards, "stm32f407g-disc1"), good, other),
      "mine.toml");
}

TEST_CASE("profiles share a digest only where they have the same content") {
  const auto digest_with = [](std::string_view good, std::string_view other) {
    const std::string text =
        replaced(*profile::shipped_text(profile::ProfileKind::readers, "pinsentry"), good, other);
    return digest(profile::read_reader(text, "pinsentry.toml").profile());
  };
  const std::uint32_t shipped = digest(profile::load_reader("pinsentry").profile());
  CHECK(digest_with("# Not established", "# Established") == shipped);
  CHECK(digest_with("code = 35", "code = 34") != shipped);
  CHECK(digest_with("max_digits = 12", "max_digits = 11") != shipped);
  CHECK(digest_with("Enter ref", "Enter Ref") != shipped);
  CHECK(digest_with("directory_fallback = false", "directory_fallback = true") != shipped);
}

TEST_CASE("every shipped reader works on every shipped board") {
  for (const std::string_view reader : profile::shipped_names(profile::ProfileKind::readers)) {
    for (const std::string_view board : profile::shipped_names(profile::ProfileKind::boards)) {
      CAPTURE(reader, board);
      CHECK_NOTHROW(check_pair(profile::load_reader(reader).profile(), load_board(board)));
    }
  }
}

TEST_CASE("a function without a function key is refused") {
  CHECK(sesame::test::failure_of([] {
          check_pair(profile::load_reader("pinsentry").profile(), board_with("\"F3\"", "\"F4\""));
          return 0;
        }) ==
        "pinsentry on mine: the function SIGN needs a key F3; give it a place in the board's keys.layout");
  CHECK_NOTHROW(check_pair(profile::load_reader("vasco-810").profile(), board_with("\"F3\"", "\"F4\"")));
}

TEST_CASE("an amount without a point is refused") {
  CHECK(
      sesame::test::failure_of([] {
        check_pair(profile::load_reader("pinsentry").profile(), board_with("\".\"", "\"F4\""));
        return 0;
      }) ==
      "pinsentry on mine: the amount of SIGN needs a key \".\"; give it a place in the board's keys.layout");
  CHECK_NOTHROW(check_pair(profile::load_reader("sesame").profile(), board_with("\".\"", "\"F4\"")));
}

TEST_CASE("a screen that the display cannot show is refused") {
  const profile::LoadedReader wide = reader_with("sesame", "columns = 16", "columns = 20");
  CHECK(sesame::test::failure_of([&] {
          check_pair(wide.profile(), load_board("stm32f407g-disc1"));
          return 0;
        }) ==
        "mine on stm32f407g-disc1: the reader shows 2 rows of 20, the board's display has 2 of 16; choose "
        "another "
        "board");
  CHECK_NOTHROW(check_pair(wide.profile(), load_board("olimex-stm32-h405")));
  CHECK_NOTHROW(check_pair(wide.profile(), board_with("columns = 16", "columns = 20")));
  const profile::LoadedReader high = reader_with("sesame", "rows = 2", "rows = 3");
  CHECK_THROWS_AS(check_pair(high.profile(), load_board("stm32f407g-disc1")), Failure);
  CHECK_NOTHROW(check_pair(high.profile(), load_board("olimex-stm32-h405")));
}

TEST_CASE("a text that several languages have, or that is part of another, is written once") {
  const std::string header = reader_header(profile::load_reader("vasco-810").profile(), {});
  CHECK(count(header, "\"Challenge?\"") == 1);  // English and Dutch
  CHECK(count(header, "M1") == 2);              // as a text, and in the comment of its function
  const profile::LoadedReader shorter = reader_with("sesame", "\nkey = \"CODE\"", "\nkey = \"PIN\"");
  CHECK(count(reader_header(shorter.profile(), {}), "\"PIN\"") == 0);  // "PIN OK" has it
}

TEST_CASE("a text goes through a compiler unharmed") {
  const profile::LoadedReader odd =
      reader_with("sesame", "title = \"Sésame\"", R"(title = "\"9é9\\ \u0022 // ??/ %s {}")");
  CHECK(reader_header(odd.profile(), {}).find(R"("\0429\303\2519\134 \042 // ??/ %s {}")") !=
        std::string::npos);
}

TEST_CASE("a board's constants name the folder of its family and the chip of its display") {
  const auto family = [](std::string_view board) { return family_header(load_board(board)); };
  CHECK(count(family("stm32f407g-disc1"), "#include \"firmware/boards/stm32f4/family.hpp\"") == 1);
  CHECK(count(family("nucleo-l476rg"), "#include \"firmware/boards/stm32l4/family.hpp\"") == 1);
  const std::string lcd = board_header(load_board("stm32f407g-disc1"));
  CHECK(count(lcd, "boards/stm32f4") == 0);
  CHECK(count(lcd, "kLcd") == 5);
  CHECK(count(lcd, "kOled") == 0);
  const std::string oled = board_header(load_board("olimex-stm32-h405"));
  CHECK(count(oled, "kLcd") == 0);
  CHECK(count(oled, "kOled") == 5);
}

TEST_CASE("constants are written where they differ, and else left alone") {
  const sesame::test::TemporaryFolder folder;
  const fs::path file = folder.path() / "a/b/reader.hpp";
  write_if_changed(file, "one\n");
  CHECK(sesame::test::content(file) == "one\n");

  const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(1);
  fs::last_write_time(file, long_ago);
  write_if_changed(file, "one\n");
  CHECK(fs::last_write_time(file) == long_ago);
  write_if_changed(file, "on");
  CHECK(sesame::test::content(file) == "on");
  CHECK(fs::last_write_time(file) != long_ago);
}

TEST_CASE("constants that cannot be written are a failure of the environment") {
  const sesame::test::TemporaryFolder folder;
  std::ofstream(folder.path() / "file") << "x";
  for (const fs::path& path : {folder.path() / "file/reader.hpp", folder.path()}) {
    CAPTURE(path);
    try {
      write_if_changed(path, "one\n");
      FAIL("it was written");
    } catch (const Failure& failure) {
      CHECK(failure.kind() == Failure::environment);
      CHECK(std::string_view(failure.what()).find(path.string() + ": cannot be written: ") == 0);
    }
  }
}

}  // namespace
}  // namespace sesame::board
