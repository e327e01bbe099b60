// What other people's programs say of the reader.
#include <catch2/catch.hpp>

#include <array>
#include <cstdio>

#include "tests/host/ifd/program.hpp"
#include "tests/host/ifd/served_reader.hpp"
#include "tests/pcscd/private_daemon.hpp"

namespace sesame::ifd::test {
namespace {

using Catch::Matchers::Contains;
using e2e::Sandbox;
using pcscd::PrivateDaemon;

std::string output_of(const PrivateDaemon& daemon, const std::string& command) {
  std::string line;
  for (const auto& [name, value] : daemon.environment()) line += name + "=" + value + " ";
  std::FILE* program = ::popen((line + command + " 2>&1").c_str(), "r");
  REQUIRE(program != nullptr);
  std::string out;
  std::array<char, 4096> buffer{};
  for (std::size_t got = 0; (got = std::fread(buffer.data(), 1, buffer.size(), program)) > 0;) {
    out.append(buffer.data(), got);
  }
  ::pclose(program);
  return out;
}

struct ListedReader {
  Sandbox sandbox;
  ServedReader reader{sandbox, sandbox.file("reader")};
  PrivateDaemon daemon{{{"Sesame", "unix:" + reader.socket(), IFD_HANDLER, 0}}};

  ListedReader() { REQUIRE(Program("Sesame").wait_until(true)); }
};

TEST_CASE("opensc-tool lists a reader with a card and a PIN pad") {
  const ListedReader setup;
  const std::string listed = output_of(setup.daemon, OPENSC_TOOL " -l");
  CAPTURE(listed);
  CHECK_THAT(listed, Contains("Sesame 00 00") && Contains("PIN pad") && Contains("Yes"));
}

TEST_CASE("pcsc_scan shows the reader and the card's ATR") {
  const ListedReader setup;
  // -t alone ends it: it would wait for a change.
  const std::string scanned = output_of(setup.daemon, PCSC_SCAN " -n -t 1");
  CAPTURE(scanned);
  CHECK_THAT(scanned, Contains("Sesame 00 00") && Contains("3B 65 00 00 53 45 53 4D 01"));
}

}  // namespace
}  // namespace sesame::ifd::test
