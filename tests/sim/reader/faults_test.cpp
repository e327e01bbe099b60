// What can be broken on purpose.
#include "sim/reader/faults.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "host/profile/shipped.hpp"
#include "sim/reader/refusal.hpp"
#include "tests/sim/reader/readers.hpp"

namespace sesame::sim {
namespace {

using namespace test;

TEST_CASE("every fault has a name of its own, and says no more than faults can") {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < fault_shapes().size(); ++i) {
    const auto kind = static_cast<FaultKind>(i);
    CHECK(shape_of(kind).kind == kind);
    CHECK_FALSE(to_string(kind).empty());
    CHECK(names.insert(to_string(kind)).second);
    for (const FaultField* field : shape_of(kind).fields) {
      const auto all = fault_fields();
      CHECK(std::find(all.begin(), all.end(), field) != all.end());
    }
  }
  CHECK(names.size() > static_cast<std::size_t>(FaultKind::stuck_key));
}

TEST_CASE("a mute card does not answer its reset") {
  TestReader reader("");
  reader.fault(fault(FaultKind::mute));
  reader.insert();
  CHECK(reader->reader().notice() == Notice::card_mute);
  CHECK(reader.text() == "La carte ne\nrépond pas");
}

TEST_CASE("a card that falls silent in between stays so until the fault is taken away") {
  TestReader reader;
  reader.fault(fault(FaultKind::mute, 12));
  reader.ask_code();
  CHECK(reader.text() == "La carte ne\nrépond pas");
  reader.press("OK");
  CHECK(reader.text() == "La carte ne\nrépond pas");
  reader->set_faults({});
  reader.press("OK");
  reader.ask_code();
  CHECK(reader.state() == State::code);
}

Fault slow(std::uint32_t ms) {
  Fault slow = fault(FaultKind::slow);
  slow.ms = ms;
  return slow;
}

TEST_CASE("a slow card answers when its time has come, and virtual time stops there") {
  TestReader reader("");
  reader.fault(slow(500));
  reader.insert();
  CHECK(reader.text() == "Patientez…");
  CHECK(reader->deadline() == 500);
  reader->advance(499);
  CHECK(reader.state() == State::starting);
  CHECK(reader->deadline() == 500);
  reader->advance(1);
  CHECK(reader->deadline() == 1'000);
  int answers = 1;
  while (reader.state() == State::starting && answers < 50) {
    CHECK(reader->to_next_deadline());
    ++answers;
  }
  CHECK(reader.state() == State::choose_function);
  CHECK(reader->now() == 500U * static_cast<Millis>(answers));
}

TEST_CASE("a slow card gives the same code, however time is cut") {
  const Millis step = GENERATE(Millis{7}, Millis{500}, Millis{100'000});
  TestReader fast, reader;
  reader.fault(slow(100));
  fast.ask_code();
  reader.ask_code();
  CHECK(reader.state() == State::working);
  for (int i = 0; i < 2'000 && reader.state() == State::working; ++i) {
    step > 20'000 ? static_cast<void>(reader->to_next_deadline()) : reader->advance(step);
  }
  CHECK(reader.code() == fast.code());
}

TEST_CASE("a card that is slower than the reader's patience counts as mute") {
  TestReader reader("");
  reader.fault(slow(20'001));
  reader.insert();
  reader->advance(20'000);
  CHECK(reader->reader().notice() == Notice::card_mute);
  reader->advance(10'000);
  CHECK(reader->reader().notice() == Notice::card_mute);
}

TEST_CASE("C gives up a slow dialogue, and its late answer is dropped") {
  TestReader reader;
  reader.fault(slow(1'000));
  reader.ask_code();
  reader.press("C");
  CHECK(reader.state() == State::choose_function);
  reader->advance(5'000);
  CHECK(reader.state() == State::choose_function);
}

TEST_CASE("a slow card that is pulled out is out at once") {
  TestReader reader;
  reader.fault(slow(1'000));
  reader.ask_code();
  reader->pull();
  CHECK(reader.text() == "Carte retirée");
  reader->advance(2'000);
  CHECK(reader.text() == "Carte retirée");
}

TEST_CASE("with a real clock a slow card answers at a tick") {
  TestReader reader("", "sesame", ClockKind::real);
  reader->tick(1'000);
  reader.fault(slow(300));
  reader.insert();
  CHECK(reader->deadline() == 1'300);
  reader->tick(1'299);
  CHECK(reader->deadline() == 1'300);
  reader->tick(1'300);
  CHECK(reader->deadline() == 1'600);
}

struct Override {
  std::uint8_t ins;
  std::uint16_t sw;
  const char* text;
};

TEST_CASE("a status word takes the place of the card's answer") {
  const auto each = GENERATE(
      Override{0xAE, 0x6985, "Refusé par\nla carte"}, Override{0x20, 0x6983, "Code bloqué\nVoir la banque"},
      Override{0xA4, 0x6A81, "Carte bloquée\nVoir la banque"}, Override{0xA4, 0x6A82, "Mauvaise carte"});
  TestReader reader("");
  Fault override_status = fault(FaultKind::status_word);
  override_status.ins = each.ins;
  override_status.sw = each.sw;
  reader.fault(override_status);
  reader.insert();
  if (reader.state() == State::choose_function) reader.ask_code();
  CHECK(reader.text() == each.text);
}

TEST_CASE("a command whose status word is overridden is not executed") {
  TestReader reader;
  Fault wrong = fault(FaultKind::status_word);
  wrong.ins = 0x20;
  wrong.sw = 0x63C1;
  reader.fault(wrong);
  reader.ask_code("0000");
  CHECK(reader->card()->state()->tries_left == 3);
}

std::vector<std::vector<std::uint8_t>> answers(const LiveReader& reader) {
  std::vector<std::vector<std::uint8_t>> answers;
  for (const LogEntry& each : reader.log()) {
    const auto* apdu = std::get_if<Exchanged>(&each.what);
    if (apdu != nullptr && !apdu->command.empty()) answers.push_back(apdu->response);
  }
  return answers;
}

TEST_CASE("a corrupted answer has its first bit changed, and the others are as they were") {
  TestReader whole;
  const auto right = answers(*whole);
  REQUIRE(right.size() >= 3);
  for (std::size_t at = 0; at < 3; ++at) {
    CAPTURE(at);
    TestReader reader("");
    reader.fault(fault(FaultKind::corrupted, at));
    reader.insert();
    const auto wrong = answers(*reader);
    REQUIRE(wrong.size() > at);
    for (std::size_t i = 0; i < at; ++i) CHECK(wrong[i] == right[i]);
    CHECK((wrong[at][0] ^ right[at][0]) == 0x80);
    CHECK(equal(Bytes(wrong[at]).subspan(1), Bytes(right[at]).subspan(1)));
  }
}

TEST_CASE("a corrupted cryptogram is an error, not another code") {
  TestReader whole;
  whole.ask_code();
  const std::size_t cryptogram = answers(*whole).size() - 3;
  TestReader reader("");
  reader.fault(fault(FaultKind::corrupted, cryptogram));
  reader.insert();
  reader.ask_code();
  CAPTURE(answers(*whole));
  CHECK(reader.text() == "Erreur de carte");
}

TEST_CASE("a bad ATR is a card error, until the fault is taken away") {
  TestReader reader("");
  reader.fault(fault(FaultKind::bad_atr));
  reader.insert();
  CHECK(reader.text() == "Erreur de carte");
  reader->set_faults({});
  reader.press("OK");
  CHECK(reader.state() == State::choose_function);
}

TEST_CASE("a low battery says so when the reader wakes, and everything works") {
  TestReader reader("");
  reader.fault(fault(FaultKind::low_battery));
  CHECK(reader->battery_low());
  reader.insert();
  CHECK(reader.text() == "Pile faible");
  SECTION("for two seconds") {
    reader->advance(1'999);
    CHECK(reader.text() == "Pile faible");
    reader->advance(1);
    CHECK(reader.text() == "Choisir la\nfonction");
  }
  SECTION("or until a key") {
    reader.press("CODE");
    CHECK(reader.text() == "Code secret ?");
    reader.type("1234");
    CHECK(reader.state() == State::code);
  }
}

// The shipped model with one more language, made of a file's words alone, and something else besides.
std::shared_ptr<const profile::LoadedReader> german_model(std::string_view from = "",
                                                          std::string_view to = "") {
  std::string text(*profile::shipped_text(profile::ProfileKind::readers, "sesame"));
  const auto replace = [&](std::string_view old, std::string_view with) {
    const std::size_t at = text.find(old);
    REQUIRE(at != std::string::npos);
    text.replace(at, old.size(), with);
  };
  replace("languages = [", "languages = [\"de\", ");
  if (!from.empty()) replace(from, to);
  text += "\n[texts.de]\nlow_battery = \"Batterie\\nschwächelt\"\n";
  for (std::size_t i = 0; i < kMessageCount; ++i) {
    text += std::string(to_string(static_cast<Message>(i))) + " = \"Wort\"\n";
  }
  return std::make_shared<const profile::LoadedReader>(profile::read_reader(text, "german.toml"));
}

TEST_CASE("the battery is low in whatever language the reader speaks: its words are data") {
  LiveReader reader(german_model(), ClockKind::virtual_time);
  reader.set_faults({fault(FaultKind::low_battery)});
  reader.press(Key::ok);
  CHECK(to_text(reader.screen()) == "Batterie\nschwächelt");
  reader.advance(2'000);
  CHECK(to_text(reader.screen()) == "Wort");
}

TEST_CASE("a battery that is no longer low is not said to be low any more") {
  TestReader reader("");
  reader.fault(fault(FaultKind::low_battery));
  reader.insert();
  REQUIRE(reader.text() == "Pile faible");
  reader->set_faults({});
  CHECK(reader.text() == "Choisir la\nfonction");
  CHECK(std::get<ScreenChanged>(reader->log().back().what).rows ==
        std::vector<std::string>{"Choisir la      ", "fonction        "});
}

TEST_CASE("the words about the battery end with the light, and nothing waits for their end in the dark") {
  LiveReader reader(german_model("inactivity = 30", "inactivity = 1"), ClockKind::virtual_time);
  reader.set_faults({fault(FaultKind::low_battery)});
  reader.press(Key::ok);
  REQUIRE(reader.screen().lit);
  reader.advance(1'000);
  CHECK_FALSE(reader.screen().lit);
  CHECK_FALSE(reader.deadline());
  reader.set_faults({});
  reader.press(Key::ok);
  CHECK(to_text(reader.screen()) == "Wort");
}

TEST_CASE("a battery that dies in the dialogue leaves the reader dark for good") {
  const std::size_t at = GENERATE(0U, 3U, 9U);
  TestReader reader("");
  reader.fault(fault(FaultKind::dead_battery, at));
  reader.insert();
  if (!reader->battery_dead()) reader.ask_code();
  CHECK(reader->battery_dead());
  CHECK_FALSE(reader->screen().lit);
  CHECK_FALSE(reader->deadline());
  reader.press("OK");
  reader->pull();
  reader.insert();
  reader->advance(60'000);
  CHECK_FALSE(reader->screen().lit);
  CHECK(reader.state() == State::off);
}

// ---- by the step of the dialogue, and but once

Fault at_stage(FaultKind kind, Stage stage, std::uint32_t at = 0) {
  Fault broken = fault(kind, at);
  broken.stage = stage;
  return broken;
}
Fault once(Fault fault) {
  fault.once = true;
  return fault;
}
Fault refusal(Stage stage, std::uint32_t sw) {
  Fault refused = at_stage(FaultKind::status_word, stage);
  refused.sw = sw;
  return refused;
}

std::string last_command(const LiveReader& reader) {
  std::string name;
  for (const LogEntry& each : reader.log()) {
    if (const auto* apdu = std::get_if<Exchanged>(&each.what)) name = apdu->name();
  }
  return name;
}

TEST_CASE("a stage has the name of a command, and the first GENERATE AC is not the second") {
  const auto stage = [](std::initializer_list<std::uint8_t> command) {
    return stage_of(std::vector<std::uint8_t>(command));
  };
  CHECK(stage({0x00, 0xA4, 0x04, 0x00}) == Stage::select);
  CHECK(stage({0x80, 0xAE, 0x80, 0x00}) == Stage::generate_ac);
  CHECK(stage({0x80, 0xAE, 0x00, 0x00}) == Stage::second_generate_ac);
  CHECK_FALSE(stage({0x00, 0xC0, 0x00, 0x00}));
  CHECK_FALSE(stage({0x00, 0xA4}));
}

TEST_CASE("a card is pulled out at the stage that is named, whatever number that command has") {
  struct Pulled {
    Stage stage;
    const char* command;
  };
  const auto each = GENERATE(Pulled{Stage::select, "SELECT"}, Pulled{Stage::verify, "VERIFY"},
                             Pulled{Stage::get_data, "GET DATA 9F17"},
                             Pulled{Stage::generate_ac, "GENERATE AC for an ARQC"},
                             Pulled{Stage::second_generate_ac, "GENERATE AC for an AAC"});
  TestReader reader("");
  reader.fault(at_stage(FaultKind::removed, each.stage));
  reader.insert();
  if (reader->card() != nullptr) reader.ask_code();
  CHECK(reader->card() == nullptr);
  CHECK(last_command(*reader) == each.command);
}

TEST_CASE("a number counts the commands of the stage alone") {
  TestReader reader("");
  reader.fault(at_stage(FaultKind::removed, Stage::read_record, 1));
  reader.insert();
  reader.ask_code();
  CHECK(reader->card() == nullptr);
  CHECK(last_command(*reader) == "READ RECORD 2, SFI 1");
}

TEST_CASE("a stage is refused with a status word of one's choice, and no other command is") {
  TestReader reader("");
  reader.fault(refusal(Stage::verify, 0x6983));
  reader.insert();
  reader.ask_code();
  CHECK(reader.text() == "Code bloqué\nVoir la banque");
  CHECK(answers(*reader).back() == std::vector<std::uint8_t>{0x69, 0x83});
}

TEST_CASE("of a stage the whole answer is corrupted, not the 61xx that announces it") {
  TestReader whole, reader("");
  whole.ask_code();
  reader.fault(at_stage(FaultKind::corrupted, Stage::generate_ac));
  reader.insert();
  reader.ask_code();
  CHECK(reader.text() == "Erreur de carte");
  const auto wrong = answers(*reader);
  CHECK(wrong[wrong.size() - 2][0] == 0x61);
  CHECK((wrong.back()[0] ^ 0x80) == 0x80);  // the template of format 1
}

TEST_CASE("a card is slow at one stage, and at no other") {
  TestReader reader("");
  Fault late = slow(700);
  late.stage = Stage::verify;
  reader.fault(late);
  reader.insert();
  CHECK(reader.state() == State::choose_function);
  reader.ask_code();
  CHECK(reader->deadline() == 700);
  reader->advance(700);
  CHECK(reader.state() == State::code);
}

TEST_CASE("a card that falls silent at a stage stays so") {
  TestReader reader("");
  reader.fault(at_stage(FaultKind::mute, Stage::verify));
  reader.insert();
  reader.ask_code();
  CHECK(reader.text() == "La carte ne\nrépond pas");
  reader.press("OK");
  CHECK(reader.text() == "La carte ne\nrépond pas");
}

TEST_CASE("the battery dies at the stage that is named") {
  TestReader reader("");
  reader.fault(at_stage(FaultKind::dead_battery, Stage::verify));
  reader.insert();
  CHECK_FALSE(reader->battery_dead());
  reader.ask_code();
  CHECK(reader->battery_dead());
}

TEST_CASE("what happens but once is gone once it has happened, and the log says so") {
  const auto broken =
      GENERATE(once(refusal(Stage::generate_ac, 0x6985)), once(at_stage(FaultKind::mute, Stage::verify)),
               once(at_stage(FaultKind::corrupted, Stage::generate_ac)));
  TestReader reader("");
  reader.fault(broken);
  reader->set_faults({broken, fault(FaultKind::low_battery)});
  reader.insert();
  reader->advance(2'000);
  CHECK(reader->faults().size() == 2);
  reader.ask_code();
  CHECK(reader.state() == State::notice);
  REQUIRE(reader->faults().size() == 1);
  CHECK(reader->faults()[0].kind == FaultKind::low_battery);
  reader->set_faults({});
  reader.press("OK");
  reader.ask_code();
  CHECK(reader.state() == State::code);
}

TEST_CASE("a card that is pulled out but once can be put in again") {
  TestReader reader("");
  reader.fault(once(fault(FaultKind::removed, 1)));
  reader.insert();
  CHECK(reader->card() == nullptr);
  CHECK(reader->faults().empty());
  reader.insert();
  CHECK(reader.state() == State::choose_function);
}

TEST_CASE("a stuck key repeats itself after every other key") {
  TestReader reader;
  Fault stuck = fault(FaultKind::stuck_key);
  stuck.key = "5";
  reader.press("CODE");
  reader.fault(stuck);
  reader.press("1");
  CHECK(reader.text() == "Code secret ?\n**");
  reader.press("5");
  CHECK(reader.text() == "Code secret ?\n***");
}

TEST_CASE("a key that the reader does not have cannot be stuck") {
  TestReader reader;
  Fault stuck = fault(FaultKind::stuck_key);
  stuck.key = "M3";
  CHECK_THROWS_AS(reader.fault(stuck), Refusal);
  CHECK(reader->faults().empty());
}

}  // namespace
}  // namespace sesame::sim
