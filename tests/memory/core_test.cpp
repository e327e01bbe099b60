// A program that ends in the middle of a PIN leaves no core file with it.
#include <catch2/catch.hpp>

#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <set>
#include <string>

#include "tests/memory/cards.hpp"
#include "tests/memory/watched.hpp"

namespace sesame::memory {
namespace {

std::set<std::string> names_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(folder)) names.insert(file.path().filename());
  return names;
}

}  // namespace

TEST_CASE("a reader that crashes with half a PIN typed leaves no core, whatever its user allows") {
  for (const int number : {SIGSEGV, SIGABRT, SIGSYS}) {
    const e2e::Sandbox box;
    Watched sesame(box,
                   {"reader", "serve", "--socket", box.file("reader"), "--keys-from", "0", "--card",
                    box.write("card.apdu", kRecorded)},
                   {.may_dump = true});
    REQUIRE(sesame.says("Choisir la"));
    sesame.type("a907315");
    REQUIRE(sesame.says("******"));
    const std::set<std::string> before = names_in(box.path());
    sesame.signal(number);
    const int status = sesame.wait();
    REQUIRE(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == number);
    CHECK_FALSE(WCOREDUMP(status));
    CHECK(names_in(box.path()) == before);
  }
}

}  // namespace sesame::memory
