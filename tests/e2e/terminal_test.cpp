// The PIN typed by a person at a terminal.
#include <catch2/catch.hpp>

#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <string>

#include "tests/e2e/process.hpp"

using Catch::Matchers::Contains;
using sesame::e2e::Sandbox;

namespace {

struct Seen {
  int status = -1;
  std::string text;
  bool echo_restored = false;
};

// Types `keys` when the prompt has appeared.
Seen at_terminal(const Sandbox& sandbox, const std::string& keys) {
  int terminal = -1;
  const std::string state = sandbox.file("state");
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  if (child == 0) {
    ::setenv("XDG_STATE_HOME", state.c_str(), 1);
    ::execl(SESAME_BINARY, "sesame", "code", static_cast<char*>(nullptr));
    ::_exit(127);
  }
  REQUIRE(child > 0);
  Seen seen;
  bool typed = false;
  char buffer[256];
  for (ssize_t got = 0; (got = ::read(terminal, buffer, sizeof buffer)) > 0;) {
    seen.text.append(buffer, static_cast<std::size_t>(got));
    if (typed || seen.text.find("PIN: ") == std::string::npos) continue;
    typed = true;
    REQUIRE(::write(terminal, keys.data(), keys.size()) == static_cast<ssize_t>(keys.size()));
  }
  termios after{};
  seen.echo_restored = ::tcgetattr(terminal, &after) == 0 && (after.c_lflag & ECHO) != 0;
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(terminal);
  seen.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return seen;
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
