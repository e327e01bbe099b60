// `sesame import`: another tool's log becomes a card.
#include <catch2/catch.hpp>

#include <filesystem>
#include <sstream>

#include "tests/e2e/process.hpp"

using Catch::Matchers::Contains;
using namespace sesame::e2e;

namespace {

// A recorded card of the tests, as lines that someone pasted.
std::string log_of(const Sandbox& sandbox, const std::string& transcript) {
  std::string log;
  std::istringstream lines(sandbox.read(transcript));
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && (line[0] == '>' || line[0] == '<')) log += line + "\n";
  }
  return log;
}

}  // namespace

TEST_CASE("a log becomes a card that gives the code it gave then") {
  const Sandbox sandbox;
  const auto trace = sandbox.file("trace.apdu");
  const auto code =
      sandbox.sesame({"code", "--pin", "1234", "--ephemeral", "--atc", "00B4", "--trace", trace});
  REQUIRE(code.status == 0);
  const auto log = sandbox.write("log.txt", log_of(sandbox, "trace.apdu"));
  const auto outcome = sandbox.sesame({"import", log, sandbox.file("card.apdu")});
  INFO(outcome.err);
  CHECK(outcome.status == 0);
  CHECK(outcome.out.empty());
  CHECK_THAT(outcome.err, Contains("of a log of hex"));
  CHECK(sandbox.sesame({"code", "--pin", "1234", "--card", sandbox.file("card.apdu")}).out == code.out);
  CHECK(
      sandbox.sesame({"import", "-", sandbox.file("other.apdu"), "--format", "hex"}, sandbox.read("log.txt"))
          .status == 0);
  CHECK(sandbox.read("other.apdu") == sandbox.read("card.apdu"));
}

TEST_CASE("an import writes over no file, and of a broken log none") {
  const Sandbox sandbox;
  const auto log = sandbox.write("log.clf", "# cardpeek emulator\nR:3B00\nC:80CA9F1700:6A88:\n");
  const auto there = sandbox.write("there.apdu", "mine");
  const auto outcome = sandbox.sesame({"import", log, there});
  CHECK(outcome.status == 2);
  CHECK(sandbox.read("there.apdu") == "mine");
  CHECK(sandbox.sesame({"import", log, sandbox.file("card.txt")}).status == 2);
  CHECK(sandbox.sesame({"import", log, sandbox.file("none/card.apdu")}).status == 3);

  const auto none = sandbox.file("none.apdu");
  const auto broken =
      sandbox.sesame({"import", sandbox.write("broken", "R:3B00\nC:80CA9F1700:6A8:\n"), none});
  CHECK(broken.status == 2);
  CHECK_THAT(broken.err, Contains("broken:2: bytes with an odd number of hex digits\n"));
  const auto unknown = sandbox.sesame({"import", sandbox.write("letter", "Dear Sir,\n"), none});
  CHECK(unknown.status == 2);
  CHECK_THAT(unknown.err, Contains("name it with --format: cardpeek, pcscd"));
  CHECK(sandbox.sesame({"import", log, none, "--format", "pcscd"}).status == 2);
  CHECK(sandbox.sesame({"import", sandbox.file("no log"), none}).status == 2);
  CHECK_FALSE(std::filesystem::exists(none));
}
