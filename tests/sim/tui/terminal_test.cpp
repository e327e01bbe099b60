// `sesame tui` at a terminal, as a user sees it.
#include <catch2/catch.hpp>

#include <algorithm>
#include <csignal>
#include <string>

#include "tests/sim/tui/terminal_emulator.hpp"

namespace sesame::e2e {

namespace {

using Catch::Contains;

}  // namespace

TEST_CASE("a user at a terminal makes a code, lets time pass, and ends it") {
  const Sandbox sandbox;
  TerminalEmulator terminal(sandbox, {"tui", "--clock", "virtual"});
  INFO(terminal.screen());
  REQUIRE(terminal.shows("i: put sesame-card in"));
  terminal.type("i");
  REQUIRE(terminal.shows("│Choisir la      │"));
  terminal.type("a");
  REQUIRE(terminal.shows("│Code secret ?   │"));
  terminal.type("1234");
  REQUIRE(terminal.shows("│****            │"));
  terminal.type("\r");
  REQUIRE(terminal.shows("│Code Sésame     │"));
  REQUIRE(terminal.shows("GENERATE AC for an ARQC"));
  terminal.type(">");
  REQUIRE(terminal.no_longer_shows("Code Sésame     "));
  terminal.type("q");
  CHECK(terminal.wait() == 0);
  CHECK(terminal.restored());
  CHECK_THAT(terminal.printed(), !Contains("1234"));
}

TEST_CASE("the drawing follows the window") {
  const Sandbox sandbox;
  TerminalEmulator terminal(sandbox, {"tui"});
  REQUIRE(terminal.shows("q end"));
  terminal.resize(10, 40);
  REQUIRE(terminal.shows("40 columns and 10 rows"));
  terminal.resize(30, 100);
  REQUIRE(terminal.shows("i: put sesame-card in"));
  REQUIRE(terminal.shows("q end"));
  terminal.type("q");
  CHECK(terminal.wait() == 0);
}

TEST_CASE("whatever ends it, the terminal is as before") {
  const Sandbox sandbox;
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) {
    TerminalEmulator terminal(sandbox, {"tui"});
    REQUIRE(terminal.shows("q end"));
    CHECK_FALSE(terminal.restored());
    terminal.signal(number);
    CHECK(terminal.wait() == 0);
    CHECK(terminal.restored());
  }
  TerminalEmulator typed(sandbox, {"tui"});
  REQUIRE(typed.shows("q end"));
  typed.type("\x03");
  CHECK(typed.wait() == 0);
  CHECK(typed.restored());
}

TEST_CASE("F1 and Backspace are keys of the reader") {
  const Sandbox sandbox;
  TerminalEmulator terminal(sandbox, {"tui"});
  REQUIRE(terminal.shows("q end"));
  terminal.type("i");
  REQUIRE(terminal.shows("Choisir la"));
  terminal.type("\x1bOP12");
  REQUIRE(terminal.shows("│**              │"));
  terminal.type("\b");
  REQUIRE(terminal.shows("│*               │"));
}

TEST_CASE("a terminal without Unicode gets ASCII, and so does --ascii") {
  const Sandbox sandbox;
  for (const auto& [arguments, locale] : {std::pair{std::vector<std::string>{"tui"}, "C"},
                                          std::pair{std::vector<std::string>{"tui", "--ascii"}, "C.UTF-8"}}) {
    TerminalEmulator terminal(sandbox, arguments, locale);
    REQUIRE(terminal.shows("q end"));
    terminal.type("i");
    REQUIRE(terminal.shows("|Choisir la      |"));
    for (const char c : terminal.printed()) CHECK(static_cast<unsigned char>(c) < 0x80);
  }
}

TEST_CASE("without a terminal it says what to use instead") {
  const Sandbox sandbox;
  const auto outcome = sandbox.sesame({"tui"});
  CHECK(outcome.status == 2);
  CHECK_THAT(outcome.err, Contains("no terminal"));
}

TEST_CASE("a card that there is not is refused before the terminal is taken") {
  const Sandbox sandbox;
  TerminalEmulator terminal(sandbox, {"tui", "--card", "no-such"});
  REQUIRE(terminal.shows("no-such"));
  CHECK(terminal.wait() == 2);
  CHECK(terminal.restored());
}

TEST_CASE("a terminal that cannot show a reader is told so in one line, and gets nothing else") {
  const Sandbox sandbox;
  struct Row {
    const char* term;
    const char* says;
  };
  for (const Row& row :
       {Row{"dumb", "TERM is \"dumb\": a terminal that cannot show a reader"}, Row{"", "TERM is not set"},
        Row{nullptr, "TERM is not set"}, Row{"unknown", "TERM is \"unknown\""},
        Row{"no-such-terminal", "nothing is known of such a terminal"},
        Row{"../../../etc/passwd", "nothing is known of such a terminal"},
        Row{"\x1B[31m", "TERM is \"?[31m\""}}) {
    TerminalEmulator terminal(sandbox, {"tui"}, "C.UTF-8", 24, 80, row.term);
    INFO(terminal.printed());
    CHECK(terminal.wait() == 3);
    CHECK(terminal.restored());
    const std::string printed = terminal.printed();
    CHECK_THAT(printed, Contains(row.says));
    CHECK(std::count(printed.begin(), printed.end(), '\n') == 1);
    CHECK(printed.find('\x1B') == std::string::npos);
  }
}

}  // namespace sesame::e2e
