// The PIN typed by a person at a terminal.
#include <catch2/catch.hpp>

#include <filesystem>
#include <string>

#include "tests/e2e/terminal.hpp"

using Catch::Matchers::Contains;
using sesame::e2e::Sandbox;
using sesame::e2e::Seen;

namespace {

Seen at_terminal(const Sandbox& sandbox, const std::string& keys) {
  return sesame::e2e::at_terminal(sandbox, {"code"}, [&](pid_t) { return keys; });
}

}  // namespace

TEST_CASE("a PIN typed at the terminal is not echoed") {
  const Sandbox sandbox;
  const Seen seen = at_terminal(sandbox, "1234\r");
  CHECK(seen.status == 0);
  CHECK_THAT(seen.text, Contains("PIN: ") && !Contains("1234"));
  CHECK(seen.echo_restored);
}

TEST_CASE("a PIN can be corrected at the terminal") {
  const Sandbox sandbox;
  CHECK(at_terminal(sandbox,
                    "12\x7F"
                    "234\r")
            .status == 0);
}

TEST_CASE("^C at the PIN prompt gives up, before the card is touched, and leaves the terminal as it was") {
  const Sandbox sandbox;
  const Seen seen = at_terminal(sandbox, "12\x03");
  CHECK(seen.status == 2);
  CHECK_THAT(seen.text, Contains("no PIN was typed"));
  CHECK(seen.echo_restored);
  CHECK_FALSE(std::filesystem::exists(sandbox.path() / "state"));
}
