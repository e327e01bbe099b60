// The reader as a PC/SC reader with a pinpad: a program on the computer has the card, a person types the PIN.
#include <catch2/catch.hpp>

#include "tests/firmware/core/pin_order.hpp"
#include "tests/firmware/core/test_reader.hpp"
#include "tests/firmware/core/ways.hpp"

using namespace sesame;
using namespace sesame::test;

namespace {

const std::string kVerifyWithPin = "002000800828" + kTypedPin + "FFFFFF";

// What programs ask of this card: nothing of it is the reader's own dialogue.
Dialogue program() {
  return {{"SELECT", "00A4040005A0000000010000", "611C"},
          {"GET RESPONSE", "00C000001C", "6C10"},
          {"READ BINARY", "00B0000004", "010203049000"},
          {"VERIFY", kVerifyWithPin, "9000"}};
}

// A reader whose card a program has, and that says nothing of its own.
struct Connected : TestReader {
  explicit Connected(const Dialogue& dialogue = program()) : TestReader(kSesame, identify() + dialogue) {
    insert();
    ask(HostRequest::Kind::activate);
    asked.clear();
  }
};

// The same, where the program waits for a PIN.
struct Typing : Connected {
  explicit Typing(const PinOrder& order = {}, const Dialogue& dialogue = program()) : Connected(dialogue) {
    verify(order.hex());
    REQUIRE(state() == "host_pin");
  }
};

bool remembers_pin(const TestReader& reader) {
  return reader.remembers(kTypedPin) || reader.remembers(bytes(kTypedPin)) ||
         reader.remembers(std::string_view(kTypedPin).substr(0, 4));
}

}  // namespace

// ---- the card

TEST_CASE("a program that connects gets the ATR") {
  TestReader reader(kSesame);
  reader.insert();
  reader.connect();
  CHECK(reader.told() == kAtr);
  CHECK(reader.last_asked() == "activate");
  CHECK(reader.screen() == "Connecté");
}

TEST_CASE("a program's APDUs go to the card as they are, and 61xx and 6Cxx come back as they are") {
  Connected reader;
  for (const Step& step : program()) {
    CAPTURE(step.name);
    reader.transmit(step.command);
    CHECK(reader.told() == step.response);
    CHECK(reader.last_asked() == step.command);
  }
  CHECK(reader.asked.size() == program().size());
  CHECK(reader.screen() == "Connecté");
}

TEST_CASE("the longest command and the longest answer pass; what is no APDU goes nowhere") {
  const std::string longest_answer = std::string(512, '5') + "9000";
  const std::string longest_command = "00D60000FF" + std::string(510, 'A') + "00";
  Connected reader({{"UPDATE BINARY", longest_command, longest_answer}, {"case 1", "00010203", "6D00"}});
  reader.transmit(longest_command);
  CHECK(reader.told() == longest_answer);
  reader.transmit("00010203");
  CHECK(reader.told() == "6D00");
  reader.asked.clear();
  for (const std::string& command : {std::string(), std::string("00A404"), longest_command + "00"}) {
    reader.transmit(command);
    CHECK(reader.told() == "garbled");
  }
  CHECK(reader.asked.empty());
}

TEST_CASE("an invalid answer is garbled") {
  for (const std::string& answer : {std::string("90"), std::string(), std::string(516, '0') + "9000"}) {
    CAPTURE(answer);
    Connected reader({{"READ BINARY", "00B0000004", answer}});
    reader.transmit("00B0000004");
    CHECK(reader.told() == "garbled");
    CHECK(reader.state() == "connected");
  }
}

TEST_CASE("a warm reset is one, and no other card is reset of its own accord") {
  TestReader reader(kSesame, identify(), "3F65250052096A9000");
  reader.insert();
  reader.asked.clear();
  reader.connect();
  CHECK(reader.asked == std::vector<std::string>{"activate"});
  reader.ask(HostRequest::Kind::warm_reset);
  CHECK(reader.told() == "3F65250052096A9000");
  CHECK(reader.asked == std::vector<std::string>{"activate", "warm reset"});
}

TEST_CASE("a program that connects again gets a card that is reset") {
  Connected reader;
  reader.connect();
  CHECK(reader.told() == kAtr);
  CHECK(reader.asked == std::vector<std::string>{"activate"});
}

TEST_CASE("a program connects from every state in which the reader is not in use, and finds the card") {
  const std::pair<const char*, std::function<void(TestReader&)>> ways[] = {
      {"off",
       [](TestReader& r) {
         r.insert();
         r.wait(30'000);
       }},
      {"starting",
       [](TestReader& r) {
         r.answering = false;
         r.insert();
         r.answering = true;
       }},
      {"choose_function", [](TestReader& r) { r.insert(); }},
      {"notice",
       [](TestReader& r) {
         r.card = TableCard("garbled", {});
         r.insert();
         r.card = TableCard(kAtr, identify());
       }},
      {"connected",
       [](TestReader& r) {
         r.insert();
         r.connect();
       }},
      {"host_pin",
       [](TestReader& r) {
         r.insert();
         r.connect();
         r.verify(PinOrder().hex());
       }},
  };
  for (const auto& [state, go] : ways) {
    CAPTURE(state);
    TestReader reader(kSesame);
    go(reader);
    REQUIRE(reader.state() == state);
    reader.connect();
    CHECK(reader.told() == kAtr);
    CHECK(reader.screen() == "Connecté");
    CHECK(reader.last_asked() == "activate");
  }
}

TEST_CASE("while the user types or reads, a program is told that the reader is busy") {
  for (const char* state : {"prompt", "pin", "working", "last_try", "wrong_pin", "code"}) {
    CAPTURE(state);
    TestReader reader(kVasco);
    reach(reader, state);
    const std::string screen = reader.screen();
    const auto asked = reader.asked;
    reader.connect();
    CHECK(reader.told() == "busy");
    reader.transmit("00B0000004");
    CHECK(reader.told() == "no_power");
    reader.ask(HostRequest::Kind::warm_reset);
    CHECK(reader.told() == "no_power");
    reader.verify(PinOrder().hex());
    CHECK(reader.told() == "no_power");
    reader.let_go();
    CHECK(reader.told() == "done");
    CHECK(reader.screen() == screen);
    CHECK(reader.asked == asked);
  }
}

TEST_CASE("a command without activate is told so, and does nothing") {
  using Kind = HostRequest::Kind;
  for (const Kind kind : {Kind::warm_reset, Kind::transmit, Kind::verify_pin}) {
    TestReader reader(kSesame);
    reader.ask(kind, "00B0000004");
    CHECK(reader.told() == "no_card");
    CHECK(reader.state() == "off");
    reader.insert();
    reader.asked.clear();
    reader.ask(kind, "00B0000004");
    CHECK(reader.told() == "no_power");
    CHECK(reader.screen() == "Choisir la/fonction");
    CHECK(reader.asked.empty());
  }
}

TEST_CASE("a program without a card is told so, and the screen stays as it is") {
  TestReader reader(kSesame);
  reader.connect();
  CHECK(reader.told() == "no_card");
  CHECK(reader.state() == "off");
  reader.let_go();
  CHECK(reader.told() == "done");
  CHECK(reader.state() == "off");
  reader.press("OK");
  reader.connect();
  CHECK(reader.told() == "no_card");
  CHECK(reader.screen() == "Insérez/votre carte");
  CHECK(reader.asked.empty());
}

TEST_CASE("a program that lets go gives the reader back to its keys") {
  Connected reader;
  reader.let_go();
  CHECK(reader.told() == "done");
  CHECK(reader.last_asked() == "deactivate");
  CHECK(reader.screen() == "Choisir la/fonction");
  reader.transmit("00B0000004");
  CHECK(reader.told() == "no_power");
  reader.press("CODE");
  reader.type("1234");
  reader.press("OK");
  CHECK(reader.code() == "42511495");
}

TEST_CASE("a reader given back goes dark in its time, and not before") {
  Connected reader;
  reader.wait(3'600'000);
  CHECK(reader.screen() == "Connecté");
  CHECK_FALSE(reader.reader.deadline());
  reader.let_go();
  reader.wait(29'999);
  CHECK(reader.state() == "choose_function");
  reader.wait(1);
  CHECK(reader.state() == "off");
}

TEST_CASE("no key does anything while a program has the card") {
  Connected reader;
  for (const char* key : {"CODE", "5", ".", "OK", "C"}) {
    reader.press(key);
    reader.hold(key);
    CHECK(reader.screen() == "Connecté");
  }
  CHECK(reader.asked.empty());
  CHECK_FALSE(reader.reader.deadline());
}

// ---- what goes wrong with the card

TEST_CASE("a card pulled out of a program's hands: the screen says so, and the program has no power") {
  Connected reader;
  reader.remove();
  CHECK(reader.screen() == "Carte retirée");
  CHECK(reader.asked.empty());
  reader.transmit("00B0000004");
  CHECK(reader.told() == "no_card");
  reader.insert();
  reader.transmit("00B0000004");
  CHECK(reader.told() == "no_power");
  reader.connect();
  CHECK(reader.told() == kAtr);
}

TEST_CASE("a card pulled out during a program's command, however the slot tells") {
  using Kind = HostRequest::Kind;
  for (const Kind kind : {Kind::activate, Kind::warm_reset, Kind::transmit}) {
    for (const char* told : {"an event", "an answer", "an answer and an event"}) {
      CAPTURE(told);
      Connected reader;
      reader.answering = false;
      reader.ask(kind, "00B0000004");
      CHECK(reader.told() == "nothing");
      const auto request = reader.reader.request();
      REQUIRE(request);
      if (std::string(told) != "an event") reader.answer(request->number, "removed");
      if (std::string(told) != "an answer") reader.remove();
      CHECK(reader.told() == "no_card");
      CHECK(reader.screen() == "Carte retirée");
      CHECK_FALSE(reader.reader.request());
    }
  }
}

TEST_CASE("a card pulled out while its PIN is typed, or sent: the program is told, and nothing remains") {
  Typing typing;
  typing.type(kTypedPin);
  REQUIRE(remembers_pin(typing));
  typing.remove();
  CHECK(typing.told() == "no_card");
  CHECK(typing.screen() == "Carte retirée");
  CHECK_FALSE(remembers_pin(typing));

  for (const bool by_answer : {false, true}) {
    Typing sent;
    sent.answering = false;
    sent.type(kTypedPin);
    sent.press("OK");
    REQUIRE(remembers_pin(sent));
    by_answer ? sent.answer(sent.reader.request()->number, "removed") : sent.remove();
    CHECK(sent.told() == "no_card");
    CHECK(sent.screen() == "Carte retirée");
    CHECK_FALSE(remembers_pin(sent));
  }
}

TEST_CASE("a card that is silent is mute after its time, and stays the program's") {
  Connected reader({{"READ BINARY", "00B0000004", "silent"}});
  reader.transmit("00B0000004");
  reader.wait(19'999);
  CHECK(reader.told() == "nothing");
  const auto late = reader.reader.request();
  REQUIRE(late);
  reader.wait(1);
  CHECK(reader.told() == "mute");
  CHECK(reader.screen() == "Connecté");
  CHECK_FALSE(reader.reader.deadline());
  reader.answer(late->number, "9000");
  CHECK(reader.told() == "mute");
  reader.connect();
  CHECK(reader.told() == kAtr);
}

TEST_CASE("a command that fails in the slot fails, and the next may do better") {
  for (const char* failure : {"mute", "garbled"}) {
    Connected reader({{"READ BINARY", "00B0000004", failure}, {"READ BINARY", "00B0000004", "6985"}});
    reader.transmit("00B0000004");
    CHECK(reader.told() == failure);
    CHECK(reader.screen() == "Connecté");
    reader.transmit("00B0000004");
    CHECK(reader.told() == "6985");
  }
}

TEST_CASE("a card without an ATR can be used by neither: program and screen say so, and the keys work") {
  struct Row {
    const char* atr;
    const char* told;
    const char* screen;
  };
  for (const Row& row : {Row{"mute", "mute", "Carte muette"},
                         {"garbled", "garbled", "Erreur carte"},
                         {"", "mute", "Carte muette"},
                         {"silent", "mute", "Carte muette"}}) {
    for (const auto kind : {HostRequest::Kind::activate, HostRequest::Kind::warm_reset}) {
      CAPTURE(row.atr);
      Connected reader;
      reader.card = TableCard(row.atr, {});
      reader.ask(kind);
      reader.wait(20'000);
      CHECK(reader.told() == row.told);
      CHECK(reader.screen() == row.screen);
      CHECK(reader.last_asked() == "deactivate");
      reader.transmit("00B0000004");
      CHECK(reader.told() == "no_power");
      reader.card = TableCard(kAtr, identify());
      reader.press("OK");
      CHECK(reader.screen() == "Choisir la/fonction");
    }
  }
}

TEST_CASE("a stale answer of the slot is dropped: after letting go, and after another request") {
  Connected reader;
  reader.answering = false;
  reader.transmit("00B0000004");
  const auto first = reader.reader.request();
  REQUIRE(first);
  reader.transmit("00A4040005A0000000010000");
  const auto second = reader.reader.request();
  REQUIRE(second);
  CHECK(second->number != first->number);
  reader.answer(first->number, "9000");
  CHECK(reader.told() == "nothing");
  reader.let_go();
  CHECK(reader.told() == "done");
  for (const char* late : {"9000", "mute", "removed"}) {
    reader.answer(second->number, late);
    CHECK(reader.told() == "done");
    CHECK(reader.screen() == "Choisir la/fonction");
  }
}

TEST_CASE("an order for a PIN during a command ends the command, also where the order is bad") {
  for (const bool good : {true, false}) {
    Connected reader;
    reader.answering = false;
    reader.transmit("00B0000004");
    const auto command = reader.reader.request();
    REQUIRE(command);
    reader.verify(good ? PinOrder().hex() : "00");
    const std::string told = reader.told();
    CHECK(told == (good ? "nothing" : "6B80"));
    CHECK_FALSE(reader.reader.request());
    reader.answer(command->number, "9000");
    CHECK(reader.told() == told);
  }
}

TEST_CASE("inserted once more while a program has the card: nothing changes") {
  Connected reader;
  reader.insert();
  CHECK(reader.screen() == "Connecté");
  CHECK(reader.asked.empty());
  Typing typing;
  typing.type(kTypedPin);
  typing.insert();
  CHECK(typing.screen() == "Code secret ?/********");
  typing.press("OK");
  CHECK(typing.told() == "9000");
}

// ---- the PIN

TEST_CASE("the PIN typed for a program is in the VERIFY, and in no answer") {
  Typing reader;
  CHECK(reader.screen() == "Code secret ?");
  CHECK(reader.told() == "nothing");
  reader.type(kTypedPin);
  CHECK(reader.screen() == "Code secret ?/********");
  CHECK(reader.asked.empty());
  reader.at_request = [&] {
    CHECK(reader.remembers(bytes(kTypedPin)));  // or the next lines would prove nothing
    CHECK_FALSE(reader.remembers(kTypedPin));   // as it was typed
    return false;
  };
  reader.press("OK");
  CHECK(reader.asked == std::vector<std::string>{kVerifyWithPin});
  CHECK(reader.told() == "9000");
  CHECK_FALSE(remembers_pin(reader));
}

TEST_CASE("nothing of the PIN remains, whatever the card answers, and it is sent once") {
  struct Row {
    std::string answer;
    const char* told;
  };
  const Row rows[] = {{"9000", "9000"},
                      {"63C2", "63C2"},
                      {"6983", "6983"},
                      {"6C08", "6C08"},
                      {"6102", "6102"},
                      {"mute", "mute"},
                      {"90", "garbled"},
                      {"", "garbled"},
                      {"8246", "garbled"},
                      {"6082", "garbled"},  // the PIN in the place of a status word
                      {"garbled", "garbled"},
                      {kVerifyWithPin + "9000", "9000"},
                      {kVerifyWithPin + "63C1", "63C1"}};
  for (const Row& row : rows) {
    CAPTURE(row.answer);
    Typing reader(PinOrder(), with(program(), "VERIFY", row.answer));
    reader.type(kTypedPin);
    reader.press("OK");
    CHECK(reader.told() == row.told);
    CHECK(reader.asked == std::vector<std::string>{kVerifyWithPin});
    CHECK(reader.state() == "connected");
    CHECK_FALSE(remembers_pin(reader));
  }
}

TEST_CASE("the card silent after the PIN is mute after its time, and nothing of the PIN remains") {
  Typing reader(PinOrder(), with(program(), "VERIFY", "silent"));
  reader.type(kTypedPin);
  reader.press("OK");
  reader.wait(20'000);
  CHECK(reader.told() == "mute");
  CHECK_FALSE(remembers_pin(reader));
}

TEST_CASE("the screen says what the card said to the PIN, until the program's next command") {
  struct Row {
    const char* answer;
    const char* screen;
  };
  for (const Row& row : {Row{"9000", "Code bon"},
                         {"63C2", "Code faux/2 essais"},
                         {"63C1", "Code faux/1 essai"},
                         {"63C0", "Code bloqué"},
                         {"6300", "Code faux/? essais"},
                         {"6983", "Code bloqué"},
                         {"6984", "Code bloqué"},
                         {"6D00", "Connecté"},
                         {"mute", "Connecté"}}) {
    CAPTURE(row.answer);
    Typing reader(PinOrder(), with(program(), "VERIFY", row.answer));
    reader.type(kTypedPin);
    reader.press("OK");
    CHECK(reader.screen() == row.screen);
    reader.press("5");
    CHECK(reader.screen() == row.screen);
    reader.transmit("00B0000004");
    CHECK(reader.screen() == "Connecté");
  }
}

TEST_CASE("what the card said to one PIN is not said of the next") {
  Typing reader(PinOrder(), with(program(), "VERIFY", "63C2"));
  reader.type(kTypedPin);
  reader.press("OK");
  REQUIRE(reader.screen() == "Code faux/2 essais");
  reader.verify(PinOrder().hex());
  reader.hold("C");
  CHECK(reader.told() == "6401");
  CHECK(reader.screen() == "Connecté");
}

TEST_CASE("a program's own VERIFY is a command like another") {
  Connected reader;
  reader.transmit(kVerifyWithPin);
  CHECK(reader.told() == "9000");
  CHECK(reader.screen() == "Connecté");
}

TEST_CASE("C erases the last digit; on an empty PIN it cancels: 6401, and nothing is sent") {
  Typing reader;
  reader.type("8246");
  reader.press("C");
  CHECK(reader.screen() == "Code secret ?/***");
  CHECK_FALSE(reader.remembers("8246"));
  reader.type("CCC");
  CHECK(reader.screen() == "Code secret ?");
  CHECK(reader.told() == "nothing");
  reader.press("C");
  CHECK(reader.told() == "6401");
  CHECK(reader.screen() == "Connecté");
  CHECK(reader.asked.empty());
}

TEST_CASE("C held cancels at once") {
  Typing reader;
  reader.type(kTypedPin);
  reader.hold("C");
  CHECK(reader.told() == "6401");
  CHECK(reader.asked.empty());
  CHECK_FALSE(remembers_pin(reader));
}

TEST_CASE("points and function keys are no digits of a PIN for a program") {
  Typing reader;
  for (const char* key : {"CODE", "8", ".", "2", "CODE", "4"}) reader.press(key);
  reader.handle(Event::press(Key::f8));
  CHECK(reader.screen() == "Code secret ?/***");
  reader.type(kTypedPin.substr(3));
  reader.press("OK");
  CHECK(reader.told() == "9000");
}

TEST_CASE("OK after too few digits does nothing; digits beyond the most are ignored") {
  PinOrder order;
  order.digits = "0806";
  Typing reader(order);
  reader.type(kTypedPin.substr(0, 5));
  reader.press("OK");
  CHECK(reader.told() == "nothing");
  CHECK(reader.screen() == "Code secret ?/*****");
  reader.type(kTypedPin.substr(5) + "0");
  CHECK(reader.screen() == "Code secret ?/********");
  reader.press("OK");
  CHECK(reader.told() == "9000");
  CHECK(reader.last_asked() == kVerifyWithPin);
}

TEST_CASE("the program may want a short PIN, and none of no digits") {
  PinOrder order;
  order.digits = "0C00";
  Typing reader(order, {{"VERIFY", "00200080082181FFFFFFFFFFFF", "6F00"},
                        {"VERIFY", "0020008008218FFFFFFFFFFFFF", "63C2"}});
  reader.press("OK");
  CHECK(reader.told() == "nothing");
  reader.press("8");
  reader.press("OK");
  CHECK(reader.told() == "63C2");
}

TEST_CASE("no PIN is typed: 6400 after bTimeOut; after a key bTimeOut2 counts; 00 is the reader's own time") {
  struct Row {
    const char* timeouts;
    Millis before, after;
  };
  for (const Row& row : {Row{"3C05", 60'000, 5'000},
                         {"0001", 30'000, 1'000},
                         {"F000", 240'000, 30'000},
                         {"0000", 30'000, 30'000}}) {
    CAPTURE(row.timeouts);
    PinOrder order;
    order.timeouts = row.timeouts;
    Typing untyped(order);
    untyped.wait(row.before - 1);
    untyped.press("CODE");  // no key of a PIN
    CHECK(untyped.told() == "nothing");
    untyped.wait(1);
    CHECK(untyped.told() == "6400");
    CHECK(untyped.screen() == "Connecté");
    CHECK_FALSE(untyped.reader.deadline());

    Typing typed(order);
    for (const char* key : {"8", "2", "C", "4", ".", "OK"}) {
      typed.wait(row.after - 1);
      typed.press(key);
    }
    CHECK(typed.screen() == "Code secret ?/**");
    typed.wait(row.after - 1);
    CHECK(typed.told() == "nothing");
    typed.wait(1);
    CHECK(typed.told() == "6400");
    CHECK(typed.asked.empty());
    CHECK_FALSE(typed.remembers("84"));
  }
}

TEST_CASE("whatever times the order gives, the user has four minutes for the PIN") {
  PinOrder order;
  order.timeouts = "FFFF";
  Typing untyped(order);
  untyped.wait(kLongestPinEntry - 1);
  CHECK(untyped.told() == "nothing");
  untyped.wait(1);
  CHECK(untyped.told() == "6400");

  Typing slow(order);
  slow.wait(kLongestPinEntry / 2);
  slow.press("8");
  slow.wait(kLongestPinEntry / 2);
  CHECK(slow.told() == "6400");
}

TEST_CASE("a key that comes with the time-out is too late") {
  Typing reader;
  reader.type(kTypedPin);
  reader.sleep(10'000);
  reader.press("OK");
  CHECK(reader.told() == "6400");
  CHECK(reader.asked.empty());
}

TEST_CASE("a card pulled out as its PIN times out: the program is told of the time-out, in full") {
  for (const bool removed : {false, true}) {
    Typing reader;
    reader.type(kTypedPin);
    reader.sleep(10'000);
    removed ? reader.remove() : reader.let_go();
    CHECK(reader.told() == (removed ? "6400" : "done"));
    CHECK_FALSE(remembers_pin(reader));
  }
}

TEST_CASE("validation at the most digits sends the PIN by itself") {
  PinOrder order;
  order.digits = "0804";
  order.condition = "01";
  Typing reader(order);
  reader.type(kTypedPin.substr(0, 7));
  CHECK(reader.told() == "nothing");
  reader.type(kTypedPin.substr(7));
  CHECK(reader.told() == "9000");
  CHECK(reader.asked == std::vector<std::string>{kVerifyWithPin});
}

TEST_CASE("validation at the time-out sends what was typed, if it is enough") {
  PinOrder order;
  order.condition = "06";
  Typing enough(order);
  enough.type(kTypedPin);
  enough.wait(10'000);
  CHECK(enough.told() == "9000");
  CHECK(enough.last_asked() == kVerifyWithPin);
  Typing too_few(order);
  too_few.type("824");
  too_few.wait(10'000);
  CHECK(too_few.told() == "6400");
  CHECK(too_few.asked.empty());
}

TEST_CASE("an order that cannot be carried out is 6B80, and no PIN is asked for") {
  PinOrder no_verify, too_many;
  no_verify.command = "00DC01040820FFFFFFFFFFFFFF";
  too_many.digits = "0C0D";
  for (const std::string& order : {std::string(), std::string("00"), no_verify.hex(), too_many.hex()}) {
    CAPTURE(order);
    Connected reader;
    reader.verify(order);
    CHECK(reader.told() == "6B80");
    CHECK(reader.screen() == "Connecté");
    CHECK(reader.asked.empty());
    reader.transmit("00B0000004");
    CHECK(reader.told() == "010203049000");
  }
}

TEST_CASE("the PIN is asked for in the program's language, if the model has it, until the program lets go") {
  struct Row {
    const char* identifier;
    const char* prompt;
    const char* then;
  };
  for (const Row& row : {Row{"0904", "PIN?", "Wrong PIN/2 tries left"},
                         {"1304", "PIN?", "PIN fout/nog 2 pogingen"},
                         {"0908", "PIN?", "Wrong PIN/2 tries left"},  // British
                         {"1308", "PIN?", "PIN fout/nog 2 pogingen"},
                         {"0C08", "Code secret ?", "Code faux/2 essais"},
                         {"0704", "Code secret ?", "Code faux/2 essais"},
                         {"0000", "Code secret ?", "Code faux/2 essais"}}) {
    CAPTURE(row.identifier);
    PinOrder order;
    order.language = row.identifier;
    Typing reader(order, with(program(), "VERIFY", "63C2"));
    CHECK(reader.screen() == row.prompt);
    reader.type(kTypedPin);
    reader.press("OK");
    CHECK(reader.screen() == row.then);
    reader.let_go();
    CHECK(reader.screen() == "Choisir la/fonction");
  }
}

TEST_CASE("an order without a language that the model has is not asked in that of the order before") {
  PinOrder dutch, other;
  dutch.language = "1304";
  for (const char* language : {"0000", "0704"}) {
    Typing reader(dutch);
    REQUIRE(reader.screen() == "PIN?");
    other.language = language;
    reader.verify(other.hex());
    CHECK(reader.screen() == "Code secret ?");
  }
}

TEST_CASE("a program that lets go while its PIN is typed: the PIN is wiped, and no VERIFY sent") {
  Typing reader;
  reader.type(kTypedPin);
  reader.let_go();
  CHECK(reader.told() == "done");
  CHECK(reader.asked == std::vector<std::string>{"deactivate"});
  CHECK(reader.screen() == "Choisir la/fonction");
  CHECK_FALSE(remembers_pin(reader));
  reader.press("OK");
  CHECK(reader.told() == "done");
}

TEST_CASE("a program that lets go while its PIN is with the card: nothing of it remains") {
  Typing reader(PinOrder(), with(program(), "VERIFY", "silent"));
  reader.type(kTypedPin);
  reader.press("OK");
  REQUIRE(remembers_pin(reader));
  const auto verify = reader.reader.request();
  reader.let_go();
  CHECK_FALSE(remembers_pin(reader));
  reader.answer(verify->number, "9000");
  CHECK(reader.told() == "done");
  CHECK(reader.screen() == "Choisir la/fonction");
}

TEST_CASE("a program that connects again while its PIN is with the card: nothing of it remains") {
  Typing reader(PinOrder(), with(program(), "VERIFY", "silent"));
  reader.type(kTypedPin);
  reader.press("OK");
  REQUIRE(remembers_pin(reader));
  reader.answering = false;
  reader.connect();
  CHECK(reader.told() == "nothing");
  CHECK_FALSE(remembers_pin(reader));
}

TEST_CASE("what a card told a program is gone with the card") {
  Connected reader;
  reader.transmit("00B0000004");
  REQUIRE(reader.remembers(bytes("01020304")));
  reader.remove();
  CHECK_FALSE(reader.remembers(bytes("01020304")));
}

TEST_CASE("whatever else a program asks for while its PIN is typed ends the typing") {
  using Kind = HostRequest::Kind;
  for (const Kind kind : {Kind::activate, Kind::warm_reset, Kind::transmit}) {
    Typing reader;
    reader.type(kTypedPin);
    reader.ask(kind, "00B0000004");
    CHECK(reader.told() == (kind == Kind::transmit ? "010203049000" : kAtr));
    CHECK(reader.screen() == "Connecté");
    CHECK_FALSE(remembers_pin(reader));
    CHECK(reader.times_asked("0020") == 0);
  }
  Typing again;
  again.type("12");
  again.verify(PinOrder().hex());
  CHECK(again.screen() == "Code secret ?");
  again.type(kTypedPin);
  again.press("OK");
  CHECK(again.told() == "9000");
  CHECK(again.last_asked() == kVerifyWithPin);
}

TEST_CASE("the PIN goes into whatever form of VERIFY the program has") {
  PinOrder ascii;
  ascii.format = "820000";
  ascii.command = "00200081";
  Typing reader(ascii, {{"VERIFY", "00200081083832343637313539", "9000"}});
  reader.type(kTypedPin);
  reader.press("OK");
  CHECK(reader.told() == "9000");
  CHECK_FALSE(remembers_pin(reader));
}

TEST_CASE("every status of a program's request has a name of its own") {
  std::vector<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(HostStatus::garbled); ++i) {
    names.push_back(to_string(static_cast<HostStatus>(i)));
    CHECK_FALSE(names.back().empty());
    CHECK(std::count(names.begin(), names.end(), names.back()) == 1);
  }
}
