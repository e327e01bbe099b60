#include "host/io/new_folder.hpp"

#include <catch2/catch.hpp>

#include <filesystem>

#include "host/base/failure.hpp"
#include "tests/host/io/failures.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace sesame;
using test::failure_kind;
namespace fs = std::filesystem;

TEST_CASE("a new folder has its name once it is whole, and is its owner's alone") {
  const test::TemporaryFolder here;
  io::NewFolder folder(here.file("cards") + "//");
  CHECK(folder.path() == here.file("cards"));
  folder.add("one", "1");
  folder.add("two", "22");
  CHECK_FALSE(fs::exists(here.file("cards")));
  CHECK(failure_kind([&] { folder.add("one", "again"); }) == Failure::environment);
  folder.keep();
  CHECK(here.read("cards/one") == "1");
  CHECK(here.read("cards/two") == "22");
  CHECK(here.entries() == 1);
  const auto rights = [&](const char* name) {
    return fs::status(here.file(name)).permissions() & fs::perms::mask;
  };
  CHECK(rights("cards") == fs::perms::owner_all);
  CHECK(rights("cards/one") == (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("nothing is left of a folder that was not kept") {
  const test::TemporaryFolder here;
  {
    const io::NewFolder folder(here.file("cards"));
    folder.add("one", "1");
    CHECK(here.entries() == 1);
  }
  CHECK(here.entries() == 0);
}

TEST_CASE("a new folder is never another one, nor a file, nor one that came meanwhile") {
  const test::TemporaryFolder here;
  fs::create_directory(here.file("cards"));
  CHECK(failure_kind([&] { io::NewFolder(here.file("cards")); }) == Failure::invalid);
  CHECK(failure_kind([&] { io::NewFolder(here.file("no/cards")); }) == Failure::environment);
  io::NewFolder late(here.file("late"));
  fs::create_directory(here.file("late"));
  CHECK(failure_kind([&] { late.keep(); }) == Failure::invalid);
  CHECK(fs::is_empty(here.file("late")));
}
