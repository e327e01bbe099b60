#include <catch2/catch.hpp>

#include <string>
#include <variant>
#include <vector>

#include "host/base/failure.hpp"
#include "sim/scenario/scenario.hpp"

namespace sesame::sim {

namespace {

using Catch::Contains;

std::string with_step(const std::string& step) {
  return "title = \"A test\"\nsteps = [\n  { insert = true },\n  { " + step + " },\n]\n";
}

std::string refusal(const std::string& text) {
  try {
    read_scenario(text, "folder/a.toml");
  } catch (const Failure& failure) {
    CHECK(failure.kind() == Failure::invalid);
    return failure.what();
  }
  return "not refused";
}

template <class Expected>
Expected only_step(const std::string& step) {
  Scenario scenario = read_scenario(with_step(step), "folder/a.toml");
  REQUIRE(scenario.steps.size() == 2);
  CHECK(scenario.steps[1].line == 4);
  REQUIRE(std::holds_alternative<Expected>(scenario.steps[1].action));
  return std::move(std::get<Expected>(scenario.steps[1].action));
}

}  // namespace

TEST_CASE("a scenario has a title, a profile, a card and steps with their lines") {
  const Scenario scenario = read_scenario(
      "title = \"Two\"\nprofile = \"vasco-810\"\ncard = \"bank-card\"\n[[steps]]\ninsert = "
      "true\n[[steps]]\ndark = true\n",
      "a.toml");
  CHECK(scenario.title == "Two");
  CHECK(scenario.profile == "vasco-810");
  CHECK(scenario.card.text == "bank-card");
  REQUIRE(scenario.steps.size() == 2);
  CHECK(scenario.steps[0].line == 5);
  CHECK(scenario.steps[1].line == 7);
}

TEST_CASE("without profile and card it is a Sésame with its card") {
  const Scenario scenario = read_scenario(with_step("pull = true"), "a.toml");
  CHECK(scenario.profile == "sesame");
  CHECK(scenario.card.kind == CardSpec::Kind::shipped);
  CHECK(scenario.card.text == "sesame-card");
}

TEST_CASE("a profile that is a file is named from the scenario's folder") {
  CHECK(read_scenario("profile = \"./mine.toml\"\n" + with_step("pull = true"), "folder/a.toml").profile ==
        "folder/./mine.toml");
}

TEST_CASE("a card may be written into the scenario") {
  const auto inserted = only_step<step::Insert>("insert = { transcript = \"> 00\" }");
  REQUIRE(inserted.card);
  CHECK(inserted.card->kind == CardSpec::Kind::transcript);
  CHECK(inserted.card->text == "> 00");
  CHECK(only_step<step::Insert>("insert = { toml = \"title\" }").card->kind == CardSpec::Kind::toml);
  CHECK_FALSE(only_step<step::Insert>("insert = true").card);
}

TEST_CASE("steps are read with their values") {
  CHECK(only_step<step::Press>("press = \"CODE\"").keys == std::vector<std::string>{"CODE"});
  CHECK(only_step<step::Press>("press = [\"1\", \"OK\"]").keys == std::vector<std::string>{"1", "OK"});
  CHECK(only_step<step::Hold>("hold = \"C\"").key == "C");
  CHECK(only_step<step::Pin>("pin = \"1234\"").digits.view() == "1234");
  CHECK(only_step<step::Enter>("enter = \"12.34\"").characters == "12.34");
  CHECK(only_step<step::Advance>("advance = 35").duration == 35'000);
  CHECK(only_step<step::Advance>("advance = \"999ms\"").duration == 999);
  CHECK(only_step<step::SetAtc>("next_atc = \"00B4\"").next == 0xB4);
  CHECK(only_step<step::SetTriesLeft>("tries_left = 1").tries == 1);
  CHECK(only_step<step::WaitScreen>("wait_screen = \"x\"").within == 30'000);
  CHECK(only_step<step::WaitScreen>("wait_screen = \"x\", within = 20").within == 20'000);
  CHECK(only_step<step::ExpectScreen>("screen = \"a\\nb\"").text == "a\nb");
  CHECK_FALSE(only_step<step::ExpectDark>("dark = false").dark);
  CHECK(only_step<step::ExpectState>("expect_state = \"pin\"").name == "pin");
  CHECK(only_step<step::ExpectNotice>("expect_notice = \"card_mute\"").name == "card_mute");
  CHECK(only_step<step::Command>("computer = \"pin\"").kind == ComputerCommand::Kind::pin);
  CHECK(only_step<step::Command>("computer = { sign = \"a\\nb\" }").text == "a\nb");
  CHECK(only_step<step::ExpectAnswer>("expect_answer = \"timed_out\"").name == "timed_out");
  CHECK(only_step<step::ExpectCryptogram>("expect_cryptogram = \"0123\"").digits == "0123");
}

TEST_CASE("every fault is read with what belongs to it") {
  const auto fault = [](const std::string& text) {
    return only_step<step::Break>("fault = { " + text + " }").fault;
  };
  CHECK(fault("kind = \"mute\"").kind == FaultKind::mute);
  CHECK(fault("kind = \"removed\", at = 3").at == 3);
  CHECK(fault("kind = \"slow\", ms = 500").ms == 500);
  CHECK(fault("kind = \"status_word\", ins = \"AE\", sw = \"6985\"").sw == 0x6985);
  CHECK(fault("kind = \"status_word\", ins = \"AE\", sw = \"6985\"").ins == 0xAE);
  CHECK(fault("kind = \"stuck_key\", key = \"5\"").key == "5");
  CHECK(fault("kind = \"corrupted\", at = 5").kind == FaultKind::corrupted);
  CHECK(fault("kind = \"dead_battery\", at = 4").kind == FaultKind::dead_battery);
  CHECK(fault("kind = \"bad_atr\"").kind == FaultKind::bad_atr);
  CHECK(fault("kind = \"removed\", stage = \"verify\"").stage == Stage::verify);
  CHECK(fault("kind = \"status_word\", stage = \"generate_ac\", sw = \"6985\"").ins == 0);
  CHECK(fault("kind = \"slow\", ms = 500, once = true").once);
  CHECK_FALSE(fault("kind = \"slow\", ms = 500").once);
  CHECK(fault("kind = \"low_battery\"").kind == FaultKind::low_battery);
}

TEST_CASE("what is wrong in a step is refused, with file and line") {
  struct Case {
    const char* step;
    const char* says;
  };
  const std::vector<Case> all{
      {"jump = true", "unknown key \"jump\""},
      {"pull = true, dark = true", "pull and dark are two steps"},
      {"within = 3", "a step that does nothing"},
      {"pull = false", "the only value is true"},
      {"press = \"\"", "no key"},
      {"press = []", "entries"},
      {"press = 5", "must be a string"},
      {"pin = \"12a4\"", "decimal digits"},
      {"pin = 1234", "in quotes"},
      {"enter = \"12,34\"", "cannot be typed"},
      {"advance = -1", "allowed: 0 to"},
      {"advance = \"5s\"", "no duration"},
      {"advance = 1.5", "number with a point"},
      {"next_atc = \"0\"", "no ATC"},
      {"next_atc = \"10000\"", "no ATC"},
      {"next_atc = \"G\"", "no ATC"},
      {"tries_left = 16", "allowed: 0 to 15"},
      {"screen_matches = \"(\"", "no pattern"},
      {"screen_matches = \"\"", "no pattern"},
      {"golden = \"A b\"", "no name"},
      {"dark = 1", "must be a boolean"},
      {"expect_code = \"\"", "digits"},
      {"expect_state = \"asleep\"", "allowed: off, insert_card"},
      {"expect_notice = \"nothing\"", "allowed: none, card_removed"},
      {"computer = \"sign\"", "allowed: pin, cryptogram, unplug"},
      {"computer = { sign = \"a\", show = \"b\" }", "one of show, sign"},
      {"computer = {}", "one of show, sign"},
      {"computer = { sign = \"é\" }", "cannot be shown; allowed: 1 to 240 printable"},
      {"computer = { show = \"\" }", "cannot be shown"},
      {"expect_answer = \"yes\"", "allowed: none, ok, cryptogram"},
      {"expect_cryptogram = \"a\"", "digits"},
      {"dark = true, within = 3", "goes with wait_screen alone"},
      {"insert = \"no-such-card\"", "allowed: aes-card"},
      {"insert = \"./no-such.toml\"", "cannot be used: folder/./no-such.toml"},
      {"insert = { toml = \"a\", transcript = \"b\" }", "one of toml, transcript"},
      {"fault = { kind = \"none\" }", "allowed: mute, slow"},
      {"fault = { at = 3 }", "kind is missing"},
      {"fault = { kind = \"slow\" }", "ms is missing"},
      {"fault = { kind = \"mute\", at = 10001 }", "10000"},
      {"fault = { kind = \"mute\", stage = \"pin\" }", "allowed: select, get_processing_options"},
      {"fault = { kind = \"bad_atr\", once = true }", "does not go with bad_atr"},
      {"fault = { kind = \"bad_atr\", at = 3 }", "does not go with bad_atr"},
      {"fault = { kind = \"status_word\", ins = \"AE\", sw = \"69\" }", "bytes"},
  };
  for (const Case& one : all) {
    INFO(one.step);
    const std::string line = refusal(with_step(one.step));
    CHECK_THAT(line, Catch::StartsWith("folder/a.toml:4: "));
    CHECK_THAT(line, Contains(one.says));
  }
}

TEST_CASE("a PIN is not repeated where it is wrong") {
  CHECK_THAT(refusal(with_step("pin = \"98x6\"")), !Contains("98x6"));
}

TEST_CASE("what is wrong around the steps is refused") {
  CHECK_THAT(refusal("steps = [ { insert = true } ]\n"), Contains("title is missing"));
  CHECK_THAT(refusal("title = \"a\"\n"), Contains("steps is missing"));
  CHECK_THAT(refusal("title = \"a\"\nsteps = []\n"), Contains("1 to 1000"));
  CHECK_THAT(refusal("title = \"a\"\nsteps = [ 3 ]\n"), Contains("must be a table"));
  CHECK_THAT(refusal("title = \"a\"\ncards = 3\nsteps = []\n"),
             Contains("folder/a.toml:2: unknown key \"cards\""));
  CHECK_THAT(refusal("profile = \"none\"\n" + with_step("pull = true")),
             Contains("allowed: barclays-pinsentry"));
  CHECK_THAT(refusal("title = [\n"), Contains("not TOML"));
}

TEST_CASE("a golden screen's name is used once in a file") {
  CHECK_THAT(refusal("title = \"a\"\nsteps = [\n  { golden = \"a\" },\n  { golden = \"a\" },\n]\n"),
             Catch::StartsWith("folder/a.toml:4: ") && Contains("second time"));
}

}  // namespace sesame::sim
