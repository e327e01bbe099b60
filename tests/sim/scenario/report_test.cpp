#include "sim/scenario/report.hpp"

#include <catch2/catch.hpp>

namespace sesame::sim {

namespace {

using Catch::Contains;

Outcome passed() {
  Outcome outcome;
  outcome.file = "a.toml";
  outcome.title = "Fine";
  outcome.steps = 3;
  outcome.verdict = Verdict::passed;
  return outcome;
}

Outcome failed() {
  Outcome outcome = passed();
  outcome.title = "A <b> & \"c\"";
  outcome.verdict = Verdict::failed;
  outcome.step = 2;
  outcome.line = 7;
  outcome.why = "another screen was expected";
  outcome.expected = {"Code secret ?"};
  outcome.seen.emplace();
  outcome.seen->lit = true;
  outcome.seen->columns = 16;
  outcome.seen->rows = {"Carte retirée   ", "                "};
  return outcome;
}

}  // namespace

TEST_CASE("a scenario that passed is one line") { CHECK(text_report(passed()) == "passed   a.toml: Fine"); }

TEST_CASE("a scenario that failed shows where, what was expected, and the screen") {
  CHECK(text_report(failed()) ==
        "failed   a.toml:7: A <b> & \"c\": step 2 of 3: another screen was expected\n"
        "  expected              shown\n"
        "  ┌────────────────┐    ┌────────────────┐\n"
        "  │Code secret ?   │    │Carte retirée   │\n"
        "  │                │    │                │\n"
        "  └────────────────┘    └────────────────┘");
}

TEST_CASE("a dark screen is drawn as one") {
  Outcome outcome = failed();
  outcome.expected.reset();
  outcome.seen->lit = false;
  CHECK_THAT(text_report(outcome), Contains("\n  dark\n  ┌────────────────┐\n  │                │\n"));
}

TEST_CASE("the summary counts what there was") {
  Outcome late = failed();
  late.verdict = Verdict::timed_out;
  const std::vector<Outcome> all{passed(), failed(), passed(), late};
  CHECK(summary(all) == "4 scenarios: 2 passed, 1 failed, 1 timeout");
  CHECK(summary(std::vector<Outcome>{passed()}) == "1 scenario: 1 passed");
}

TEST_CASE("a failure shows what was said to the card last, and a step of another file where it stands") {
  Outcome outcome = failed();
  outcome.place = "steps/pin.toml:3";
  for (int i = 0; i < 20; ++i) outcome.dialogue.push_back({"GET DATA 9F17", "80CA9F1700", "9F1701036"});
  outcome.dialogue.push_back({"VERIFY", "0020008008****************", ""});
  const std::string text = text_report(outcome);
  CHECK_THAT(text, Contains("step 2 of 3, steps/pin.toml:3: another screen"));
  CHECK_THAT(text,
             Contains("\n  said to the card, the last 12 of 21:\n    GET DATA 9F17\n    > 80CA9F1700\n"));
  CHECK_THAT(text, Catch::EndsWith("\n    VERIFY\n    > 0020008008****************\n    < nothing"));
  CHECK_THAT(junit_report(std::vector<Outcome>{outcome}), Contains("&gt; 0020008008****************"));
}

TEST_CASE(
    "JUnit XML has a suite for each file, with its time, and the line and properties of each scenario") {
  Outcome first = passed(), other = failed();
  first.began = std::chrono::system_clock::time_point(std::chrono::seconds(1'000'000'000));
  first.begins = 4;
  first.profile = "sesame";
  first.card = "bank-card";
  first.parameters = {{"key", "CODE"}, {"secret", "****"}};
  other.file = "b.toml";
  const std::string xml = junit_report(std::vector<Outcome>{first, first, other});
  CHECK_THAT(
      xml,
      Contains("<testsuite name=\"a.toml\" timestamp=\"2001-09-09T01:46:40\" tests=\"2\" failures=\"0\""));
  CHECK_THAT(xml, Contains("<testsuite name=\"b.toml\"") && Contains("tests=\"1\" failures=\"1\""));
  CHECK_THAT(xml, Contains("<testsuites name=\"sesame scenario\" tests=\"3\" failures=\"1\""));
  CHECK_THAT(xml, Contains("file=\"a.toml\" line=\"4\"") && Contains("file=\"b.toml\" line=\"7\""));
  CHECK_THAT(xml, Contains("<property name=\"profile\" value=\"sesame\"/>") &&
                      Contains("<property name=\"card\" value=\"bank-card\"/>") &&
                      Contains("<property name=\"parameter.secret\" value=\"****\"/>"));
}

TEST_CASE("JUnit XML counts failures and errors apart, and escapes what it must") {
  Outcome broken = passed();
  broken.verdict = Verdict::broken;
  broken.why = "no answer";
  Outcome skipped = passed();
  skipped.verdict = Verdict::not_run;
  const std::string xml = junit_report(std::vector<Outcome>{passed(), failed(), broken, skipped});
  CHECK_THAT(xml, Contains("tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\" time=\"0.000\""));
  CHECK_THAT(
      xml,
      Contains("<testcase classname=\"a.toml\" name=\"Fine\" file=\"a.toml\" line=\"0\" time=\"0.000\">"));
  CHECK_THAT(xml, Contains("name=\"A &lt;b&gt; &amp; &quot;c&quot;\""));
  CHECK_THAT(
      xml,
      Contains("<failure type=\"failed\" message=\"step 2 of 3: another screen was expected\">a.toml:7: "));
  CHECK_THAT(xml, Contains("│Carte retirée   │"));
  CHECK_THAT(xml, Contains("<error type=\"broken\" message=\"no answer\">"));
  CHECK_THAT(xml, Contains("<skipped/>"));
}

TEST_CASE("a report is XML and harmless whatever the names and screens hold") {
  Outcome outcome = failed();
  outcome.file = "caf\xE9\x1B.toml";
  outcome.title = "two\nlines \xC2\x9B \xED\xA0\x80";
  outcome.why = std::string("a \0 b \x07", 7);
  outcome.seen->rows = {"\x1B[2J"};
  outcome.expected = {"caf\xE9"};
  const std::string xml = junit_report(std::vector<Outcome>{outcome});
  CHECK_THAT(xml, Contains("classname=\"caf\xEF\xBF\xBD\xEF\xBF\xBD.toml\""));
  CHECK_THAT(xml, Contains("name=\"two&#10;lines \xC2\x9B"));
  for (const std::string& text : {xml, text_report(outcome)}) {
    for (const char c : text) CHECK((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
    CHECK_THAT(text, !Contains("\xE9\x1B") && !Contains("\xED\xA0"));
  }
  CHECK_THAT(text_report(outcome), !Contains("\xC2\x9B"));
}

}  // namespace sesame::sim
