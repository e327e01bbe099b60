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
  for (int i = 0; i <= static_cast<int>(FaultKind::stuck_key); ++i) {
    const auto kind = static_cast<FaultKind>(i);
    CHECK(shape_of(kind).kind == kind);
    CHECK_FALSE(to_string(kind).empty());
    CHECK(names.insert(to_string(kind)).second);
    for (const FaultField* field : shape_of(kind).fields) {
      const auto all = fault_fields();
      CHECK(std::find(all.begin(), all.end(), field) != all.end());
    }
  }
  CHECK(fault_shapes().size() == names.size());
}

TEST_CASE("a mute card does not answer its reset") {
  Bench bench("");
  bench.fault(fault(FaultKind::mute));
  bench.insert();
  CHECK(bench->reader().notice() == Notice::card_mute);
  CHECK(bench.text() == "La carte ne\nrépond pas");
}

TEST_CASE("a card that falls silent in between stays so until the fault is taken away") {
  Bench bench;
  bench.fault(fault(FaultKind::mute, 12));
  bench.ask_code();
  CHECK(bench.text() == "La carte ne\nrépond pas");
  bench.press("OK");
  CHECK(bench.text() == "La carte ne\nrépond pas");
  bench->set_faults({});
  bench.press("OK");
  bench.ask_code();
  CHECK(bench.state() == State::code);
}

Fault slow(std::uint32_t ms) {
  Fault slow = fault(FaultKind::slow);
  slow.ms = ms;
  return slow;
}

TEST_CASE("a slow card answers when its time has come, and virtual time stops there") {
  Bench bench("");
  bench.fault(slow(500));
  bench.insert();
  CHECK(bench.text() == "Patientez…");
  CHECK(bench->deadline() == 500);
  bench->advance(499);
  CHECK(bench.state() == State::starting);
  CHECK(bench->deadline() == 500);
  bench->advance(1);
  CHECK(bench->deadline() == 1'000);
  int answers = 1;
  while (bench.state() == State::starting && answers < 50) {
    CHECK(bench->to_next_deadline());
    ++answers;
  }
  CHECK(bench.state() == State::choose_function);
  CHECK(bench->now() == 500U * static_cast<Millis>(answers));
}

TEST_CASE("a slow card gives the same code, however time is cut") {
  const Millis step = GENERATE(Millis{7}, Millis{500}, Millis{100'000});
  Bench fast, bench;
  bench.fault(slow(100));
  fast.ask_code();
  bench.ask_code();
  CHECK(bench.state() == State::working);
  for (int i = 0; i < 2'000 && bench.state() == State::working; ++i) {
    step > 20'000 ? static_cast<void>(bench->to_next_deadline()) : bench->advance(step);
  }
  CHECK(bench.code() == fast.code());
}

TEST_CASE("a card that is slower than the reader's patience counts as mute") {
  Bench bench("");
  bench.fault(slow(20'001));
  bench.insert();
  bench->advance(20'000);
  CHECK(bench->reader().notice() == Notice::card_mute);
  bench->advance(10'000);
  CHECK(bench->reader().notice() == Notice::card_mute);
}

TEST_CASE("C gives up a slow dialogue, and its late answer is nobody's") {
  Bench bench;
  bench.fault(slow(1'000));
  bench.ask_code();
  bench.press("C");
  CHECK(bench.state() == State::choose_function);
  bench->advance(5'000);
  CHECK(bench.state() == State::choose_function);
}

TEST_CASE("a slow card that is pulled out is out at once") {
  Bench bench;
  bench.fault(slow(1'000));
  bench.ask_code();
  bench->pull();
  CHECK(bench.text() == "Carte retirée");
  bench->advance(2'000);
  CHECK(bench.text() == "Carte retirée");
}

TEST_CASE("with a real clock a slow card answers at a tick") {
  Bench bench("", "sesame", ClockKind::real);
  bench->tick(1'000);
  bench.fault(slow(300));
  bench.insert();
  CHECK(bench->deadline() == 1'300);
  bench->tick(1'299);
  CHECK(bench->deadline() == 1'300);
  bench->tick(1'300);
  CHECK(bench->deadline() == 1'600);
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
  Bench bench("");
  Fault override_status = fault(FaultKind::status_word);
  override_status.ins = each.ins;
  override_status.sw = each.sw;
  bench.fault(override_status);
  bench.insert();
  if (bench.state() == State::choose_function) bench.ask_code();
  CHECK(bench.text() == each.text);
}

TEST_CASE("a command whose status word is overridden is not executed") {
  Bench bench;
  Fault wrong = fault(FaultKind::status_word);
  wrong.ins = 0x20;
  wrong.sw = 0x63C1;
  bench.fault(wrong);
  bench.ask_code("0000");
  CHECK(bench->card()->state()->tries_left == 3);
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
  Bench whole;
  const auto right = answers(*whole);
  REQUIRE(right.size() >= 3);
  for (std::size_t at = 0; at < 3; ++at) {
    CAPTURE(at);
    Bench bench("");
    bench.fault(fault(FaultKind::corrupted, at));
    bench.insert();
    const auto wrong = answers(*bench);
    REQUIRE(wrong.size() > at);
    for (std::size_t i = 0; i < at; ++i) CHECK(wrong[i] == right[i]);
    CHECK((wrong[at][0] ^ right[at][0]) == 0x80);
    CHECK(equal(Bytes(wrong[at]).subspan(1), Bytes(right[at]).subspan(1)));
  }
}

TEST_CASE("a corrupted cryptogram is an error, not another code") {
  Bench whole;
  whole.ask_code();
  const std::size_t cryptogram = answers(*whole).size() - 3;
  Bench bench("");
  bench.fault(fault(FaultKind::corrupted, cryptogram));
  bench.insert();
  bench.ask_code();
  CAPTURE(answers(*whole));
  CHECK(bench.text() == "Erreur de carte");
}

TEST_CASE("a bad ATR is a card error, until the fault is taken away") {
  Bench bench("");
  bench.fault(fault(FaultKind::bad_atr));
  bench.insert();
  CHECK(bench.text() == "Erreur de carte");
  bench->set_faults({});
  bench.press("OK");
  CHECK(bench.state() == State::choose_function);
}

TEST_CASE("a low battery says so when the reader wakes, and everything works") {
  Bench bench("");
  bench.fault(fault(FaultKind::low_battery));
  CHECK(bench->battery_low());
  bench.insert();
  CHECK(bench.text() == "Pile faible");
  SECTION("for two seconds") {
    bench->advance(1'999);
    CHECK(bench.text() == "Pile faible");
    bench->advance(1);
    CHECK(bench.text() == "Choisir la\nfonction");
  }
  SECTION("or until a key") {
    bench.press("CODE");
    CHECK(bench.text() == "Code secret ?");
    bench.type("1234");
    CHECK(bench.state() == State::code);
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
  Bench bench("");
  bench.fault(fault(FaultKind::low_battery));
  bench.insert();
  REQUIRE(bench.text() == "Pile faible");
  bench->set_faults({});
  CHECK(bench.text() == "Choisir la\nfonction");
  CHECK(std::get<ScreenChanged>(bench->log().back().what).rows ==
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
  Bench bench("");
  bench.fault(fault(FaultKind::dead_battery, at));
  bench.insert();
  if (!bench->battery_dead()) bench.ask_code();
  CHECK(bench->battery_dead());
  CHECK_FALSE(bench->screen().lit);
  CHECK_FALSE(bench->deadline());
  bench.press("OK");
  bench->pull();
  bench.insert();
  bench->advance(60'000);
  CHECK_FALSE(bench->screen().lit);
  CHECK(bench.state() == State::off);
}

TEST_CASE("a stuck key repeats itself after every other key") {
  Bench bench;
  Fault stuck = fault(FaultKind::stuck_key);
  stuck.key = "5";
  bench.press("CODE");
  bench.fault(stuck);
  bench.press("1");
  CHECK(bench.text() == "Code secret ?\n**");
  bench.press("5");
  CHECK(bench.text() == "Code secret ?\n***");
}

TEST_CASE("a key that the reader does not have cannot be stuck") {
  Bench bench;
  Fault stuck = fault(FaultKind::stuck_key);
  stuck.key = "M3";
  CHECK_THROWS_AS(bench.fault(stuck), Refusal);
  CHECK(bench->faults().empty());
}

}  // namespace
}  // namespace sesame::sim
