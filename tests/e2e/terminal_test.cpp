// The PIN typed by a person at a terminal.
#include <catch2/catch.hpp>

#include <poll.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>

#include "tests/e2e/background.hpp"
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

TEST_CASE("whatever is missing is said before a PIN is typed") {
  const Sandbox sandbox;
  const auto damaged = sandbox.write("damaged.state", "sesame-state 1\nnonsense\n");
  struct Row {
    std::vector<std::string> arguments;
    int status;
  };
  for (const Row& row : {
           Row{{"code", "--card", sandbox.file("none.toml")}, 2},
           Row{{"code", "--card", sandbox.file("none.apdu")}, 2},
           Row{{"code", "--card", "none"}, 2},
           Row{{"code", "--profile", "none"}, 2},
           Row{{"code", "--state", damaged}, 2},
           Row{{"code", "--state", sandbox.file("no/such/folder")}, 3},
           Row{{"code", "--trace", sandbox.file("no/such/folder")}, 3},
           Row{{"code", "--trace", sandbox.path().string()}, 3},
           Row{{"record", sandbox.file("no/such/folder.apdu")}, 3},
           Row{{"code", "--device", "serial:" + sandbox.file("none")}, 3},
           Row{{"code", "--device", "qemu:" + sandbox.file("none")}, 3},
       }) {
    const Seen seen = sesame::e2e::at_terminal(sandbox, row.arguments, [](pid_t) { return "1234\r"; });
    INFO(row.arguments.back() << ": " << seen.text);
    CHECK(seen.status == row.status);
    CHECK_THAT(seen.text, !Contains("PIN: "));
  }
  CHECK_FALSE(std::filesystem::exists(sandbox.path() / "state"));
}

TEST_CASE("a serial port is as it was, whatever ends the program that waits for its board") {
  struct Ends {
    Ends() { REQUIRE(::openpty(&board, &port, path, nullptr, nullptr) == 0); }
    Ends(const Ends&) = delete;
    Ends& operator=(const Ends&) = delete;
    ~Ends() {
      ::close(board);
      ::close(port);
    }
    bool is_raw() const {
      termios now{};
      return ::tcgetattr(port, &now) == 0 && (now.c_lflag & ICANON) == 0;
    }
    int board = -1, port = -1;
    char path[64] = "";
  };
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    CAPTURE(number);
    const Sandbox sandbox;
    const Ends ends;
    sesame::e2e::Background program(
        sandbox, {"code", "--device", std::string("serial:") + ends.path, "--pin-env", "CARD_PIN"},
        {{"CARD_PIN", "1234"}});
    // What it says to the board comes when the port is set up.
    pollfd spoken{ends.board, POLLIN, 0};
    REQUIRE(::poll(&spoken, 1, 30'000) == 1);
    REQUIRE(ends.is_raw());
    program.signal(number);
    CHECK(program.wait() == 128 + number);
    CHECK_FALSE(ends.is_raw());
  }
}
