#include "sim/scenario/play.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "host/base/failure.hpp"
#include "sim/scenario/live_device.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sesame::sim {

namespace {

using Catch::Contains;

Scenario scenario(const std::string& steps, const std::string& file = "a.toml") {
  return std::move(read_scenarios("title = \"A test\"\nsteps = [\n" + steps + "]\n", file).front());
}

Outcome outcome_of(const Scenario& scenario, GoldenMode mode = GoldenMode::verify) {
  return play(scenario, mode, [&] { return std::make_unique<LiveDevice>(scenario.profile); });
}

const std::string kToCode =
    "{ insert = true },\n{ next_atc = \"00B4\" },\n{ press = \"CODE\" },\n{ pin = \"1234\" },\n";

}  // namespace

TEST_CASE("the manual's code is made in a scenario, and disappears after 35 seconds of virtual time") {
  const Outcome outcome = outcome_of(
      scenario(kToCode +
               "{ screen = \"Code Sésame\\n4251 1495\" },\n{ expect_code = \"42511495\" },\n"
               "{ advance = \"34999ms\" },\n{ dark = false },\n{ advance = \"1ms\" },\n{ dark = true },\n"));
  INFO(outcome.why);
  CHECK(outcome.verdict == Verdict::passed);
  CHECK(outcome.step == 0);
}

TEST_CASE("an expectation that is not met fails at its step, with what was seen") {
  struct Case {
    const char* step;
    const char* why;
  };
  const std::vector<Case> all{
      {"screen = \"Code Sésame\"", "another screen"},
      {"screen_matches = \"9999\"", "matches \"9999\""},
      {"dark = true", "a dark screen"},
      {"expect_code = \"42511496\"", "42511496 was expected, not 42511495"},
      {"expect_state = \"pin\"", "pin was expected, not code"},
      {"expect_notice = \"card_mute\"", "card_mute was expected, not none"},
      {"expect_answer = \"ok\"", "the answer ok was expected, not none"},
      {"expect_cryptogram = \"1\"", "the cryptogram 1 was expected, not none"},
      {"computer = \"pin\"", "the reader sesame has no cable to a computer"},
      {"expect_last_atc = \"00B5\"", "00B5 was expected, not 00B4"},
      {"expect_tries_left = 2", "2 tries left were expected, not 3"},
      {"golden = \"a\"", "a.toml.golden has no screen a"},
      {"press = \"M1\"", "M1"},
  };
  for (const Case& one : all) {
    const Outcome outcome = outcome_of(scenario(kToCode + "{ " + one.step + " },\n"));
    INFO(one.step << " " << outcome.why);
    CHECK(outcome.verdict == Verdict::failed);
    CHECK(outcome.step == 5);
    CHECK(outcome.line == 7);
    CHECK_THAT(outcome.why, Contains(one.why));
    REQUIRE(outcome.seen);
    CHECK(text_of(*outcome.seen) == "Code Sésame\n4251 1495");
  }
}

TEST_CASE("a dark screen is no lit screen without characters") {
  CHECK(outcome_of(scenario("{ screen = \"\" },\n")).verdict == Verdict::failed);
}

TEST_CASE("blanks at the end of rows and empty rows at the end do not count") {
  CHECK(outcome_of(scenario("{ press = \"OK\" },\n{ screen = \"Insérez  \\nvotre carte \\n\\n\" },\n"))
            .verdict == Verdict::passed);
  CHECK(outcome_of(scenario("{ press = \"OK\" },\n{ screen = \" Insérez\\nvotre carte\" },\n")).verdict ==
        Verdict::failed);
}

TEST_CASE("the same code is not a new one") {
  const std::string again = "{ expect_new_code = true },\n";
  CHECK(outcome_of(scenario(kToCode + again)).verdict == Verdict::passed);
  const Outcome outcome = outcome_of(scenario(kToCode + again + again));
  CHECK(outcome.verdict == Verdict::failed);
  CHECK_THAT(outcome.why, Contains("42511495 again"));
}

TEST_CASE("what is waited for in vain is a time-out, and the reader's time has gone that far") {
  const Outcome outcome =
      outcome_of(scenario("{ insert = true },\n{ wait_screen = \"never\", within = 20 },\n"));
  CHECK(outcome.verdict == Verdict::timed_out);
  CHECK_THAT(outcome.why, Contains("within 20 s"));
  CHECK(outcome.seen->now == 20'000);
}

TEST_CASE("a wait goes from one deadline to the next, and not beyond what it waits for") {
  const Outcome outcome =
      outcome_of(scenario("{ fault = { kind = \"slow\", ms = 500 } },\n{ insert = true },\n"
                          "{ wait_screen = \"Choisir\", within = 20 },\n{ dark = true },\n"));
  CHECK(outcome.step == 4);
  CHECK(outcome.seen->now < 3'000);
}

TEST_CASE("what a reader refuses fails the step, and the next scenario is not concerned") {
  const Outcome pulled = outcome_of(scenario("{ pull = true },\n"));
  CHECK(pulled.verdict == Verdict::failed);
  CHECK_THAT(pulled.why, Contains("no card"));
  CHECK(outcome_of(scenario("{ next_atc = \"00B4\" },\n")).verdict == Verdict::failed);
  CHECK(outcome_of(scenario("{ next_deadline = true },\n")).verdict == Verdict::failed);
}

TEST_CASE("a reset gives a fresh reader without card and faults") {
  const Outcome outcome =
      outcome_of(scenario("{ fault = { kind = \"mute\" } },\n{ insert = true },\n{ reset = true },\n"
                          "{ dark = true },\n{ insert = true },\n"
                          "{ expect_state = \"choose_function\" },\n"));
  INFO(outcome.why);
  CHECK(outcome.verdict == Verdict::passed);
}

TEST_CASE("golden screens are recorded, verified, and kept where the scenario fails") {
  const sesame::test::TemporaryFolder folder;
  const std::string file = folder.file("a.toml");
  const Scenario lit = scenario(
      "{ insert = true },\n{ golden = \"begin\" },\n{ advance = 30 },\n{ golden = \"end\" },\n", file);
  CHECK(outcome_of(lit).verdict == Verdict::failed);
  CHECK(outcome_of(lit, GoldenMode::record).verdict == Verdict::passed);
  const std::string recorded = sesame::test::content(file + ".golden");
  CHECK_THAT(recorded, Contains("[begin]\n|Choisir la      |\n|fonction        |\n\n[end]\ndark\n"));
  CHECK(outcome_of(lit).verdict == Verdict::passed);

  const Scenario other = scenario("{ press = \"OK\" },\n{ golden = \"begin\" },\n", file);
  const Outcome differs = outcome_of(other);
  CHECK(differs.verdict == Verdict::failed);
  REQUIRE(differs.expected);
  CHECK(differs.expected->front() == "Choisir la      ");

  const Scenario fails = scenario("{ golden = \"begin\" },\n{ dark = false },\n", file);
  CHECK(outcome_of(fails, GoldenMode::record).verdict == Verdict::failed);
  CHECK(sesame::test::content(file + ".golden") == recorded);
}

TEST_CASE("an invalid file of golden screens is refused, with its line") {
  const sesame::test::TemporaryFolder folder;
  const std::string file = folder.file("a.toml");
  for (const char* text : {"|row|\n", "[a]\nrow\n", "[a]\n[a]\n"}) {
    std::ofstream(file + ".golden") << text;
    try {
      outcome_of(scenario("{ golden = \"a\" },\n", file));
      FAIL("not refused: " << text);
    } catch (const Failure& failure) {
      CHECK(failure.kind() == Failure::invalid);
      CHECK_THAT(failure.what(), Contains("a.toml.golden:"));
    }
  }
}

}  // namespace sesame::sim
