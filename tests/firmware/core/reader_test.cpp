// The reader as its manual reads: one sentence, one test.
#include "firmware/core/reader.hpp"

#include <catch2/catch.hpp>

#include "firmware/core/cap/token.hpp"
#include "tests/firmware/core/test_reader.hpp"
#include "tests/firmware/core/ways.hpp"

using namespace sesame;
using namespace sesame::test;

namespace {

// The manual's example, with two codes in the card.
const Dialogue kTwoCodes =
    identify() + Dialogue{{"GENERATE AC again", first_generate_ac(cdol1_data()), kChallengeAc + kOk}};

const std::string kVerify = "0020008008241234FFFFFFFFFF";

Dialogue with_tries(const char* left) {
  return with(identify(), "GET DATA", std::string("9F1701") + left + kOk);
}

// A wrong PIN, 9999, and what the card answers to it.
Dialogue with_wrong_pin(const char* answer) {
  return identify() + Dialogue{{"VERIFY wrong", "0020008008249999FFFFFFFFFF", answer}};
}

std::string ipb_record(const std::string& ipb, const char* iaf = "00") {
  return tlv("70", tlv("9F55", iaf) + tlv("9F56", ipb)) + kOk;
}

}  // namespace

// ---- the manual

TEST_CASE("insert the card, press CODE, type the PIN, press OK: eight digits, as 0000 0000") {
  TestReader reader(kSesame);
  CHECK(reader.screen() == "");
  reader.insert();
  CHECK(reader.screen() == "Choisir la/fonction");
  reader.press("CODE");
  CHECK(reader.screen() == "Code secret ?");
  reader.type("1234");
  CHECK(reader.screen() == "Code secret ?/****");
  reader.press("OK");
  CHECK(reader.screen() == "Code Sésame/4251 1495");
  CHECK(reader.code() == "42511495");
}

TEST_CASE("the code disappears after 35 seconds, and the reader is off") {
  TestReader reader(kSesame);
  reader.use("CODE", "1234");
  reader.wait(34'999);
  CHECK(reader.screen() == "Code Sésame/4251 1495");
  reader.wait(1);
  CHECK(reader.state() == "off");
  CHECK_FALSE(reader.reader.screen().lit);
  CHECK(reader.screen() == "");
  CHECK(reader.code() == "");
  CHECK_FALSE(reader.remembers("42511495"));
  CHECK_FALSE(reader.reader.deadline());
  CHECK(reader.last_asked() == "deactivate");
  CHECK(reader.times_asked("deactivate") == 1);
}

TEST_CASE("a key press does not keep a code on the screen") {
  TestReader reader(kSesame);
  reader.use("CODE", "1234");
  for (int i = 0; i < 3; ++i) {
    reader.wait(10'000);
    reader.press("5");
    reader.press(".");
    CHECK(reader.screen() == "Code Sésame/4251 1495");
  }
  reader.wait(5'000);
  CHECK(reader.state() == "off");
}

TEST_CASE("a key that comes after the 35 seconds finds the reader off, and wakes it") {
  TestReader reader(kSesame);
  reader.use("CODE", "1234");
  reader.answering = false;
  reader.sleep(35'000);  // and the reader was not told
  reader.press("5");
  CHECK(reader.screen() == "Patientez");
  CHECK(reader.code() == "");
  CHECK_FALSE(reader.remembers("42511495"));
}

TEST_CASE("the card needs no power while its code is shown") {
  TestReader reader(kSesame);
  reader.use("CODE", "1234");
  CHECK(reader.last_asked() == "deactivate");
}

TEST_CASE("a new code is made at once in the same way, and is another") {
  TestReader reader(kSesame, kTwoCodes);
  reader.use("CODE", "1234");
  CHECK(reader.code() == "42511495");
  reader.press("CODE");
  CHECK(reader.screen() == "Code secret ?");
  CHECK(reader.code() == "");
  reader.type("1234");
  reader.press("OK");
  CHECK(reader.screen() == "Code Sésame/3647 3333");
}

TEST_CASE("a new code after the reader went dark: a key wakes it, the card is still there") {
  TestReader reader(kSesame, kTwoCodes);
  reader.use("CODE", "1234");
  reader.wait(35'000);
  reader.press("CODE");  // only wakes
  CHECK(reader.screen() == "Choisir la/fonction");
  reader.press("CODE");
  reader.type("1234");
  reader.press("OK");
  CHECK(reader.code() == "36473333");
}

TEST_CASE("OK or C after a code, held or not, leads back to the choice of a function") {
  for (const char* key : {"OK", "C"}) {
    for (const bool held : {false, true}) {
      TestReader reader(kSesame);
      reader.use("CODE", "1234");
      held ? reader.hold(key) : reader.press(key);
      CHECK(reader.screen() == "Choisir la/fonction");
      CHECK_FALSE(reader.remembers("42511495"));
    }
  }
}

// ---- on and off

TEST_CASE("a key without a card asks for the card") {
  for (const char* key : {"CODE", "5", "OK", "C", "."}) {
    CAPTURE(key);
    TestReader reader(kSesame);
    reader.press(key);
    CHECK(reader.screen() == "Insérez/votre carte");
    CHECK(reader.last_asked() == "nothing");
    reader.insert();
    CHECK(reader.screen() == "Choisir la/fonction");
  }
}

TEST_CASE("a function key that the model does not have wakes it all the same, and is ignored when awake") {
  TestReader reader(kSesame);
  reader.handle(Event::press(Key::f8));
  CHECK(reader.state() == "insert_card");
  reader.insert();
  reader.handle(Event::press(Key::f2));
  CHECK(reader.state() == "choose_function");
}

TEST_CASE("silence turns the reader off, wherever a key is waited for") {
  struct Row {
    const char* what;
    std::function<void(TestReader&)> go;
    const char* state;
  };
  const Row rows[] = {
      {"no card", [](TestReader& r) { r.press("OK"); }, "insert_card"},
      {"no function", [](TestReader& r) { r.insert(); }, "choose_function"},
      {"no number",
       [](TestReader& r) {
         r.insert();
         r.press("M1");
       },
       "prompt"},
      {"no PIN",
       [](TestReader& r) {
         r.insert();
         r.press("M2");
         r.type("12");
       },
       "pin"},
      {"no number to sign", [](TestReader& r) { r.use("M2", "1234"); }, "prompt"},
      {"no decision at the last try",
       [](TestReader& r) {
         r.card = TableCard(kAtr, with_tries("01"));
         r.use("M2", "1234");
       },
       "last_try"},
      {"wrong PIN",
       [](TestReader& r) {
         r.card = TableCard(kAtr, with_wrong_pin("63C2"));
         r.use("M2", "9999");
       },
       "wrong_pin"},
      {"a notice",
       [](TestReader& r) {
         r.insert();
         r.remove();
       },
       "notice"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    TestReader reader(kVasco);
    row.go(reader);
    REQUIRE(reader.state() == row.state);
    reader.wait(29'999);
    CHECK(reader.state() == row.state);
    reader.wait(1);
    CHECK(reader.state() == "off");
    CHECK_FALSE(reader.reader.request());
    CHECK_FALSE(reader.remembers(std::string_view("1234")));
  }
}

TEST_CASE("each key begins the silence anew") {
  TestReader reader(kSesame);
  reader.insert();
  reader.press("CODE");
  for (const char* key : {"1", "2", "C", "3", "."}) {
    reader.wait(29'000);
    reader.press(key);
    CHECK(reader.state() == "pin");
  }
  reader.wait(30'000);
  CHECK(reader.state() == "off");
}

TEST_CASE("a reader that is off does nothing, however long, and does not answer to removal") {
  TestReader reader(kSesame);
  reader.wait(1'000'000'000);
  CHECK(reader.state() == "off");
  reader.remove();
  CHECK(reader.state() == "off");
  reader.use("CODE", "1234");
  reader.wait(35'000);
  reader.remove();
  CHECK(reader.state() == "off");
  reader.press("OK");
  CHECK(reader.screen() == "Insérez/votre carte");  // it knows that the card is gone
}

// ---- the language

TEST_CASE("the card's first language that the model has is spoken, else the model's own") {
  struct Row {
    const char* preference;
    const char* screen;
  };
  for (const Row& row : {Row{"656E", "Select function"},
                         {"66726E6C", "Choisir la/fonction"},
                         {"6E6C6672", "Kies functie"},
                         {"64656E6C", "Kies functie"},
                         {"6465", "Choisir la/fonction"},
                         {"656C", "Choisir la/fonction"},
                         {"", "Choisir la/fonction"},
                         {"65", "Choisir la/fonction"},
                         {"6E6C65", "Kies functie"},
                         {"454E", "Select function"},  // capitals, and what is mixed of both
                         {"456E", "Select function"},
                         {"4E6C4652", "Kies functie"},
                         {"4E4C46", "Kies functie"},
                         {"6161626263636E6C656E", "Kies functie"},
                         {"050E", "Choisir la/fonction"},  // no letters
                         {"C5CE", "Choisir la/fonction"}}) {
    CAPTURE(row.preference);
    TestReader reader(kSesame,
                      with(identify(), "SELECT", fci("A0000000048002", tlv("5F2D", row.preference))));
    reader.insert();
    CHECK(reader.screen() == row.screen);
  }
}

TEST_CASE("a letter alone is no language, whatever the last card's was") {
  const auto card = [](const char* preference) {
    return TableCard(kAtr, with(identify(), "SELECT", fci("A0000000048002", tlv("5F2D", preference))));
  };
  TestReader reader(kSesame);
  reader.card = card("6161656E");
  reader.insert();
  REQUIRE(reader.screen() == "Select function");
  reader.remove();
  reader.card = card("616165");
  reader.insert();
  CHECK(reader.screen() == "Choisir la/fonction");
}

TEST_CASE("a model that does not look at the card's language keeps its own") {
  ReaderProfile profile = kSesame;
  profile.card_language = false;
  TestReader reader(profile, with(identify(), "SELECT", fci("A0000000048002", tlv("5F2D", "656E"))));
  reader.insert();
  CHECK(reader.screen() == "Choisir la/fonction");
}

TEST_CASE("a card's language is forgotten with the card") {
  TestReader reader(kSesame, with(identify(), "SELECT", fci("A0000000048002", tlv("5F2D", "656E"))));
  reader.insert();
  reader.remove();
  CHECK(reader.screen() == "Card removed");
  reader.press("OK");
  CHECK(reader.screen() == "Insérez/votre carte");
  reader.insert();
  CHECK(reader.screen() == "Select function");
  reader.wait(30'000);
  reader.answering = false;
  reader.press("OK");
  CHECK(reader.screen() == "Patientez");
}

// ---- the PIN

TEST_CASE("a PIN of three digits is not accepted") {
  TestReader reader(kSesame);
  reader.use("CODE", "123");
  CHECK(reader.screen() == "Code secret ?/***");
  CHECK(reader.times_asked("0020") == 0);
  reader.press("4");
  reader.press("OK");
  CHECK(reader.code() == "42511495");
}

TEST_CASE("a thirteenth digit of a PIN is ignored") {
  Dialogue dialogue = identify();
  dialogue[5].command = "00200080082C123456789012FF";
  TestReader reader(kSesame, dialogue);
  reader.use("CODE", "1234567890123");
  CHECK(reader.code() == "42511495");
}

TEST_CASE("a point is no digit of a PIN") {
  TestReader reader(kSesame);
  reader.use("CODE", "12.3.4");
  CHECK(reader.code() == "42511495");
}

TEST_CASE(
    "C erases the last digit; pressed again on an empty field it leads back to the choice of a function") {
  TestReader reader(kSesame);
  reader.insert();
  reader.press("CODE");
  reader.type("1239");
  reader.press("C");
  CHECK(reader.screen() == "Code secret ?/***");
  CHECK_FALSE(reader.remembers("1239"));
  reader.type("CCC");
  CHECK(reader.screen() == "Code secret ?");
  reader.press("C");
  CHECK(reader.screen() == "Choisir la/fonction");
}

TEST_CASE("C held leads back to the choice of a function at once, and nothing typed remains") {
  TestReader reader(kSesame);
  reader.insert();
  reader.press("CODE");
  reader.type("8246");
  REQUIRE(reader.remembers("8246"));
  reader.hold("C");
  CHECK(reader.screen() == "Choisir la/fonction");
  CHECK_FALSE(reader.remembers("8246"));
  reader.press("CODE");
  CHECK(reader.screen() == "Code secret ?");
}

TEST_CASE("another key held is that key") {
  TestReader reader(kSesame);
  reader.insert();
  reader.hold("CODE");
  for (const char* digit : {"1", "2", "3", "4"}) reader.hold(digit);
  reader.hold("OK");
  CHECK(reader.code() == "42511495");
}

TEST_CASE("the card, once selected, waits for another function as it is; cancelled later, it starts again") {
  TestReader reader(kSesame, with_tries("01"));
  reader.insert();
  reader.press("CODE");
  reader.hold("C");
  CHECK(reader.times_asked("deactivate") == 0);
  reader.press("CODE");
  reader.type("1234");
  reader.press("OK");
  REQUIRE(reader.state() == "last_try");
  reader.press("C");
  CHECK(reader.last_asked() == "deactivate");
  CHECK(reader.times_asked("activate") == 1);
  reader.press("CODE");
  reader.type("1234");
  reader.press("OK");
  CHECK(reader.times_asked("activate") == 2);
  CHECK(reader.state() == "last_try");
}

TEST_CASE("the code is confirmed while the card computes") {
  TestReader reader(kSesame, with(identify(), "GENERATE AC", "silent"));
  reader.use("CODE", "1234");
  CHECK(reader.screen() == "Code bon");
}

TEST_CASE("a wrong PIN shows the tries left and the way back to another") {
  TestReader reader(kSesame, with_wrong_pin("63C2"));
  reader.use("CODE", "9999");
  CHECK(reader.screen() == "Code faux/2 essais");
  CHECK(reader.reader.tries_left() == 2);
  CHECK_FALSE(reader.remembers("9999"));
  reader.press("OK");
  CHECK(reader.screen() == "Code secret ?");
  reader.type("1234");
  reader.press("OK");
  CHECK(reader.code() == "42511495");
  CHECK(reader.times_asked("activate") == 1);  // in the same session with the card
}

TEST_CASE("a wrong PIN whose card counts no tries shows those that are known, or that they are not") {
  TestReader reader(kSesame, with_wrong_pin("6300"));  // GET DATA told 3
  reader.use("CODE", "9999");
  CHECK(reader.screen() == "Code faux/2 essais");

  TestReader other(kSesame, with(with_wrong_pin("6300"), "GET DATA", "6D00"));
  other.use("CODE", "9999");
  CHECK(other.screen() == "Code faux/? essais");
  CHECK_FALSE(other.reader.tries_left());
  other.press("OK");
  other.type("1234");
  other.press("OK");
  CHECK(other.code() == "42511495");
}

TEST_CASE("the last try is warned of where the card said the number, and then only that a PIN was wrong") {
  Dialogue dialogue = with(with_wrong_pin("6300"), "GET DATA", "9F1701029000");
  TestReader reader(kSesame, dialogue);
  reader.use("CODE", "9999");
  CHECK(reader.screen() == "Code faux/1 essai");
  reader.press("OK");
  reader.type("1234");
  reader.press("OK");
  CHECK(reader.screen() == "Dernier essai !/OK ou C");
}

TEST_CASE("a wrong PIN may be given up") {
  for (const bool held : {false, true}) {
    TestReader reader(kSesame, with_wrong_pin("63C2"));
    reader.use("CODE", "9999");
    held ? reader.hold("C") : reader.press("C");
    CHECK(reader.screen() == "Choisir la/fonction");
    CHECK(reader.last_asked() == "deactivate");
  }
}

TEST_CASE("the last try is warned of before the PIN is sent") {
  TestReader reader(kSesame, with_tries("01"));
  reader.use("CODE", "1234");
  CHECK(reader.screen() == "Dernier essai !/OK ou C");
  CHECK(reader.times_asked("0020") == 0);
  reader.press("5");  // not an answer to this
  CHECK(reader.state() == "last_try");
  reader.press("OK");
  CHECK(reader.times_asked(kVerify) == 1);
  CHECK(reader.code() == "42511495");
}

TEST_CASE("C at the last try sends no PIN, and forgets it") {
  for (const bool held : {false, true}) {
    Dialogue dialogue = with_tries("01");
    TestReader reader(kSesame, dialogue);
    reader.use("CODE", "82467159");
    REQUIRE(reader.remembers("82467159"));
    held ? reader.hold("C") : reader.press("C");
    CHECK(reader.screen() == "Choisir la/fonction");
    CHECK(reader.times_asked("0020") == 0);
    CHECK_FALSE(reader.remembers("82467159"));
  }
}

TEST_CASE("a wrong PIN that leaves one try says so, and the next is warned of") {
  TestReader reader(kSesame, with_wrong_pin("63C1"));
  reader.use("CODE", "9999");
  CHECK(reader.screen() == "Code faux/1 essai");
  reader.press("OK");
  CHECK(reader.screen() == "Code secret ?");
  reader.type("1234");
  reader.press("OK");
  CHECK(reader.screen() == "Dernier essai !/OK ou C");
  CHECK(reader.times_asked("0020") == 1);
  reader.press("OK");
  CHECK(reader.code() == "42511495");
}

TEST_CASE(
    "a warning holds for one PIN: the next last try has its own, whatever the card makes of its tries") {
  for (const char* left : {"01", "02"}) {
    CAPTURE(left);
    TestReader reader(kSesame, with(with_tries(left), "VERIFY", "63C1") +
                                   Dialogue{{"VERIFY again", kVerify, "63C1"}, {"and again", kVerify, kOk}});
    reader.use("CODE", "1234");
    if (reader.state() == "last_try") reader.press("OK");
    for (const std::size_t sent : {1U, 2U}) {
      CHECK(reader.screen() == "Code faux/1 essai");
      reader.press("OK");
      reader.type("1234");
      reader.press("OK");
      CHECK(reader.screen() == "Dernier essai !/OK ou C");
      CHECK(reader.times_asked(kVerify) == sent);
      reader.press("OK");
      CHECK(reader.times_asked(kVerify) == sent + 1);
    }
    CHECK(reader.code() == "42511495");
  }
}

TEST_CASE("the last PIN, wrong, blocks") {
  TestReader reader(kSesame, with(with_tries("01"), "VERIFY", "63C0"));
  reader.use("CODE", "1234");
  reader.press("OK");
  CHECK(reader.screen() == "Code bloqué");
}

TEST_CASE("a blocked PIN is said before the PIN is sent") {
  TestReader reader(kSesame, with_tries("00"));
  reader.use("CODE", "1234");
  CHECK(reader.screen() == "Code bloqué");
  CHECK(reader.times_asked("0020") == 0);
}

TEST_CASE("a card that does not tell the tries left is sent the PIN without a warning") {
  TestReader reader(kSesame, with(identify(), "GET DATA", "6D00"));
  reader.use("CODE", "1234");
  CHECK(reader.code() == "42511495");
}

// ---- prompts

TEST_CASE("a PDOL gets the challenge that was typed before the PIN") {
  const std::string data = cdol1_data("000000000000", "0000", "00004815");
  Dialogue dialogue = with(with(identify(), "GENERATE AC", kChallengeAc + kOk), "SELECT",
                           fci("A0000000048002", tlv("9F38", "9F37049F3501")));
  dialogue[1].command = "80A8000007 8305 00004815 34 00";
  dialogue[6].command = first_generate_ac(data);
  dialogue[7].command = second_generate_ac(data);
  TestReader reader(kPinsentry, dialogue);
  reader.insert();
  reader.press("RESPOND");
  reader.type("4815");
  reader.press("OK");
  reader.type("1234");
  reader.press("OK");
  CHECK(reader.code() == "36473333");

  // A function without a challenge: zero is what the card is to get.
  Dialogue without = with(identify(), "SELECT", fci("A0000000048002", tlv("9F38", "9F37049F3501")));
  without[1].command = "80A8000007 8305 00000000 34 00";
  TestReader other(kPinsentry, without);
  other.use("IDENTIFY", "1234");
  CHECK(other.code() == "42511495");
}

TEST_CASE(
    "a PDOL that asks for what is typed after the PIN does not go with the function, and no PIN is sent") {
  for (const char* pdol : {"9F3704", "9F0206", "5F2A02", "9F35019F0206"}) {
    CAPTURE(pdol);
    TestReader reader(kPinsentry, with(identify(), "SELECT", fci("A0000000048002", tlv("9F38", pdol))));
    reader.use("SIGN", "1234");
    CHECK(reader.screen() == "Wrong card");
    CHECK(reader.reader.fault().reason == cap::Reason::pdol_too_early);
    CHECK(reader.times_asked("80A8") == 0);
    CHECK(reader.times_asked("0020") == 0);
    CHECK_FALSE(reader.remembers("1234"));
  }
  // What another function asks for does not matter, nor does what this one does not ask for.
  Dialogue dialogue = with(identify(), "SELECT", fci("A0000000048002", tlv("9F38", "9F3704")));
  dialogue[1].command = "80A8000006 8304 00000000 00";
  TestReader reader(kPinsentry, dialogue);
  reader.insert();
  reader.press("SIGN");
  reader.hold("C");
  reader.use("IDENTIFY", "1234");
  CHECK(reader.code() == "42511495");
}

TEST_CASE("an optional challenge may be given or left out") {
  TestReader reader(kVasco);
  reader.insert();
  reader.press("M1");
  CHECK(reader.screen() == "Numéro ?");
  reader.press("OK");
  CHECK(reader.screen() == "Code secret ?");
  reader.type("1234");
  reader.press("OK");
  CHECK(reader.code() == "42511495");

  const std::string data = cdol1_data("000000000000", "0000", "00004815");
  Dialogue dialogue = with(identify(), "GENERATE AC", kChallengeAc + kOk);
  dialogue[6].command = first_generate_ac(data);
  dialogue[7].command = second_generate_ac(data);
  TestReader other(kVasco, dialogue);
  other.insert();
  other.press("M1");
  other.type("4815");
  CHECK(other.screen() == "Numéro ?/4815");
  other.press("OK");
  other.type("1234");
  other.press("OK");
  CHECK(other.screen() == "Code Sésame/36473333");
}

TEST_CASE("a mandatory challenge may not be left out, and has its limit") {
  TestReader reader(kPinsentry);
  reader.insert();
  reader.press("RESPOND");
  reader.press("OK");
  CHECK(reader.screen() == "Challenge?");
  reader.type("123456789");
  CHECK(reader.screen() == "Challenge?//12345678");
  reader.press("OK");
  CHECK(reader.screen() == "PIN?");
}

TEST_CASE("C at a number erases the last digit, then leads back; held, it leads back at once") {
  TestReader reader(kVasco);
  reader.insert();
  reader.press("M1");
  reader.type("12");
  reader.press("C");
  CHECK(reader.screen() == "Numéro ?/1");
  reader.press("C");
  CHECK(reader.screen() == "Numéro ?");
  reader.press("C");
  CHECK(reader.screen() == "Choisir la/fonction");
  reader.press("M1");
  reader.type("12");
  reader.hold("C");
  CHECK(reader.screen() == "Choisir la/fonction");
  reader.press("M1");
  CHECK(reader.screen() == "Numéro ?");  // nothing is left of the old one
}

TEST_CASE("a challenge that was given up is forgotten, and so is the function") {
  TestReader reader(kVasco);
  reader.insert();
  reader.press("M1");
  reader.type("87654321");
  reader.press("OK");
  REQUIRE(reader.remembers(bytes("87654321")));
  reader.hold("C");
  CHECK(reader.state() == "choose_function");
  CHECK(reader.reader.function() == nullptr);
  CHECK_FALSE(reader.remembers("87654321"));
  CHECK_FALSE(reader.remembers(bytes("87654321")));
}

TEST_CASE("an amount and its currency reach a card whose IAF asks for them, and no other") {
  struct Row {
    const char* iaf;
    const char* amount;
    const char* currency;
  };
  for (const Row& row :
       {Row{"80", "000000001234", "0826"}, {"A0", "000000001234", "0000"}, {"00", "000000000000", "0000"}}) {
    CAPTURE(row.iaf);
    const std::string data = cdol1_data(row.amount, row.currency, "00004815");
    Dialogue dialogue = with(identify(), "READ RECORD 2", ipb_record(kIpb, row.iaf));
    dialogue[6].command = first_generate_ac(data);
    dialogue[7].command = second_generate_ac(data);
    TestReader reader(kPinsentry, dialogue);
    reader.use("SIGN", "1234");
    CHECK(reader.screen() == "Reference?");
    reader.type("4815");
    reader.press("OK");
    CHECK(reader.screen() == "Amount?");
    reader.type("12.");
    reader.press("OK");  // not complete
    CHECK(reader.screen() == "Amount?//12.");
    reader.type("345");
    CHECK(reader.screen() == "Amount?//12.34");
    reader.press("OK");
    CHECK(reader.screen() == "Passcode//42511495");
  }
}

TEST_CASE("numbers to sign are asked for after the card's answer, until OK on an empty field") {
  struct Row {
    std::vector<const char*> numbers;
    const char* code;
  };
  for (const Row& row : {Row{{}, "23790240"}, {{"1234"}, "23719593"}}) {
    TestReader reader(kVasco, belgian("00000000", kBelgianIdentified));
    reader.use("M2", "1234");
    int asked = 1;
    for (const char* number : row.numbers) {
      CHECK(reader.screen() == "Donnée " + std::to_string(asked++) + " ?");
      CHECK(reader.last_asked() == "deactivate");
      reader.type(number);
      reader.press("OK");
    }
    CHECK(reader.screen() == "Donnée " + std::to_string(asked) + " ?");
    reader.press("OK");
    CHECK(reader.code() == row.code);
  }
}

TEST_CASE("after the tenth number to sign no other is asked for, whatever the model says, and each counts") {
  Prompt endless = kTds[0];
  endless.repeat = 255;
  const Function functions[] = {{"M2", {&endless, 1}}};
  ReaderProfile insatiable = kVasco;
  insatiable.functions = functions;
  const auto sign = [](const ReaderProfile& profile, const char* last) {
    TestReader reader(profile, belgian("00000000", kBelgianIdentified));
    reader.use("M2", "1234");
    for (int i = 1; i <= 10; ++i) {
      CHECK(reader.screen() == "Donnée " + std::to_string(i) + " ?");
      reader.type(i == 10 ? last : "1234567890");
      reader.press("OK");
    }
    CHECK(reader.state() == "code");
    return reader.code();
  };
  CHECK(sign(kVasco, "1") != sign(kVasco, "2"));
  CHECK(sign(kVasco, "1") == sign(insatiable, "1"));
}

TEST_CASE(
    "prompts are asked for in their places, however the model lists them, and again as often as it says") {
  // Challenge before the PIN, amount after it, then up to three numbers, of which one must be given, then one
  // more.
  const std::string data = cdol1_data("000000000000", "0000", "00000042");
  Dialogue dialogue = identify();
  dialogue[6].command = first_generate_ac(data);
  dialogue[7].command = second_generate_ac(data);
  const auto begin = [](TestReader& reader) {
    reader.insert();
    reader.press("ALL");
    CHECK(reader.screen() == "Numéro ?");
    reader.type("42");
    reader.press("OK");
    CHECK(reader.screen() == "Code secret ?");
    reader.type("1234");
    reader.press("OK");
    CHECK(reader.screen() == "Montant ?");
    reader.press("OK");
    CHECK(reader.screen() == "Donnée 1 ?");
    reader.press("OK");
    CHECK(reader.screen() == "Donnée 1 ?");  // must be given
    reader.type("1");
    reader.press("OK");
    CHECK(reader.screen() == "Donnée 2 ?");
  };
  const auto end = [](TestReader& reader, const std::vector<const char*>& numbers) {
    reader.press("OK");
    CHECK(reader.state() == "prompt");  // this one must be given too
    reader.type("12345");               // and has four digits at most
    reader.press("OK");
    REQUIRE(reader.state() == "code");
    std::vector<cap::TdsNumber> tds;
    for (const char* number : numbers) {
      tds.emplace_back();
      REQUIRE(tds.back().append(std::string_view(number)));
    }
    cap::TokenInput input;
    input.cid = 0x80;
    input.atc = array<2>("00B4");
    input.ac = cap::mix_tds(array<8>("7F32A79FDA945643"), tds);
    const ByteVector iad = bytes("06770A03A48000");
    input.iad = iad;
    cap::Digits digits;
    REQUIRE_FALSE(cap::token_by_ipb(cap::token_data(input), bytes(kIpb), digits));
    REQUIRE(cap::pad_with_zeros(digits, 6));
    CHECK(reader.code() == text(digits));
  };

  TestReader short_of(kAllPlaces, dialogue);
  begin(short_of);
  short_of.press("OK");  // no second
  CHECK(short_of.screen() == "Donnée 2 ?");
  end(short_of, {"1", "1234"});

  TestReader all(kAllPlaces, dialogue);
  begin(all);
  all.type("22");
  all.press("OK");
  CHECK(all.screen() == "Donnée 3 ?");
  all.type("333");
  all.press("OK");  // three are the most
  CHECK(all.screen() == "Donnée 4 ?");
  end(all, {"1", "22", "333", "1234"});
}

TEST_CASE("a number to sign that must be given must be given again after it was given up") {
  Prompt mandatory = kTds[0];
  mandatory.optional = false;
  const Function functions[] = {{"M2", {&mandatory, 1}}};
  ReaderProfile profile = kVasco;
  profile.functions = functions;
  TestReader reader(profile);
  reader.use("M2", "1234");
  reader.type("1");
  reader.press("OK");
  CHECK(reader.screen() == "Donnée 2 ?");
  reader.hold("C");
  reader.press("M2");
  reader.type("1234");
  reader.press("OK");
  reader.press("OK");
  CHECK(reader.screen() == "Donnée 1 ?");
}

// ---- what goes wrong

TEST_CASE("each thing that goes wrong has its screen, a fault to look at, and a way back") {
  struct Row {
    const char* what;
    Dialogue dialogue;
    std::string atr;
    const char* screen;
    cap::Fault::Kind fault;
  };
  using Kind = cap::Fault::Kind;
  const Row rows[] = {
      {"no ATR", identify(), "mute", "Carte muette", Kind::none},
      {"no ATR that can be read", identify(), "garbled", "Erreur carte", Kind::none},
      {"an empty ATR", identify(), "", "Carte muette", Kind::none},
      {"no application", {}, kAtr, "Mauvaise carte", Kind::no_application},
      {"mute at SELECT", with(identify(), "SELECT", "mute"), kAtr, "Carte muette", Kind::none},
      {"garbled at SELECT", with(identify(), "SELECT", "garbled"), kAtr, "Erreur carte", Kind::none},
      {"nonsense at SELECT", with(identify(), "SELECT", "6F059000"), kAtr, "Mauvaise carte",
       Kind::no_application},
      {"another application", with(identify(), "SELECT", fci("A0000000038002", "")), kAtr, "Mauvaise carte",
       Kind::no_application},
      {"an object twice",
       with(identify(), "READ RECORD 2", tlv("70", tlv("9F56", kIpb) + tlv("9F56", kIpb)) + kOk), kAtr,
       "Erreur carte", Kind::nonsense},
      {"IPB of zeros", with(identify(), "READ RECORD 2", ipb_record(std::string(36, '0'))), kAtr,
       "Mauvaise carte", Kind::not_supported},
      {"half a status word", with(identify(), "SELECT", "90"), kAtr, "Erreur carte", Kind::nonsense},
      {"61 forever", with(identify(), "SELECT", "6101") + Dialogue{{"GET RESPONSE", "00C0000001", "6101"}},
       kAtr, "Erreur carte", Kind::nonsense},
      {"card blocked", with(identify(), "SELECT", "6A81"), kAtr, "Carte bloquée", Kind::application_blocked},
      {"application blocked", with(identify(), "SELECT", "6283"), kAtr, "Carte bloquée",
       Kind::application_blocked},
      {"mute at GPO", with(identify(), "GET PROCESSING OPTIONS", "mute"), kAtr, "Carte muette", Kind::none},
      {"GPO refused", with(identify(), "GET PROCESSING OPTIONS", "6985"), kAtr, "Mauvaise carte",
       Kind::no_application},
      {"no IPB", with(identify(), "READ RECORD 2", "70009000"), kAtr, "Mauvaise carte", Kind::not_supported},
      {"no CDOL1", with(identify(), "READ RECORD 1", "70009000"), kAtr, "Erreur carte", Kind::nonsense},
      {"mute at VERIFY", with(identify(), "VERIFY", "mute"), kAtr, "Carte muette", Kind::none},
      {"PIN blocked", with(identify(), "VERIFY", "6983"), kAtr, "Code bloqué", Kind::pin_blocked},
      {"PIN blocked, 6984", with(identify(), "VERIFY", "6984"), kAtr, "Code bloqué", Kind::pin_blocked},
      {"refused", with(identify(), "GENERATE AC", "6985"), kAtr, "Refus carte", Kind::refused},
      {"AAC", with(identify(), "GENERATE AC", "8012 00 00B4 7F32A79FDA945643 06770A03A48000 9000"), kAtr,
       "Refus carte", Kind::refused},
      {"TC", with(identify(), "GENERATE AC", "8012 40 00B4 7F32A79FDA945643 06770A03A48000 9000"), kAtr,
       "Erreur carte", Kind::nonsense},
      {"mute at GENERATE AC", with(identify(), "GENERATE AC", "mute"), kAtr, "Carte muette", Kind::none},
      {"garbled at GENERATE AC", with(identify(), "GENERATE AC", "garbled"), kAtr, "Erreur carte",
       Kind::none},
      {"IPB too long", with(identify(), "READ RECORD 2", ipb_record(kIpb + "00")), kAtr, "Erreur carte",
       Kind::nonsense},
      {"code too long", with(identify(), "READ RECORD 2", ipb_record("FFFFFFFFFF")), kAtr, "Code trop long",
       Kind::none},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    TestReader reader(kSesame, row.dialogue, row.atr);
    reader.insert();
    if (reader.state() == "choose_function") {
      reader.press("CODE");
      reader.type("1234");
      reader.press("OK");
    }
    CHECK(reader.screen() == row.screen);
    CHECK(to_string(reader.reader.fault().kind) == to_string(row.fault));
    CHECK(reader.code() == "");
    CHECK(reader.last_asked() == "deactivate");
    CHECK_FALSE(reader.remembers(bytes("7F32A79FDA945643")));

    reader.press("5");  // only OK and C lead back
    CHECK(reader.screen() == row.screen);
    reader.card = TableCard(kAtr, identify());
    switch (std::string(row.what).size() % 3) {
      case 0: reader.press("OK"); break;
      case 1: reader.press("C"); break;
      default: reader.hold("C"); break;
    }
    CHECK(reader.screen() == "Choisir la/fonction");
    reader.press("CODE");
    reader.type("1234");
    reader.press("OK");
    CHECK(reader.code() == "42511495");
  }
}

TEST_CASE("a slot that never answers is a mute card after its time") {
  for (const Step& step : identify()) {
    if (step.name == "second GENERATE AC") continue;
    CAPTURE(step.name);
    TestReader reader(kSesame, with(identify(), step.name, "silent"));
    reader.use("CODE", "1234");
    REQUIRE((reader.state() == "working" || reader.state() == "starting"));
    reader.wait(19'999);
    CHECK((reader.state() == "working" || reader.state() == "starting"));
    reader.wait(1);
    CHECK(reader.screen() == "Carte muette");
    CHECK(reader.last_asked() == "deactivate");
  }
  TestReader reader(kSesame, identify(), "silent");
  reader.insert();
  CHECK(reader.screen() == "Patientez");
  reader.wait(20'000);
  CHECK(reader.screen() == "Carte muette");
}

TEST_CASE("the second GENERATE AC mute, garbled, refused or never answered: the code is shown") {
  for (const char* answer : {"mute", "garbled", "6985", "6F00", "", "90", "silent"}) {
    CAPTURE(answer);
    TestReader reader(kSesame, with(identify(), "second GENERATE AC", answer));
    reader.use("CODE", "1234");
    if (std::string(answer) == "silent") reader.wait(20'000);
    CHECK(reader.screen() == "Code Sésame/4251 1495");
    CHECK(reader.last_asked() == "deactivate");
  }
}

TEST_CASE("a model shows a code in its own way: least digits, most digits, groups") {
  struct Row {
    const ReaderProfile* profile;
    const char* function;
    const char* ipb;
    const char* screen;
  };
  const Row rows[] = {
      {&kSesame, "CODE", "000080", "Code Sésame/0000 0001"},
      {&kSesame, "CODE", "000000FF", "Code Sésame/0000 0127"},
      {&kPinsentry, "IDENTIFY", "000000FF", "Passcode//00000127"},
      {&kVasco, "M2", "000000FFFFFFFF", "Code Sésame/2134026143"},  // 7F32A79F: ten digits
      {&kSesame, "CODE", "000000FFFFFFFF", "Code trop long"},
      {&kVasco, "M2", "000000FFFFFFFFFF", "Code trop long"},  // 7F32A79FDA: twelve
  };
  for (const Row& row : rows) {
    CAPTURE(row.ipb);
    TestReader reader(*row.profile, with(identify(), "READ RECORD 2", ipb_record(row.ipb)));
    reader.use(row.function, "1234");
    if (reader.state() == "prompt") reader.press("OK");
    CHECK(reader.screen() == row.screen);
  }
}

TEST_CASE("a code of sixteen digits is the longest that any model shows") {
  ReaderProfile profile = kAllPlaces;
  profile.functions = kCodeOnly;
  profile.code.max_digits = 255;
  TestReader fits(profile, with(identify(), "READ RECORD 2", ipb_record("000000FFFFFFFFFFFFFC")));
  fits.use("CODE", "1234");
  CHECK(fits.code().size() == 16);
  TestReader longer(profile, with(identify(), "READ RECORD 2", ipb_record("000000FFFFFFFFFFFFFF")));
  longer.use("CODE", "1234");
  CHECK(longer.screen() == "Code trop long");
}

// ---- the slot

TEST_CASE("a card of inverse convention is reset a second time, warm, exactly once") {
  const std::string inverse = "3F65250052096A9000";
  TestReader reader(kSesame, identify(), inverse);
  reader.insert();
  CHECK(reader.asked == std::vector<std::string>{"activate", "warm reset", "00A4040007A000000004800200"});
  reader.press("CODE");
  reader.type("1234");
  reader.press("OK");
  CHECK(reader.code() == "42511495");
  CHECK(reader.times_asked("warm reset") == 1);
  // And once more for the next code, which begins with a cold reset.
  reader.press("CODE");
  reader.type("1234");
  reader.press("OK");
  CHECK(reader.code() == "42511495");
  CHECK(reader.times_asked("activate") == 2);
  CHECK(reader.times_asked("warm reset") == 2);
}

TEST_CASE("another card of inverse convention is reset a second time too") {
  TestReader reader(kSesame, identify(), "3F65250052096A9000");
  reader.insert();
  reader.remove();
  reader.insert();
  CHECK(reader.times_asked("warm reset") == 2);
}

TEST_CASE("a card of direct convention is not reset a second time") {
  TestReader reader(kSesame);
  reader.use("CODE", "1234");
  CHECK(reader.times_asked("warm reset") == 0);
}

TEST_CASE("the card goes through exactly the dialogue of a code, and is then without power") {
  TestReader reader(kSesame);
  reader.use("CODE", "1234");
  std::vector<std::string> expected{"activate"};
  for (const Step& step : identify()) expected.push_back(hex(bytes(step.command)));
  expected.push_back("deactivate");
  CHECK(reader.asked == expected);
}

TEST_CASE("a stale answer is dropped") {
  TestReader reader(kSesame);
  reader.insert();
  reader.press("CODE");
  reader.type("1234");
  reader.answering = false;
  reader.press("OK");
  const auto outstanding = reader.reader.request();
  REQUIRE(outstanding);
  reader.press("C");  // gives up, and asks for something else
  REQUIRE(reader.reader.request());
  const auto replacement = reader.reader.request()->number;
  CHECK(replacement > outstanding->number);
  CHECK(reader.state() == "choose_function");
  for (const char* late : {"9000", "mute", "removed", "80061000080102009000"}) {
    reader.answer(outstanding->number, late);
    CHECK(reader.state() == "choose_function");
    REQUIRE(reader.reader.request());
    CHECK(reader.reader.request()->number == replacement);
  }
  reader.answer(replacement, "");
  CHECK_FALSE(reader.reader.request());
  reader.answer(replacement, "9000");  // answered already
  CHECK(reader.state() == "choose_function");
}

TEST_CASE("each request has the slot's whole time") {
  TestReader reader(kSesame);
  reader.answering = false;
  reader.insert();
  const auto answer_late = [&] {
    reader.wait(19'999);
    const auto request = reader.reader.request();
    REQUIRE(request);
    const bool atr = request->kind == SlotRequest::Kind::activate;
    reader.answer(request->number, atr ? reader.card.atr() : reader.card.answer(request->command));
  };
  while (reader.state() == "starting") answer_late();
  reader.press("CODE");
  reader.type("1234");
  reader.press("OK");
  while (reader.state() == "working") answer_late();
  CHECK(reader.code() == "42511495");
}

TEST_CASE("an answer that comes together with its deadline is too late") {
  TestReader reader(kSesame, with(identify(), "SELECT", "silent"));
  reader.insert();
  const auto outstanding = reader.reader.request();
  reader.sleep(20'000);
  reader.answer(outstanding->number, "9000");
  CHECK(reader.screen() == "Carte muette");
}

TEST_CASE("keys while the card works are ignored and do not prolong its time, but C gives up") {
  TestReader reader(kSesame, with(identify(), "GENERATE AC", "silent"));
  reader.use("CODE", "1234");
  for (const char* key : {"1", ".", "OK", "CODE"}) {
    reader.wait(1'000);
    reader.press(key);
    CHECK(reader.screen() == "Code bon");
  }
  reader.wait(16'000);
  CHECK(reader.screen() == "Carte muette");

  for (const bool held : {false, true}) {
    TestReader other(kSesame, with(identify(), "GENERATE AC", "silent"));
    other.use("CODE", "1234");
    held ? other.hold("C") : other.press("C");
    CHECK(other.screen() == "Choisir la/fonction");
    CHECK(other.last_asked() == "deactivate");
  }
}

TEST_CASE("keys while the card is started are ignored") {
  TestReader reader(kSesame, identify(), "silent");
  reader.insert();
  for (const char* key : {"1", "OK", "C", "CODE", "."}) {
    reader.press(key);
    CHECK(reader.screen() == "Patientez");
  }
}

// ---- the card comes and goes

TEST_CASE("a card inserted in any state starts afresh") {
  for (const Way& way : ways()) {
    if (way.state == "connected" || way.state == "host_pin") continue;  // the program has the card
    CAPTURE(way.state);
    TestReader reader(kVasco);
    reach(reader, way.state);
    reader.answering = false;
    reader.insert();
    CHECK(reader.screen() == "Patientez");
    CHECK(reader.last_asked() == "activate");
    CHECK_FALSE(reader.remembers(kTypedPin));
    CHECK_FALSE(reader.remembers(kTypedChallenge));
    CHECK_FALSE(reader.remembers("42511495"));
  }
}

TEST_CASE("a card pulled out in any state: the screen says so, and the slot is asked for nothing more") {
  for (const Way& way : ways()) {
    CAPTURE(way.state);
    TestReader reader(kVasco);
    reach(reader, way.state);
    const std::size_t asked = reader.asked.size();
    reader.remove();
    if (way.state == "off") {
      CHECK(reader.state() == "off");
    } else {
      CHECK(reader.screen() == "Carte retirée");
    }
    CHECK_FALSE(reader.reader.request());
    CHECK(reader.asked.size() == asked);
    reader.press("OK");
    CHECK(reader.screen() == "Insérez/votre carte");
  }
}

namespace {

const std::string kTdsNumber = "9182736450";

// A session with everything in it that must not remain, event by event: M1 with a challenge, then M2 with a
// number to sign.
Dialogue secret_dialogue() {
  const std::string data = cdol1_data("000000000000", "0000", kTypedChallenge);
  Dialogue dialogue = identify();
  dialogue[5].command = "002000800828" + kTypedPin + "FFFFFF";
  return dialogue + Dialogue{{"GENERATE AC", first_generate_ac(data), kIdentifyAc + kOk},
                             {"second GENERATE AC", second_generate_ac(data), "9000"}};
}
std::vector<std::function<void(TestReader&)>> secret_events() {
  std::vector<std::function<void(TestReader&)>> events;
  const auto press = [&](const std::string& key) {
    events.push_back([key](TestReader& r) { r.press(key); });
  };
  const auto type = [&](const std::string& digits) {
    for (const char digit : digits) press(std::string(1, digit));
  };
  events.push_back([](TestReader& r) { r.insert(); });
  press("M1");
  type(kTypedChallenge);
  press("OK");
  type(kTypedPin);
  press("OK");
  press("M2");
  type(kTypedPin);
  press("OK");
  type(kTdsNumber);
  press("OK");
  press("OK");
  return events;
}

struct Secret {
  const char* what;
  ByteVector pattern;
  bool seen = false;
};
std::vector<Secret> secrets() {
  const auto ascii = [](const std::string& digits) { return ByteVector(digits.begin(), digits.end()); };
  return {
      {"the PIN as typed", ascii(kTypedPin)},
      {"the first half of the PIN", ascii(kTypedPin.substr(0, 4))},
      {"the PIN as sent", bytes(kTypedPin)},
      {"the challenge as typed", ascii(kTypedChallenge)},
      {"the challenge as sent", bytes(kTypedChallenge)},
      {"a number to sign", ascii(kTdsNumber)},
      {"the first code", ascii("42511495")},
      {"the AC", bytes("7F32A79FDA945643")},
      {"the IAD", bytes("06770A03A48000")},
      {"the second AC", bytes("0102030405060708")},
  };
}

void look_for(std::vector<Secret>& all, const TestReader& reader) {
  for (Secret& secret : all) secret.seen = secret.seen || reader.remembers(secret.pattern);
}

void nothing_remains(const TestReader& reader) {
  CHECK(reader.screen() == "Carte retirée");
  CHECK(reader.code() == "");
  CHECK_FALSE(reader.reader.request());
  for (const Secret& secret : secrets()) {
    CAPTURE(secret.what);
    CHECK_FALSE(reader.remembers(secret.pattern));
  }
}

}  // namespace

TEST_CASE("each secret is in the reader's memory at some time: or looking for it would prove nothing") {
  std::vector<Secret> all = secrets();
  TestReader reader(kVasco, secret_dialogue());
  reader.at_request = [&] {
    look_for(all, reader);
    return false;
  };
  for (const auto& event : secret_events()) {
    event(reader);
    look_for(all, reader);
  }
  REQUIRE(reader.state() == "code");
  for (const Secret& secret : all) {
    CAPTURE(secret.what);
    CHECK(secret.seen);
  }
}

TEST_CASE("once its code is shown, a challenge is gone") {
  TestReader reader(kVasco, secret_dialogue());
  for (const auto& event : secret_events()) {
    event(reader);
    if (reader.state() == "code") break;
  }
  REQUIRE(reader.state() == "code");
  CHECK_FALSE(reader.remembers(bytes("87654321")));
  CHECK_FALSE(reader.remembers(std::string_view("87654321")));
}

TEST_CASE("the card pulled out between any two events leaves nothing") {
  const auto events = secret_events();
  for (std::size_t last = 1; last <= events.size(); ++last) {
    CAPTURE(last);
    TestReader reader(kVasco, secret_dialogue());
    for (std::size_t i = 0; i < last; ++i) events[i](reader);
    reader.remove();
    nothing_remains(reader);
  }
}

TEST_CASE("the card pulled out during any request leaves nothing, however the slot tells") {
  for (const char* told : {"an event", "an answer", "an answer and an event"}) {
    CAPTURE(told);
    std::size_t requests = 1;
    for (std::size_t pulled_at = 1; pulled_at <= requests; ++pulled_at) {
      CAPTURE(pulled_at);
      TestReader reader(kVasco, secret_dialogue());
      std::size_t seen = 0;
      bool pulled = false;
      reader.at_request = [&] {
        if (pulled || ++seen != pulled_at) return false;
        const auto request = *reader.reader.request();
        if (request.kind == SlotRequest::Kind::deactivate) return false;  // no answer to it says "removed"
        pulled = true;
        if (std::string(told) != "an event") reader.answer(request.number, "removed");
        if (std::string(told) != "an answer") reader.remove();
        return true;
      };
      for (const auto& event : secret_events()) {
        event(reader);
        if (pulled) break;
      }
      requests = std::max(requests, seen + 1);
      if (!pulled) {
        if (seen < pulled_at) break;  // the session had no more requests
        continue;
      }
      nothing_remains(reader);
      reader.press("OK");
      CHECK(reader.screen() == "Insérez/votre carte");
    }
    CHECK(requests > 20);
  }
}

TEST_CASE("what is over leaves nothing: time, a cancelled function, a notice, another card") {
  const auto all = secrets();
  const std::pair<const char*, std::function<void(TestReader&)>> ends[] = {
      {"time", [](TestReader& r) { r.wait(35'000); }},
      {"C", [](TestReader& r) { r.press("C"); }},
      {"OK", [](TestReader& r) { r.press("OK"); }},
      {"another function", [](TestReader& r) { r.press("M1"); }},
      {"another card",
       [](TestReader& r) {
         r.answering = false;
         r.insert();
       }},
  };
  for (const auto& [what, end] : ends) {
    CAPTURE(what);
    TestReader reader(kVasco, secret_dialogue());
    for (const auto& event : secret_events()) event(reader);
    REQUIRE(reader.state() == "code");
    end(reader);
    for (const Secret& secret : all) {
      CAPTURE(secret.what);
      CHECK_FALSE(reader.remembers(secret.pattern));
    }
  }
}

TEST_CASE("the numbers to sign are gone as soon as the code is there") {
  TestReader reader(kVasco);
  reader.use("M2", "1234");
  reader.type(kTdsNumber);
  reader.press("OK");
  REQUIRE(reader.remembers(kTdsNumber));
  reader.press("OK");
  REQUIRE(reader.state() == "code");
  CHECK_FALSE(reader.remembers(kTdsNumber));
}

TEST_CASE("the PIN is gone as soon as the card has answered it, whatever the answer") {
  for (const char* answer :
       {"9000", "63C2", "63C0", "6983", "6F00", "mute", "garbled", "90", "6C08", "6102"}) {
    CAPTURE(answer);
    Dialogue dialogue =
        Dialogue{{"GET RESPONSE", "00C0000002", "silent"}} + with(secret_dialogue(), "VERIFY", answer);
    if (std::string(answer) == "9000") dialogue = with(dialogue, "GENERATE AC", "silent");
    TestReader reader(kSesame, dialogue);
    reader.use("CODE", kTypedPin);
    CHECK_FALSE(reader.remembers(kTypedPin));
    CHECK_FALSE(reader.remembers(bytes(kTypedPin)));
    CHECK(reader.times_asked("0020") == 1);
  }
}
