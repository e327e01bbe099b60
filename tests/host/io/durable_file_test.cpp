// That they are on the disk is tested with the program (tests/e2e/files_test.cpp), whose system calls are
// watched there.
#include "host/io/durable_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "host/base/failure.hpp"
#include "host/io/descriptor.hpp"
#include "tests/host/io/failures.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace sesame;
namespace fs = std::filesystem;
using Catch::Matchers::Contains;
using sesame::test::failure_kind;

TEST_CASE("a new file is its owner's alone, and never another one") {
  const sesame::test::TemporaryFolder folder;
  io::create_file(folder.file("card.toml"), "keys");
  CHECK(folder.read("card.toml") == "keys");
  CHECK((fs::status(folder.file("card.toml")).permissions() & fs::perms::mask) ==
        (fs::perms::owner_read | fs::perms::owner_write));
  CHECK(failure_kind([&] { io::create_file(folder.file("card.toml"), "others"); }) == Failure::invalid);
  CHECK(folder.read("card.toml") == "keys");
  CHECK(failure_kind([&] { io::create_file(folder.file("no/such"), "keys"); }) == Failure::environment);
}

TEST_CASE("a file is replaced as a whole, and nothing is left beside it") {
  const sesame::test::TemporaryFolder folder;
  io::replace_file(folder.file("report.xml"), "old");
  io::replace_file(folder.file("report.xml"), "new");
  CHECK(folder.read("report.xml") == "new");
  CHECK(folder.entries() == 1);
}

TEST_CASE("a place that cannot be written is told before, and left as it is") {
  const sesame::test::TemporaryFolder folder;
  for (const char* name : {"no/such", "."}) {
    CAPTURE(name);
    CHECK(failure_kind([&] { io::check_replaceable(folder.file(name)); }) == Failure::environment);
    CHECK(failure_kind([&] { io::replace_file(folder.file(name), "x"); }) == Failure::environment);
  }
  io::check_replaceable(folder.file("new"));
  CHECK(folder.entries() == 0);
}

TEST_CASE("a pipe is written to, and stays one") {
  const sesame::test::TemporaryFolder folder;
  REQUIRE(::mkfifo(folder.file("pipe").c_str(), 0600) == 0);
  const io::Descriptor reader(::open(folder.file("pipe").c_str(), O_RDONLY | O_NONBLOCK));
  io::check_replaceable(folder.file("pipe"));
  io::replace_file(folder.file("pipe"), "report");
  std::array<char, 16> read{};
  CHECK(::read(reader.get(), read.data(), read.size()) == 6);
  CHECK(fs::is_fifo(folder.file("pipe")));
  CHECK(folder.entries() == 1);
}
