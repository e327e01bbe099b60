// `sesame tui` at a terminal, as somebody sees it.
#include <catch2/catch.hpp>

#include <algorithm>
#include <csignal>
#include <string>

#include "tests/sim/tui/glass.hpp"

namespace sesame::e2e {

namespace {

using Catch::Contains;

}  // namespace

TEST_CASE("somebody at a terminal makes a code, lets time pass, and ends it") {
  const Sandbox sandbox;
  Glass glass(sandbox, {"tui", "--clock", "virtual"});
  INFO(glass.screen());
  REQUIRE(glass.shows("i: put sesame-card in"));
  glass.type("i");
  REQUIRE(glass.shows("│Choisir la      │"));
  glass.type("a");
  REQUIRE(glass.shows("│Code secret ?   │"));
  glass.type("1234");
  REQUIRE(glass.shows("│****            │"));
  glass.type("\r");
  REQUIRE(glass.shows("│Code Sésame     │"));
  REQUIRE(glass.shows("GENERATE AC for an ARQC"));
  glass.type(">");
  REQUIRE(glass.no_longer_shows("Code Sésame     "));
  glass.type("q");
  CHECK(glass.wait() == 0);
  CHECK(glass.restored());
  CHECK_THAT(glass.printed(), !Contains("1234"));
}

TEST_CASE("the drawing follows the window") {
  const Sandbox sandbox;
  Glass glass(sandbox, {"tui"});
  REQUIRE(glass.shows("q end"));
  glass.resize(10, 40);
  REQUIRE(glass.shows("40 columns and 10 rows"));
  glass.resize(30, 100);
  REQUIRE(glass.shows("i: put sesame-card in"));
  REQUIRE(glass.shows("q end"));
  glass.type("q");
  CHECK(glass.wait() == 0);
}

TEST_CASE("whatever ends it, the terminal is as before") {
  const Sandbox sandbox;
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) {
    Glass glass(sandbox, {"tui"});
    REQUIRE(glass.shows("q end"));
    CHECK_FALSE(glass.restored());
    glass.signal(number);
    CHECK(glass.wait() == 0);
    CHECK(glass.restored());
  }
  Glass typed(sandbox, {"tui"});
  REQUIRE(typed.shows("q end"));
  typed.type("\x03");
  CHECK(typed.wait() == 0);
  CHECK(typed.restored());
}

TEST_CASE("F1 and Backspace are keys of the reader") {
  const Sandbox sandbox;
  Glass glass(sandbox, {"tui"});
  REQUIRE(glass.shows("q end"));
  glass.type("i");
  REQUIRE(glass.shows("Choisir la"));
  glass.type("\x1bOP12");
  REQUIRE(glass.shows("│**              │"));
  glass.type("\b");
  REQUIRE(glass.shows("│*               │"));
}

TEST_CASE("a terminal without Unicode gets ASCII, and so does --ascii") {
  const Sandbox sandbox;
  for (const auto& [arguments, locale] : {std::pair{std::vector<std::string>{"tui"}, "C"},
                                          std::pair{std::vector<std::string>{"tui", "--ascii"}, "C.UTF-8"}}) {
    Glass glass(sandbox, arguments, locale);
    REQUIRE(glass.shows("q end"));
    glass.type("i");
    REQUIRE(glass.shows("|Choisir la      |"));
    for (const char c : glass.printed()) CHECK(static_cast<unsigned char>(c) < 0x80);
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
  Glass glass(sandbox, {"tui", "--card", "no-such"});
  REQUIRE(glass.shows("no-such"));
  CHECK(glass.wait() == 2);
  CHECK(glass.restored());
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
    Glass glass(sandbox, {"tui"}, "C.UTF-8", 24, 80, row.term);
    INFO(glass.printed());
    CHECK(glass.wait() == 3);
    CHECK(glass.restored());
    const std::string printed = glass.printed();
    CHECK_THAT(printed, Contains(row.says));
    CHECK(std::count(printed.begin(), printed.end(), '\n') == 1);
    CHECK(printed.find('\x1B') == std::string::npos);
  }
}

}  // namespace sesame::e2e
