// `sesame scenario` as a command: what it prints, and its exit statuses.
#include <catch2/catch.hpp>

#include <string>

#include "tests/e2e/process.hpp"

namespace sesame::e2e {

namespace {

using Catch::Contains;

std::string scenario(const std::string& steps) { return "title = \"A test\"\nsteps = [\n" + steps + "]\n"; }

const std::string kPasses = scenario("  { dark = true },\n");
const std::string kFails = scenario("  { insert = true },\n  { screen = \"Code secret ?\" },\n");
const std::string kWaits = scenario("  { wait_screen = \"never\", within = 1 },\n");

}  // namespace

TEST_CASE("the exit status tells passed, failed, usage, environment and time-out") {
  const Sandbox sandbox;
  const auto passes = sandbox.write("passes.toml", kPasses), fails = sandbox.write("fails.toml", kFails),
             waits = sandbox.write("waits.toml", kWaits), bad = sandbox.write("bad.toml", "title = 3\n");
  CHECK(sandbox.sesame({"scenario", passes}).status == 0);
  CHECK(sandbox.sesame({"scenario", passes, fails}).status == 1);
  CHECK(sandbox.sesame({"scenario", waits, fails}).status == 1);
  CHECK(sandbox.sesame({"scenario", passes, waits}).status == 4);
  CHECK(sandbox.sesame({"scenario"}).status == 2);
  CHECK(sandbox.sesame({"scenario", sandbox.file("none.toml")}).status == 2);
  CHECK(sandbox.sesame({"scenario", passes, "--token", "x"}).status == 2);
  CHECK(sandbox.sesame({"scenario", passes, "--url", "localhost"}).status == 2);
  const auto broken = sandbox.sesame({"scenario", passes, fails, "--url", "http://127.0.0.1:1"});
  CHECK(broken.status == 3);
  CHECK_THAT(broken.out, Contains("broken   " + passes) && Contains("not run  " + fails));
  CHECK(sandbox.sesame({"scenario", passes, "--junit", sandbox.file("no/such/folder.xml")}).status == 3);
}

TEST_CASE("nothing is played where a file is wrong") {
  const Sandbox sandbox;
  const auto passes = sandbox.write("passes.toml", kPasses), bad = sandbox.write("bad.toml", "title = 3\n");
  const auto outcome = sandbox.sesame({"scenario", passes, bad});
  CHECK(outcome.status == 2);
  CHECK(outcome.out.empty());
  CHECK_THAT(outcome.err, Contains(bad + ":1: "));
}

TEST_CASE("a failing scenario is reported with its line and its screen, and the others go on") {
  const Sandbox sandbox;
  const auto fails = sandbox.write("1.toml", kFails), passes = sandbox.write("2.toml", kPasses);
  const auto outcome = sandbox.sesame({"scenario", fails, passes});
  CHECK_THAT(outcome.out, Contains("failed   " + fails + ":4: A test: step 2 of 2") &&
                              Contains("│Choisir la      │") && Contains("passed   " + passes));
  CHECK(outcome.err == "sesame: 2 scenarios: 1 passed, 1 failed\n");
}

TEST_CASE("a folder stands for the scenarios in it and below, in the order of their names") {
  const Sandbox sandbox;
  std::filesystem::create_directories(sandbox.path() / "s/b/.hidden");
  for (const char* name :
       {"s/c.toml", "s/a.toml", "s/b/x.toml", "s/.no.toml", "s/b/.hidden/no.toml", "s/note.txt"}) {
    sandbox.write(name, kPasses);
  }
  const auto outcome = sandbox.sesame({"scenario", sandbox.file("s"), sandbox.file("s/a.toml")});
  CHECK(outcome.status == 0);
  const std::string s = sandbox.file("s/");
  CHECK(outcome.out == "passed   " + s + "a.toml: A test\npassed   " + s + "b/x.toml: A test\npassed   " + s +
                           "c.toml: A test\n3 scenarios: 3 passed\n");
  std::filesystem::create_directories(sandbox.path() / "empty");
  CHECK(sandbox.sesame({"scenario", sandbox.file("empty")}).status == 2);
}

TEST_CASE("a report in JUnit XML is written, also where a scenario fails") {
  const Sandbox sandbox;
  const auto fails = sandbox.write("fails.toml", kFails);
  CHECK(sandbox.sesame({"scenario", fails, "--junit", sandbox.file("report.xml")}).status == 1);
  CHECK_THAT(sandbox.read("report.xml"),
             Contains("<testsuites name=\"sesame scenario\" tests=\"1\" failures=\"1\""));
  CHECK_THAT(sandbox.read("report.xml"), Contains("said to the card") && Contains(" line=\"4\" "));
}

TEST_CASE("golden screens are recorded by the command and verified by it") {
  const Sandbox sandbox;
  const auto file = sandbox.write("g.toml", scenario("  { insert = true },\n  { golden = \"a\" },\n"));
  CHECK(sandbox.sesame({"scenario", file}).status == 1);
  CHECK(sandbox.sesame({"scenario", file, "--record"}).status == 0);
  CHECK(sandbox.sesame({"scenario", file}).status == 0);
  CHECK_THAT(sandbox.read("g.toml.golden"), Contains("[a]\n|Choisir la      |"));
}

TEST_CASE("scenarios are listed and chosen by their names, and what is no scenario is left alone") {
  const Sandbox sandbox;
  std::filesystem::create_directories(sandbox.path() / "s");
  const auto first = sandbox.write("s/a.toml", kPasses), second = sandbox.write("s/b.toml", kFails);
  sandbox.write("s/card.toml", "title = \"A card\"\npan = \"5413330000000019\"\n");
  const auto s = sandbox.file("s");
  const auto listed = sandbox.sesame({"scenario", s, "--list"});
  CHECK(listed.status == 0);
  CHECK(listed.out == first + ": A test\n" + second + ": A test\n");
  const auto chosen = sandbox.sesame({"scenario", s, "--filter", "a\\.toml: A"});
  CHECK(chosen.status == 0);
  CHECK(chosen.out == "passed   " + first + ": A test\n1 scenario: 1 passed; 1 other file left alone\n");
  const auto none = sandbox.sesame({"scenario", s, "--filter", "nothing"});
  CHECK(none.status == 2);
  CHECK_THAT(none.err, Contains("--filter: no scenario has a name that matches"));
  CHECK_THAT(sandbox.sesame({"scenario", s, "--filter", "("}).err, Contains("--filter: is no pattern"));
}

TEST_CASE("step by step is told what is done, seen and said, without a PIN") {
  const Sandbox sandbox;
  const auto file = sandbox.write(
      "v.toml", scenario("  { insert = true },\n  { press = \"CODE\" },\n  { pin = \"9753\" },\n"));
  const auto told = sandbox.sesame({"scenario", file, "--verbose"});
  CHECK(told.status == 0);
  CHECK_THAT(told.out, Contains("playing  " + file + ": A test\n     3  insert = true\n") &&
                           Contains("│Choisir la      │") && Contains("     5  pin = \"****\"\n") &&
                           Contains("VERIFY") && Contains("> 002000") && Contains("< 63C2"));
  CHECK_THAT(told.out, !Contains("9753"));
}

TEST_CASE("all steps are explained by a command") {
  const Sandbox sandbox;
  const auto page = sandbox.sesame({"help", "scenario"});
  CHECK(page.status == 0);
  CHECK_THAT(page.out, Catch::StartsWith("# Scenarios") && Contains("expect_tries_left"));
  CHECK(sandbox.sesame({"help", "nothing"}).status == 2);
  CHECK(sandbox.sesame({"help"}).status == 2);
}

TEST_CASE("no report shows a PIN") {
  const Sandbox sandbox;
  const auto file = sandbox.write(
      "pin.toml",
      scenario("  { insert = true },\n  { press = \"CODE\" },\n  { pin = \"9753\" },\n  { dark = true },\n"));
  const auto outcome = sandbox.sesame({"scenario", file, "--junit", sandbox.file("report.xml")});
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.out + outcome.err + sandbox.read("report.xml"), !Contains("9753"));
}

TEST_CASE("the same scenarios give the same report each time") {
  const Sandbox sandbox;
  const auto first = sandbox.sesame({"scenario", SCENARIOS});
  INFO(first.out << first.err);
  CHECK(first.status == 0);
  CHECK(sandbox.sesame({"scenario", SCENARIOS}).out == first.out);
}

}  // namespace sesame::e2e
