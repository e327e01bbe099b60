// What is taken for an image, and what not.
#include "host/reader/panel/image_file.hpp"

#include <catch2/catch.hpp>

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>

#include "host/base/failure.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sesame {
namespace {

// The least one: a header, one segment, and its four bytes at 84.
std::string image() {
  std::string file(88, '\0');
  const auto put = [&](std::size_t at, std::string_view bytes) { file.replace(at, bytes.size(), bytes); };
  put(0,
      "\x7F"
      "ELF\x01\x01\x01");
  put(16, "\x02");  // executable
  put(18, "\x28");  // ARM
  put(28, "\x34");  // the segments' table
  put(42, "\x20");  // of one, in 32 bytes
  put(44, "\x01");
  put(52, "\x01");       // to be loaded
  put(52 + 4, "\x54");   // from
  put(52 + 16, "\x04");  // so many
  return file;
}

std::string with(std::size_t at, char byte) {
  std::string file = image();
  file[at] = byte;
  return file;
}

std::optional<Failure::Kind> failure_of(const std::string& path) {
  try {
    check_image(path);
  } catch (const Failure& failure) {
    CHECK(std::string(failure.what()).starts_with(path + ": "));
    return failure.kind();
  }
  return std::nullopt;
}

TEST_CASE("an image is an ELF file for ARM with all of its segments in it") {
  struct Row {
    const char* what;
    std::string content;
    bool good;
  };
  for (const Row& row :
       {Row{"the least one", image(), true}, Row{"more after it", image() + "symbols", true},
        Row{"nothing", "", false}, Row{"text", "title = \"not an image\"\n", false},
        Row{"half a header", image().substr(0, 30), false},
        Row{"half a table of segments", image().substr(0, 70), false},
        Row{"one byte short", image().substr(0, 87), false}, Row{"64 bits", with(4, 2), false},
        Row{"high byte first", with(5, 2), false}, Row{"an object file", with(16, 1), false},
        Row{"of an x86", with(18, 3), false}, Row{"a table of another shape", with(42, 0x38), false},
        Row{"without a segment", with(44, 0), false}, Row{"a table far away", with(31, '\xFF'), false},
        Row{"a segment far away", with(52 + 7, '\xFF'), false},
        Row{"a segment without end", with(52 + 19, '\xFF'), false}}) {
    const sesame::test::TemporaryFolder folder;
    CAPTURE(row.what);
    CHECK(failure_of(folder.write("image.elf", row.content)) ==
          (row.good ? std::nullopt : std::optional(Failure::invalid)));
  }
  CHECK(failure_of("/no/image.elf") == Failure::environment);
}

}  // namespace
}  // namespace sesame
