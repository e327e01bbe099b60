// A slot with a pinpad of its own: the PIN is typed there, and the reader never has it.
#include <catch2/catch.hpp>

#include "tests/firmware/core/test_reader.hpp"
#include "tests/firmware/core/ways.hpp"

using namespace sesame;
using namespace sesame::test;

namespace {

const std::string kVerifyWithoutPin = "002000800820FFFFFFFFFFFFFF";

Dialogue on_pad(const std::string& answer, const char* tries_left = "03") {
  Dialogue dialogue = with(identify(), "GET DATA", std::string("9F1701") + tries_left + kOk) +
                      Dialogue{{"VERIFY on the pad", kVerifyWithoutPin, answer}};
  return dialogue;
}

// Where the reader asks for the PIN, and it is left to the pad.
void use_pad(TestReader& reader) {
  reader.insert();
  reader.press("CODE");
  REQUIRE(reader.state() == "pin");
  reader.handle(Event::pin_on_pad());
}

}  // namespace

TEST_CASE("PIN at the slot's pad: the VERIFY goes out without a PIN, once, and the code is made") {
  TestReader reader(kSesame, on_pad("9000"));
  use_pad(reader);
  CHECK(reader.code() == "42511495");
  CHECK(reader.times_asked("on the pad: " + kVerifyWithoutPin) == 1);
  CHECK(reader.times_asked("on the pad") == 1);
  CHECK(reader.times_asked("0020") == 0);
}

TEST_CASE("what was typed at the reader before is forgotten, not sent") {
  TestReader reader(kSesame, on_pad("silent"));
  reader.insert();
  reader.press("CODE");
  reader.type("8246");
  reader.handle(Event::pin_on_pad());
  CHECK(reader.screen() == "Patientez");
  CHECK(reader.last_asked() == "on the pad: " + kVerifyWithoutPin);
  CHECK_FALSE(reader.remembers("8246"));
}

TEST_CASE("a wrong PIN at the pad shows the tries left, and may be typed again at either") {
  const Dialogue twice = on_pad("63C2") + Dialogue{{"again", kVerifyWithoutPin, "9000"}};
  for (const bool at_pad : {true, false}) {
    TestReader reader(kSesame, twice);
    use_pad(reader);
    CHECK(reader.screen() == "Code faux/2 essais");
    reader.press("OK");
    CHECK(reader.screen() == "Code secret ?");
    CHECK(reader.times_asked("on the pad") == 1);  // not asked for there again
    if (at_pad) {
      reader.handle(Event::pin_on_pad());
    } else {
      reader.type("1234");
      reader.press("OK");
    }
    CHECK(reader.code() == "42511495");
    CHECK(reader.times_asked("on the pad") == (at_pad ? 2 : 1));
  }
}

TEST_CASE("the last try is warned of before a PIN is asked for at the pad") {
  TestReader reader(kSesame, on_pad("9000", "01"));
  use_pad(reader);
  CHECK(reader.screen() == "Dernier essai !/OK ou C");
  CHECK(reader.times_asked("on the pad") == 0);
  reader.press("OK");
  CHECK(reader.code() == "42511495");
  CHECK(reader.times_asked("on the pad") == 1);
}

TEST_CASE("a warning before the pad holds for one PIN, typed there or here") {
  for (const bool at_pad : {true, false}) {
    CAPTURE(at_pad);
    TestReader reader(kSesame, on_pad("63C1", "01") + Dialogue{{"again", kVerifyWithoutPin, "9000"}});
    use_pad(reader);
    reader.press("OK");
    CHECK(reader.screen() == "Code faux/1 essai");
    reader.press("OK");
    if (at_pad) {
      reader.handle(Event::pin_on_pad());
    } else {
      reader.type("1234");
      reader.press("OK");
    }
    CHECK(reader.screen() == "Dernier essai !/OK ou C");
    CHECK(reader.times_asked("on the pad") == 1);
    CHECK(reader.times_asked("0020") == 0);
    reader.press("OK");
    CHECK(reader.code() == "42511495");
  }
}

TEST_CASE("after C at the last try no PIN is asked for at the pad, and the next PIN is the reader's again") {
  TestReader reader(kSesame, on_pad("9000", "01"));
  use_pad(reader);
  reader.press("C");
  CHECK(reader.screen() == "Choisir la/fonction");
  reader.press("CODE");
  reader.type("1234");
  reader.press("OK");
  REQUIRE(reader.state() == "last_try");
  reader.press("OK");
  CHECK(reader.code() == "42511495");
  CHECK(reader.times_asked("on the pad") == 0);
}

TEST_CASE("a blocked PIN is said before a PIN is asked for at the pad") {
  TestReader reader(kSesame, on_pad("9000", "00"));
  use_pad(reader);
  CHECK(reader.screen() == "Code bloqué");
  CHECK(reader.times_asked("on the pad") == 0);
}

TEST_CASE("whatever the pad answers has its screen, and the card no power") {
  struct Row {
    const char* answer;
    const char* screen;
    std::uint16_t sw;
  };
  for (const Row& row : {Row{"63C0", "Code bloqué", 0x63C0},
                         {"6983", "Code bloqué", 0x6983},
                         {"6400", "Erreur carte", 0x6400},  // none was typed
                         {"6401", "Erreur carte", 0x6401},  // cancelled there
                         {"6B80", "Erreur carte", 0x6B80},
                         {"90", "Erreur carte", 0},
                         {"mute", "Carte muette", 0},
                         {"garbled", "Erreur carte", 0}}) {
    CAPTURE(row.answer);
    TestReader reader(kSesame, on_pad(row.answer));
    use_pad(reader);
    CHECK(reader.screen() == row.screen);
    CHECK(reader.reader.fault().sw == row.sw);
    CHECK(reader.last_asked() == "deactivate");
  }
}

TEST_CASE("an answer at the pad that is to be fetched is fetched as another") {
  TestReader reader(kSesame, on_pad("6102") + Dialogue{{"GET RESPONSE", "00C0000002", "9000"}});
  use_pad(reader);
  CHECK(reader.code() == "42511495");
}

TEST_CASE("the user has the reader's time to type at the pad, and the card its own after it") {
  TestReader reader(kSesame, on_pad("silent"));
  use_pad(reader);
  reader.wait(49'999);
  CHECK(reader.screen() == "Patientez");
  reader.wait(1);
  CHECK(reader.screen() == "Carte muette");
  CHECK(reader.last_asked() == "deactivate");
}

TEST_CASE("C gives up while the user types at the pad, and a late answer is dropped") {
  TestReader reader(kSesame, on_pad("silent"));
  use_pad(reader);
  const auto verify = reader.reader.request();
  REQUIRE(verify);
  reader.press("C");
  CHECK(reader.screen() == "Choisir la/fonction");
  CHECK(reader.last_asked() == "deactivate");
  reader.answer(verify->number, "9000");
  CHECK(reader.screen() == "Choisir la/fonction");
}

TEST_CASE("the card pulled out while the user types at the pad") {
  TestReader reader(kSesame, on_pad("removed"));
  use_pad(reader);
  CHECK(reader.screen() == "Carte retirée");
  CHECK_FALSE(reader.reader.request());
}

TEST_CASE("the pad does nothing where the reader asks for no PIN") {
  for (const Way& way : ways()) {
    if (way.state == "pin") continue;
    CAPTURE(way.state);
    TestReader reader(kVasco);
    reach(reader, way.state);
    const std::string screen = reader.screen();
    const auto asked = reader.asked;
    const auto deadline = reader.reader.deadline();
    reader.handle(Event::pin_on_pad());
    CHECK(reader.state() == way.state);
    CHECK(reader.screen() == screen);
    CHECK(reader.asked == asked);
    CHECK(reader.reader.deadline() == deadline);
  }
}
