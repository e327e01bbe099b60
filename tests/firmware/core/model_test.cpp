// What only some reader models have: a menu, a function begun by the card, a longer PIN, a reset card.
#include <catch2/catch.hpp>

#include "tests/firmware/core/test_reader.hpp"
#include "tests/firmware/core/ways.hpp"

using namespace sesame;
using namespace sesame::test;

namespace {

const std::string kGetCounter = "80CA9F3600";

// A card whose ATC is told where `answers` says so, in their order.
Dialogue counting(const std::vector<std::string>& answers) {
  Dialogue dialogue = identify();
  for (const std::string& answer : answers) dialogue.push_back({"GET DATA of the ATC", kGetCounter, answer});
  return dialogue;
}

const Dialogue kCounting = counting({"9F360200B49000"});

// The challenge and the code of the second published vector.
Dialogue challenged() {
  const std::string data = cdol1_data("000000000000", "0000", "00004815");
  Dialogue dialogue = with(identify(), "GENERATE AC", kChallengeAc + kOk);
  dialogue[6].command = first_generate_ac(data);
  dialogue[7].command = second_generate_ac(data);
  return dialogue;
}

// The same card for a reader whose menu is at its first item.
struct AtMenu : TestReader {
  explicit AtMenu(const Dialogue& dialogue = kCounting) : TestReader(kMenu, dialogue) {
    insert();
    press("M");
    REQUIRE(state() == "menu");
  }
};

}  // namespace

// ---- a function begun by the card

TEST_CASE("a reader without a function key asks for the challenge when the card is put in") {
  TestReader reader(kMenu, challenged());
  reader.insert();
  CHECK(reader.screen() == "Numéro ?");
  reader.type("4815");
  reader.press("OK");
  CHECK(reader.screen() == "Code secret ?");
  reader.type("1234");
  reader.press("OK");
  CHECK(reader.code() == "36473333");
  reader.press("OK");
  CHECK(reader.screen() == "Numéro ?");
  CHECK_FALSE(reader.remembers("36473333"));
}

TEST_CASE("what is given up begins anew") {
  TestReader reader(kMenu);
  reader.insert();
  reader.type("48");
  reader.hold("C");
  CHECK(reader.screen() == "Numéro ?");
  reader.press("C");
  CHECK(reader.screen() == "Numéro ?");
  reader.type("4815");
  reader.press("OK");
  reader.press("C");
  CHECK(reader.screen() == "Numéro ?");
  CHECK(reader.times_asked("activate") == 1);  // the card waits as it is
}

TEST_CASE("such a function has no key, and another is chosen as long as nothing is typed") {
  TestReader reader(kMenu);
  reader.insert();
  reader.handle(Event::press(Key::f3));
  CHECK(reader.screen() == "Numéro ?");
  reader.press("4");
  reader.press("SIGN");
  CHECK(reader.screen() == "Numéro ?/4");
  reader.hold("C");
  reader.press("SIGN");
  CHECK(reader.screen() == "Code secret ?");
  CHECK(reader.reader.function()->key == "SIGN");
  reader.type("1234");
  reader.press("OK");
  CHECK(reader.code() == "42511495");
  reader.press("SIGN");
  CHECK(reader.screen() == "Code secret ?");
}

TEST_CASE("a key wakes a reader whose card is still there, and it begins anew") {
  TestReader reader(kMenu);
  reader.insert();
  reader.wait(30'000);
  REQUIRE(reader.state() == "off");
  reader.press("OK");
  CHECK(reader.screen() == "Numéro ?");
}

TEST_CASE("a program gets the card of a reader that began by itself, until something is typed") {
  TestReader reader(kMenu);
  reader.insert();
  reader.connect();
  CHECK(reader.told() == kAtr);
  CHECK(reader.state() == "connected");
  reader.let_go();
  CHECK(reader.screen() == "Numéro ?");
  reader.press("4");
  reader.connect();
  CHECK(reader.told() == "busy");
  CHECK(reader.screen() == "Numéro ?/4");
}

// ---- the PIN

TEST_CASE("a longer least PIN: OK is not taken before") {
  ReaderProfile profile = kSesame;
  profile.min_pin_digits = 5;
  Dialogue dialogue = identify();
  dialogue[5].command = "00200080082512345FFFFFFFFF";
  TestReader reader(profile, dialogue);
  reader.use("CODE", "1234");
  CHECK(reader.screen() == "Code secret ?/****");
  reader.press("5");
  reader.press("OK");
  CHECK(reader.code() == "42511495");
}

TEST_CASE("a card that is reset after the PIN is selected anew before it gets it, once") {
  TestReader reader(
      kMenu, with(challenged(), "VERIFY", "63C2") + Dialogue{{"again", "0020008008241234FFFFFFFFFF", kOk}});
  reader.insert();
  const std::string select = "00A40400";
  CHECK(reader.times_asked("activate") == 1);
  CHECK(reader.times_asked(select) == 1);
  reader.type("4815");
  reader.press("OK");
  reader.type("1234");
  CHECK(reader.times_asked("activate") == 1);
  reader.press("OK");
  CHECK(reader.screen() == "Code faux/2 essais");
  CHECK(reader.times_asked("activate") == 2);
  CHECK(reader.times_asked(select) == 2);
  CHECK(reader.times_asked("80A8") == 1);
  reader.press("OK");
  reader.type("1234");
  reader.press("OK");
  CHECK(reader.code() == "36473333");
  CHECK(reader.times_asked("activate") == 2);  // the second PIN is of the same dialogue
}

// ---- numbers longer than what counts

TEST_CASE("of a long reference the last eight digits count, of a long amount the last twelve") {
  static constexpr Prompt kLong[] = {{PromptKind::reference, PromptPlace::after_pin, false, 16, 1},
                                     {PromptKind::amount, PromptPlace::after_pin, false, 15, 1}};
  static constexpr Function kSignLong[] = {{"SIGN", kLong}};
  ReaderProfile profile = kPinsentry;
  profile.functions = kSignLong;
  const std::string data = cdol1_data("456789012399", "0826", "34567890");
  Dialogue dialogue =
      with(identify(), "READ RECORD 2", tlv("70", tlv("9F55", "80") + tlv("9F56", kIpb)) + kOk);
  dialogue[6].command = first_generate_ac(data);
  dialogue[7].command = second_generate_ac(data);
  TestReader reader(profile, dialogue);
  reader.use("SIGN", "1234");
  reader.type("99991234567890");
  CHECK(reader.screen() == "Reference?//99991234567890");
  reader.press("OK");
  reader.type("1234567890123.99");
  CHECK(reader.screen() == "Amount?//1234567890123.99");
  reader.press("OK");
  CHECK(reader.code() == "42511495");
}

// ---- the menu

TEST_CASE("the menu's key shows one item after the other, then leads back") {
  AtMenu reader;
  CHECK(reader.screen() == "Contraste 3");
  reader.press("M");
  CHECK(reader.screen() == "Compteur/180");
  CHECK(reader.last_asked() == "deactivate");
  CHECK(reader.times_asked("80A8") == 0);
  reader.press("M");
  CHECK(reader.screen() == "Logiciel/0875.11");
  reader.press("M");
  CHECK(reader.screen() == "Français");
  reader.press("M");
  CHECK(reader.screen() == "Numéro ?");
}

TEST_CASE("C, held or not, leads back from each item, and so does OK") {
  for (const std::size_t presses : {0U, 1U, 2U, 3U}) {
    for (const char* key : {"C", "OK"}) {
      CAPTURE(presses, key);
      AtMenu reader;
      for (std::size_t i = 0; i < presses; ++i) reader.press("M");
      presses % 2 == 0 ? reader.press(key) : reader.hold(key);
      CHECK(reader.screen() == "Numéro ?");
    }
  }
}

TEST_CASE("a card that tells its ATC within a transaction only is begun one") {
  AtMenu reader(counting({"6985", "9F360200B59000"}));
  reader.press("M");
  CHECK(reader.screen() == "Compteur/181");
  CHECK(reader.times_asked("80A8") == 1);
  CHECK(reader.times_asked("00B2") == 0);
  CHECK(reader.times_asked("0020") == 0);
}

TEST_CASE("a card that does not tell its ATC has a question mark for it") {
  for (const char* answer : {"6A88", "9000", "9F3601009000", "9F17020001 9000", "6F00"}) {
    CAPTURE(answer);
    AtMenu reader(counting({answer}));
    reader.press("M");
    CHECK(reader.screen() == "Compteur/?");
  }
  AtMenu refusing(with(counting({"6985"}), "GET PROCESSING OPTIONS", "6985"));
  refusing.press("M");
  CHECK(refusing.screen() == "Compteur/?");
}

TEST_CASE("a card that fails while it is asked for its ATC is told as anywhere") {
  AtMenu mute(counting({"mute"}));
  mute.press("M");
  CHECK(mute.screen() == "Carte muette");
  AtMenu pulled(counting({"removed"}));
  pulled.press("M");
  CHECK(pulled.screen() == "Carte retirée");
  AtMenu slow(counting({"silent"}));
  slow.press("M");
  CHECK(slow.screen() == "Patientez");
  slow.press("C");
  CHECK(slow.screen() == "Numéro ?");
}

TEST_CASE("a code after the menu is made as without it") {
  AtMenu reader;
  reader.press("M");
  reader.press("C");
  reader.press("SIGN");
  reader.type("1234");
  reader.press("OK");
  CHECK(reader.code() == "42511495");
  reader.press("M");
  CHECK(reader.screen() == "Contraste 3");
  CHECK_FALSE(reader.remembers("42511495"));
  reader.press("M");
  CHECK(reader.screen() == "Compteur/180");
}

TEST_CASE("without a card the menu has no counter, and leads back to the question for one") {
  TestReader reader(kMenu);
  reader.press("OK");
  reader.press("M");
  CHECK(reader.screen() == "Contraste 3");
  reader.press("M");
  CHECK(reader.screen() == "Logiciel/0875.11");
  reader.press("C");
  CHECK(reader.screen() == "Insérez/votre carte");
  reader.press("M");
  reader.insert();
  CHECK(reader.screen() == "Numéro ?");
  CHECK(reader.last_asked() != "nothing");
}

TEST_CASE("1 lessens the contrast and 3 adds to it, OK keeps it, and C takes it back") {
  AtMenu reader;
  reader.press("3");
  CHECK(reader.screen() == "Contraste 4");
  CHECK(reader.reader.screen().contrast == 4);
  for (int i = 0; i < 3; ++i) reader.press("3");
  CHECK(reader.screen() == "Contraste 5");
  reader.press("C");
  CHECK(reader.reader.contrast() == 3);
  reader.press("M");
  for (int i = 0; i < 6; ++i) reader.press("1");
  CHECK(reader.screen() == "Contraste 1");
  reader.press("2");
  reader.press(".");
  CHECK(reader.screen() == "Contraste 1");
  reader.press("OK");
  CHECK(reader.reader.screen().contrast == 1);
  reader.press("M");
  reader.press("3");
  reader.press("M");  // on to the next item, not kept
  CHECK(reader.reader.contrast() == 1);
  reader.press("C");
  reader.press("M");
  reader.press("3");
  reader.wait(30'000);  // and neither is what was left alone
  CHECK(reader.state() == "off");
  reader.press("OK");
  CHECK(reader.reader.screen().contrast == 1);
}

TEST_CASE("a language that was chosen by key stays, whatever the card's is") {
  AtMenu reader;
  for (int i = 0; i < 3; ++i) reader.press("M");
  REQUIRE(reader.screen() == "Français");
  reader.press("3");
  CHECK(reader.screen() == "English");
  reader.press("C");
  CHECK(reader.screen() == "Numéro ?");
  reader.press("M");
  for (int i = 0; i < 3; ++i) reader.press("M");
  reader.press("1");
  CHECK(reader.screen() == "Nederlands");
  reader.press("OK");
  CHECK(reader.screen() == "Getal?");
  reader.remove();
  CHECK(reader.screen() == "Kaart weg");
  reader.insert();
  CHECK(reader.screen() == "Getal?");  // though the card prefers French
  reader.connect();
  reader.let_go();
  CHECK(reader.screen() == "Getal?");
}

TEST_CASE("silence ends the menu, and a program does not get the card meanwhile") {
  AtMenu reader;
  reader.connect();
  CHECK(reader.told() == "busy");
  reader.wait(29'999);
  CHECK(reader.state() == "menu");
  reader.wait(1);
  CHECK(reader.state() == "off");
}

TEST_CASE("a reader of functions opens its menu where it waits for one, and at a code") {
  static constexpr MenuItem kCounterOnly[] = {MenuItem::counter};
  static constexpr Function kWithMenu[] = {{"CODE", {}}, {"MENU", {}, kCounterOnly}};
  ReaderProfile profile = kSesame;
  profile.functions = kWithMenu;
  TestReader reader(profile, kCounting);
  reader.insert();
  reader.press("MENU");
  CHECK(reader.screen() == "Compteur/180");
  reader.press("MENU");
  CHECK(reader.screen() == "Choisir la/fonction");
  reader.press("CODE");
  reader.press("MENU");
  CHECK(reader.screen() == "Code secret ?");  // here it is ignored
  reader.type("1234");
  reader.press("OK");
  reader.press("MENU");
  CHECK(reader.screen() == "Compteur/180");
  reader.press("CODE");
  CHECK(reader.screen() == "Compteur/180");
  reader.remove();
  reader.press("OK");
  reader.press("MENU");
  CHECK(reader.screen() == "Insérez/votre carte");  // nothing else is in it
}
