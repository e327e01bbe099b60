#include <catch2/catch.hpp>

#include <filesystem>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "host/base/failure.hpp"
#include "sim/scenario/files.hpp"
#include "sim/scenario/page.hpp"
#include "sim/scenario/scenario.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sesame::sim {

namespace {

Scenario read_scenario(const std::string& text, const std::string& file) {
  return std::move(read_scenarios(text, file).front());
}

using Catch::Contains;

std::string with_step(const std::string& step) {
  return "title = \"A test\"\nsteps = [\n  { insert = true },\n  { " + step + " },\n]\n";
}

std::string refusal(const std::string& text) {
  try {
    read_scenarios(text, "folder/a.toml");
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

namespace {

const std::string kTable =
    "title = \"{key}: {code} with {tries} tries\"\n"
    "parameters = [\n"
    "  { key = \"CODE\", secret = \"1234\", tries = 3, code = \"42511495\" },\n"
    "  { key = \"SIGN\", secret = \"9753\", tries = 1, code = \"1\" },\n"
    "]\n"
    "steps = [\n"
    "  { press = [\"{key}\", \"OK\"] },\n"
    "  { pin = \"{secret}\" },\n"
    "  { tries_left = \"{tries}\" },\n"
    "  { screen = \"{other} {code}{\" },\n"
    "]\n";

std::string table(const std::string& rows, const std::string& steps = "{ press = \"{a}\" }",
                  const std::string& title = "{a}") {
  return "title = \"" + title + "\"\nparameters = [\n" + rows + "]\nsteps = [ " + steps + " ]\n";
}

std::string refusal_of_file(const std::string& file) {
  try {
    load_scenarios(file);
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "not refused";
}

}  // namespace

TEST_CASE("each row of parameters makes a scenario, with its values in their places and kinds") {
  const auto all = read_scenarios(kTable, "a.toml");
  REQUIRE(all.size() == 2);
  CHECK(all[0].title == "CODE: 42511495 with 3 tries");
  CHECK(all[0].line == 3);
  CHECK(all[1].title == "SIGN: 1 with 1 tries");
  CHECK(all[1].line == 4);
  const auto& steps = all[1].steps;
  CHECK(std::get<step::Press>(steps[0].action).keys == std::vector<std::string>{"SIGN", "OK"});
  CHECK(std::get<step::Pin>(steps[1].action).digits.view() == "9753");
  CHECK(std::get<step::SetTriesLeft>(steps[2].action).tries == 1);
  CHECK(std::get<step::ExpectScreen>(steps[3].action).text == "{other} 1{");
  CHECK(steps[0].line == 7);
}

TEST_CASE("no parameter that is a PIN is shown, by whatever name it came there") {
  const auto all = read_scenarios(kTable, "a.toml");
  REQUIRE(all[1].parameters.size() == 4);
  CHECK(all[1].parameters[0].shown == "SIGN");
  CHECK(all[1].parameters[1].name == "secret");
  CHECK(all[1].parameters[1].shown == "****");
  for (const Step& step : all[1].steps) CHECK_THAT(step.text, !Contains("9753"));
  CHECK_THAT(refusal(table("{ a = \"9753\" },\n", "{ pin = \"{a}\" }")), Contains("a PIN in one place"));
}

TEST_CASE("parameters that make no sense are refused, with file and line") {
  using Row = std::pair<std::string, const char*>;
  for (const auto& [text, says] : std::vector<Row>{
           {table("{ a = \"1\" },\n{ b = \"2\" },\n"), "a.toml:4: parameters has other names than the first"},
           {table("{ a = \"1\" },\n{ a = \"1\" },\n"),
            "a.toml:4: parameters has the title of another: \"1\""},
           {table("{ a = \"1\", b = \"2\" },\n"), "is put nowhere; write {b} where it belongs"},
           {table("{ A = \"1\" },\n"), "is no name"},
           {table("{ },\n"), "has no values"},
           {table("{ a = [\"1\"] },\n", "{ press = \"{a}\" }", "x{a}"), "inside a text, which is a list"},
           {table("{ a = \"1\", b = true },\n", "{ press = \"{b}\" }"), "must be a string"},
           {table("3,\n"), "must be a table"},
           {table(""), "1 to 1000"}}) {
    CAPTURE(text);
    CHECK_THAT(refusal(text), Contains(says));
  }
}

TEST_CASE("steps of another file stand where they are included, with what is given along") {
  const test::TemporaryFolder folder;
  std::filesystem::create_directory(folder.path() / "steps");
  folder.write("steps/pin.toml",
               "steps = [\n  { press = \"{key}\" },\n  { include = \"digits.toml\", with = { n = "
               "\"{secret}\" } },\n]\n");
  folder.write("steps/digits.toml", "steps = [ { pin = \"{n}\" } ]\n");
  const std::string file =
      folder.write("a.toml",
                   "title = \"A\"\nsteps = [\n  { insert = true },\n"
                   "  { include = \"steps/pin.toml\", with = { key = \"CODE\", secret = \"1234\" } },\n"
                   "  { dark = true },\n]\n");
  const auto all = load_scenarios(file);
  const auto& steps = all.at(0).steps;
  REQUIRE(steps.size() == 4);
  CHECK(std::get<step::Press>(steps[1].action).keys == std::vector<std::string>{"CODE"});
  CHECK(std::get<step::Pin>(steps[2].action).digits.view() == "1234");
  CHECK(steps[0].place.empty());
  CHECK(steps[1].line == 4);
  CHECK(steps[1].place == folder.file("steps/pin.toml:2"));
  CHECK(steps[2].line == 4);
  CHECK(steps[3].line == 5);

  folder.write("round.toml", "steps = [ { include = \"round.toml\" } ]\n");
  using Row = std::pair<const char*, const char*>;
  for (const auto& [step, says] : std::vector<Row>{
           {"include = \"none.toml\"", "b.toml:3: "},
           {"include = \"a.toml\"", "a.toml:1: unknown key \"title\""},
           {"include = \"steps/digits.toml\", with = { n = \"1\", m = \"2\" }", "is put nowhere; write {m}"},
           {"include = \"steps/digits.toml\", dark = true", "unknown key \"dark\""},
           {"include = \"round.toml\"", "they include each other"}}) {
    CAPTURE(step);
    CHECK_THAT(refusal_of_file(
                   folder.write("b.toml", std::string("title = \"B\"\nsteps = [\n  { ") + step + " },\n]\n")),
               Contains(says));
  }
}

TEST_CASE("what is no scenario in a folder is left alone; what cannot be read is not") {
  const test::TemporaryFolder folder;
  const std::string scenario = folder.write("a.toml", with_step("dark = true")),
                    card = folder.write("card.toml", "title = \"A card\"\npan = \"5413330000000019\"\n");
  folder.write("steps.toml", "steps = [ { dark = true } ]\n");
  const Found found = find_scenarios({folder.path().string()});
  CHECK(found.files == std::vector<std::string>{scenario});
  CHECK(found.left_alone == 2);
  folder.write("broken.toml", "title = \n");
  CHECK(find_scenarios({folder.path().string()}).files.size() == 2);
  // Named by itself it is read, and says what it lacks.
  CHECK(find_scenarios({card}).files.size() == 1);
  CHECK_THAT(refusal_of_file(card), Contains("card.toml:2: unknown key \"pan\""));
}

TEST_CASE("each step is in the page that explains them all") {
  for (const std::string_view key : step_keys()) {
    CAPTURE(key);
    CHECK_THAT(std::string(scenario_page()), Contains(std::string(key) + " = "));
  }
}

}  // namespace sesame::sim
