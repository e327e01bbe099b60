// What a card answers when, and to what: status words and the order of commands. EMV 4.3 Book 3, 6.5.
#include <array>
#include <catch2/catch.hpp>

#include "tests/host/card/fixture.hpp"

namespace sesame::card {
namespace {

using namespace test;

TEST_CASE("every command has its place in the transaction, and is answered 6985 elsewhere") {
  struct Row {
    const char* what;
    std::string command;
    std::array<const char*, 7> sw;  // by Stage
  };
  const auto row = GENERATE(values<Row>({
      // reset, directory, selected, initiated, pin_verified, first_ac_given, over
      {"SELECT", select(kCap), {"9000", "9000", "9000", "9000", "9000", "9000", "9000"}},
      {"SELECT PSE", kSelectPse, {"9000", "9000", "9000", "9000", "9000", "9000", "9000"}},
      {"GPO", kGpo, {"6985", "6985", "9000", "6985", "6985", "6985", "6985"}},
      {"READ RECORD", read_record(1, 1), {"6985", "9000", "6985", "9000", "9000", "9000", "9000"}},
      {"READ RECORD", read_record(3, 5), {"6985", "6A82", "6985", "9000", "9000", "9000", "9000"}},
      {"GET DATA ATC", kGetAtc, {"6985", "6985", "6985", "9000", "9000", "9000", "9000"}},
      {"GET DATA tries", kGetTries, {"6985", "6985", "6985", "9000", "9000", "9000", "9000"}},
      {"VERIFY", verify("1234"), {"6985", "6985", "6985", "9000", "9000", "6985", "6985"}},
      {"VERIFY, wrong", verify("4321"), {"6985", "6985", "6985", "63C2", "63C2", "6985", "6985"}},
      {"first AC, ARQC", kFirstAc, {"6985", "6985", "6985", "9000", "9000", "6985", "6985"}},
      {"second AC, AAC", kSecondAc, {"6985", "6985", "6985", "6700", "6700", "9000", "6985"}},
      {"second AC, TC",
       generate_ac("40", kZeros31),
       {"6985", "6985", "6985", "6700", "6700", "9000", "6985"}},
      {"second AC, ARQC",
       generate_ac("80", kZeros31),
       {"6985", "6985", "6985", "6700", "6700", "6985", "6985"}},
  }));
  for (std::size_t stage = 0; stage < row.sw.size(); ++stage) {
    CAPTURE(row.what, stage);
    Terminal terminal(personalization());
    terminal.go_to(static_cast<Stage>(stage));
    CHECK(terminal.sw(row.command) == row.sw[stage]);
  }
}

TEST_CASE("GET PROCESSING OPTIONS wants exactly the data that the PDOL asks for") {
  struct Row {
    const char* pdol;
    const char* command;
    const char* sw;
  };
  const auto row = GENERATE(values<Row>({
      // without PDOL: an empty template
      {"", "80A8000002830000", "9000"},
      {"", "80A80000028300", "9000"},
      {"", "80A80000", "6700"},
      {"", "80A8000000", "6700"},
      {"", "80A800000000", "6700"},
      {"", "80A800000383013400", "6700"},
      {"", "80A8000001 83 00", "6700"},
      {"", "80A8000002 8200 00", "6700"},    // another template
      {"", "80A8000003 830000 00", "6700"},  // a byte after it
      {"", "80A8000003 008300 00", "6700"},  // a byte before it
      {"", "80A8000004 8300 8300 00", "6700"},
      {"", "80A8010002830000", "6A86"},
      {"", "80A8000102830000", "6A86"},
      {"", "00A8000002830000", "6E00"},
      // with
      {"9F3501", "80A8000003 830134 00", "9000"},
      {"9F3501", "80A8000003 8301FF 00", "9000"},
      {"9F3501", "80A8000002 8300 00", "6700"},
      {"9F3501", "80A8000004 83023400 00", "6700"},
      {"9F3501", "80A8000003 830234 00", "6700"},  // one byte is missing
      {"9F3501", "80A8000004 83013400 00", "6700"},
      {"9F3501 DF4001", "80A8000004 83023400 00", "9000"},
      {"9F3501 DF4001", "80A8000003 830134 00", "6700"},
      {"9F3303 9F1A02 9F3501 9F4005", "80A800000D 830B 2080000000340000000000 00", "9000"},
      {"9F3303 9F1A02 9F3501 9F4005", "80A8000002 8300 00", "6700"},
  }));
  CAPTURE(row.pdol, row.command);
  Personalization card = personalization();
  card.applications[0].pdol = bytes(row.pdol);
  Terminal terminal(std::move(card));
  terminal.go_to(Stage::selected);
  CHECK(terminal.sw(row.command) == row.sw);
}

TEST_CASE("a GET PROCESSING OPTIONS that was refused may be sent again") {
  Terminal terminal(personalization());
  terminal.go_to(Stage::selected);
  CHECK(terminal.send("80A80000") == "6700");
  CHECK(terminal.send("80A8010002830000") == "6A86");
  CHECK(terminal.sw(kGpo) == "9000");
}

TEST_CASE("READ RECORD tells a file that is not there from a record that is not there") {
  struct Row {
    const char* what;
    std::string command;
    const char* sw;
  };
  const auto row = GENERATE(values<Row>({
      {"a record of the AFL", read_record(1, 2), "9000"},
      {"the record before the AFL's first", read_record(1, 0), "6A83"},
      {"the record after its last", read_record(1, 3), "6A83"},
      {"the highest number", read_record(1, 255), "6A83"},
      {"another file's record", read_record(3, 1), "6A83"},
      {"a file between two others", read_record(2, 1), "6A82"},
      {"the highest file", read_record(31, 1), "6A82"},
      {"no file", read_record(0, 1), "6A82"},
      {"P1 is not a record number", "00B2010D00", "6A86"},
      {"P1 is a record identifier", "00B2010800", "6A86"},
      {"with data", "00B2010C010000", "6700"},
      {"of another class", "80B2010C00", "6E00"},
  }));
  CAPTURE(row.what);
  Terminal terminal(personalization());
  terminal.go_to(Stage::initiated);
  CHECK(terminal.sw(row.command) == row.sw);
}

TEST_CASE("the directory has one record for each listed application, and no other file") {
  Personalization card = personalization();
  card.applications.push_back(application(kMastercard));
  card.applications.push_back(application("A0000000043060"));
  card.applications[1].in_directory = false;
  Terminal terminal(std::move(card));
  terminal.go_to(Stage::directory);
  CHECK(terminal.sw(read_record(1, 1)) == "9000");
  CHECK(terminal.sw(read_record(1, 2)) == "9000");
  CHECK(terminal.send(read_record(1, 3)) == "6A83");
  CHECK(terminal.send(read_record(1, 0)) == "6A83");
  CHECK(terminal.send(read_record(2, 1)) == "6A82");
}

TEST_CASE("GET DATA knows three counters") {
  struct Row {
    const char* tag;
    const char* answer;
  };
  const auto row = GENERATE(values<Row>({
      {"9F36", "9F360200019000"},
      {"9F13", "9F130200009000"},
      {"9F17", "9F1701039000"},
      {"9F4F", "6A88"},  // log format
      {"9F38", "6A88"},
      {"0082", "6A88"},
      {"005A", "6A88"},
      {"0000", "6A88"},
      {"FFFF", "6A88"},
  }));
  CAPTURE(row.tag);
  Terminal terminal(personalization());
  terminal.go_to(Stage::initiated);
  CHECK(terminal.send(std::string("80CA") + row.tag + "00") == row.answer);
  CHECK(terminal.send(std::string("80CA") + row.tag + "010000") == "6700");
  CHECK(terminal.send(std::string("00CA") + row.tag + "00") == "6E00");
}

TEST_CASE("VERIFY counts the tries down, then is blocked, for the right PIN too") {
  Terminal terminal(personalization());
  terminal.go_to(Stage::initiated);
  CHECK(terminal.send(verify("0000")) == "63C2");
  CHECK(terminal.send(verify("12345")) == "63C1");
  CHECK(terminal.tries() == "01");
  CHECK(terminal.send(verify("123")) == "6A80");
  CHECK(terminal.send(verify("4321")) == "63C0");
  CHECK(terminal.tries() == "00");
  CHECK(terminal.send(verify("1234")) == "6983");
  CHECK(terminal.send(verify("4321")) == "6983");
}

TEST_CASE("the right PIN gives all tries back") {
  Terminal terminal(personalization());
  terminal.go_to(Stage::initiated);
  terminal.send(verify("0000"));
  terminal.send(verify("0000"));
  CHECK(terminal.tries() == "01");
  CHECK(terminal.send(verify("1234")) == "9000");
  CHECK(terminal.tries() == "03");
}

TEST_CASE("the try limit is the card's, from 1 to 15") {
  const int limit = GENERATE(1, 2, 15);
  Personalization card = personalization();
  card.try_limit = static_cast<std::uint8_t>(limit);
  Terminal terminal(std::move(card));
  terminal.go_to(Stage::initiated);
  for (int left = limit - 1; left >= 0; --left) {
    CHECK(terminal.send(verify("0000")) == std::string("63C") + "0123456789ABCDEF"[left]);
  }
  CHECK(terminal.send(verify("1234")) == "6983");
}

TEST_CASE("a PIN has 4 to 12 digits, all of them compared, and its length as well") {
  struct Row {
    const char* pin;
    const char* typed;
    const char* sw;
  };
  const auto row = GENERATE(values<Row>({
      {"1234", "1234", "9000"},
      {"12345", "12345", "9000"},
      {"123456789012", "123456789012", "9000"},
      {"1234", "12340", "63C2"},
      {"12340", "1234", "63C2"},
      {"1234", "0234", "63C2"},
      {"1234", "1235", "63C2"},
      {"123456789012", "12345678901", "63C2"},
      {"123456789012", "123456789013", "63C2"},
  }));
  CAPTURE(row.pin, row.typed);
  Personalization card = personalization();
  card.pin = SecretString(row.pin);
  Terminal terminal(std::move(card));
  terminal.go_to(Stage::initiated);
  CHECK(terminal.send(verify(row.typed)) == row.sw);
}

TEST_CASE("a VERIFY that is malformed takes no try") {
  struct Row {
    const char* what;
    const char* command;
    const char* sw;
  };
  const auto row = GENERATE(values<Row>({
      {"no data", "00200080", "6700"},
      {"7 bytes", "0020008007 241234FFFFFFFF", "6700"},
      {"9 bytes", "0020008009 241234FFFFFFFFFFFF", "6700"},
      {"3 digits", "0020008008 23123FFFFFFFFFFF", "6A80"},
      {"13 digits", "0020008008 2D1234567890123F", "6A80"},
      {"15 digits", "0020008008 2F12345678901234", "6A80"},
      {"no digits", "0020008008 20FFFFFFFFFFFFFF", "6A80"},
      {"format 1", "0020008008 141234FFFFFFFFFF", "6A80"},
      {"format 0", "0020008008 041234FFFFFFFFFF", "6A80"},
      {"a digit beyond 9", "0020008008 24123AFFFFFFFFFF", "6A80"},
      {"fewer digits than it says", "0020008008 26123FFFFFFFFFFF", "6A80"},
      {"more digits than it says", "0020008008 2412345FFFFFFFFF", "6A80"},
      {"a filler other than F", "0020008008 241234FFFFFFFFF0", "6A80"},
      {"enciphered", "0020008808 241234FFFFFFFFFF", "6A86"},
      {"by another reference", "0020000008 241234FFFFFFFFFF", "6A86"},
      {"with P1", "0020018008 241234FFFFFFFFFF", "6A86"},
      {"of another class", "8020008008 241234FFFFFFFFFF", "6E00"},
  }));
  CAPTURE(row.what);
  Terminal terminal(personalization());
  terminal.go_to(Stage::initiated);
  CHECK(terminal.send(row.command) == row.sw);
  CHECK(terminal.tries() == "03");
}

TEST_CASE("GENERATE AC wants exactly the data that the CDOL asks for") {
  struct Row {
    const char* what;
    std::string command;
    const char* sw;
  };
  const std::string zeros28(56, '0'), zeros30(60, '0');
  const auto row = GENERATE_COPY(values<Row>({
      {"a byte too few", generate_ac("80", zeros28), "6700"},
      {"a byte too many", generate_ac("80", zeros30), "6700"},
      {"CDOL2's", generate_ac("80", kZeros31), "6700"},
      {"none", "80AE8000", "6700"},
      {"none, with Le", "80AE800000", "6700"},
      {"AC type 11", generate_ac("C0", kZeros29), "6A86"},
      {"CDA", generate_ac("90", kZeros29), "6A86"},
      {"P2", "80AE80011D" + kZeros29 + "00", "6A86"},
      {"of another class", "00AE80001D" + kZeros29 + "00", "6E00"},
  }));
  CAPTURE(row.what);
  Terminal terminal(personalization());
  terminal.go_to(Stage::pin_verified);
  CHECK(terminal.send(row.command) == row.sw);
  CHECK(terminal.sw(kFirstAc) == "9000");  // and is still there to give it
  CHECK(terminal.send(generate_ac("00", kZeros29)) == "6700");
  CHECK(terminal.send(generate_ac("00", zeros30)) == "6700");
  CHECK(terminal.send(generate_ac("00", kZeros31 + "00")) == "6700");
  CHECK(terminal.send(generate_ac("C0", kZeros31)) == "6A86");
  CHECK(terminal.sw(kSecondAc) == "9000");
}

// Bits 8 and 7 of the CID, which comes first in 77.
std::string cid(const std::string& data) { return data.substr(10, 2); }

TEST_CASE("the card gives what was asked or less, never more") {
  enum class Pin { none, right, wrong, right_then_wrong };
  struct Row {
    const char* asked;
    bool needs_pin;
    Pin pin;
    const char* given;
  };
  const auto row = GENERATE(values<Row>({
      {"80", true, Pin::right, "80"},
      {"80", true, Pin::none, "00"},
      {"80", true, Pin::wrong, "00"},
      {"80", true, Pin::right_then_wrong, "00"},
      {"80", false, Pin::none, "80"},
      {"80", false, Pin::wrong, "80"},
      {"40", true, Pin::right, "80"},  // goes online
      {"40", true, Pin::none, "00"},
      {"40", false, Pin::none, "80"},
      {"00", true, Pin::right, "00"},
      {"00", true, Pin::none, "00"},
      {"00", false, Pin::none, "00"},
  }));
  CAPTURE(row.asked, row.needs_pin, static_cast<int>(row.pin));
  Personalization card = personalization();
  card.applications[0].needs_pin = row.needs_pin;
  Terminal terminal(std::move(card));
  terminal.go_to(Stage::initiated);
  if (row.pin == Pin::right || row.pin == Pin::right_then_wrong) terminal.send(verify("1234"));
  if (row.pin == Pin::wrong || row.pin == Pin::right_then_wrong) terminal.send(verify("4321"));
  CHECK(cid(terminal.data(generate_ac(row.asked, kZeros29))) == row.given);
}

TEST_CASE("the second AC is an AAC, also where a TC was asked") {
  const char* asked = GENERATE("00", "40");
  Terminal terminal(personalization());
  terminal.go_to(Stage::first_ac_given);
  CHECK(cid(terminal.data(generate_ac(asked, kZeros31))) == "00");
}

TEST_CASE("a second AC asked as ARQC is refused, and may then be asked properly") {
  Terminal terminal(personalization());
  terminal.go_to(Stage::first_ac_given);
  CHECK(terminal.send(generate_ac("80", kZeros31)) == "6985");
  CHECK(terminal.send(kFirstAc) == "6985");
  CHECK(terminal.sw(kSecondAc) == "9000");
}

TEST_CASE("there is no third AC") {
  const char* asked = GENERATE("00", "40", "80");
  const bool like_the_first = GENERATE(true, false);
  Terminal terminal(personalization());
  terminal.go_to(Stage::over);
  CHECK(terminal.send(generate_ac(asked, like_the_first ? kZeros29 : kZeros31)) == "6985");
}

TEST_CASE("after an AAC there is no second AC") {
  Terminal terminal(personalization());
  terminal.go_to(Stage::initiated);
  CHECK(cid(terminal.data(kFirstAc)) == "00");
  CHECK(terminal.send(kSecondAc) == "6985");
}

TEST_CASE("a PIN that was verified is worth nothing in the next transaction") {
  Terminal terminal(personalization());
  terminal.go_to(Stage::pin_verified);
  SECTION("after another SELECT") { terminal.data(select(kCap)); }
  SECTION("after a warm reset") {
    terminal.warm_reset();
    terminal.data(select(kCap));
  }
  terminal.data(kGpo);
  CHECK(cid(terminal.data(kFirstAc)) == "00");
}

TEST_CASE("what the card does not know is 6D00 where the class is known, else 6E00") {
  struct Row {
    const char* command;
    const char* sw;
  };
  const auto row = GENERATE(values<Row>({
      {"0084000008", "6D00"},                   // GET CHALLENGE
      {"0082000008 0000000000000000", "6D00"},  // EXTERNAL AUTHENTICATE
      {"0088000000", "6D00"},
      {"00000000", "6D00"},
      {"80FF0000", "6D00"},
      {"8024000000", "6D00"},  // PIN CHANGE/UNBLOCK
      {"00C0000010", "6D00"},  // GET RESPONSE is no command of T=1
      {"80C0000010", "6D00"},
      {"80200080", "6E00"},
      {"01A4040007A000000004800200", "6E00"},  // a logical channel
      {"0CA4040007A000000004800200", "6E00"},  // secure messaging
      {"84A8000002830000", "6E00"},
      {"90A8000002830000", "6E00"},
      {"FFA4040007A000000004800200", "6E00"},
      {"FF000000", "6E00"},
  }));
  CAPTURE(row.command);
  for (const Stage stage : {Stage::reset, Stage::selected, Stage::initiated, Stage::over}) {
    Terminal terminal(personalization());
    terminal.go_to(stage);
    CHECK(terminal.send(row.command) == row.sw);
  }
}

TEST_CASE("what is no command is 6700, and changes nothing") {
  const char* command = GENERATE("", "00", "00A404", "00A40400 05 A000000004 0000", "00A40400 07 A0000000",
                                 "00A4040000 0001 00", "80AE8000 1D 00");
  CAPTURE(command);
  Terminal terminal(personalization());
  terminal.go_to(Stage::pin_verified);
  CHECK(terminal.send(command) == "6700");
  CHECK(terminal.sw(kFirstAc) == "9000");
}

// Whatever the record in the store says, this one adds that the application is blocked.
class BlockedStore final : public state::CounterStore {
 public:
  std::optional<state::Counters> get(std::string_view id) const override {
    auto counters = inside_.get(id).value_or(state::Counters{});
    counters.set("blocked", 1);
    return counters;
  }
  void put(std::string_view id, const state::Counters& counters) override { inside_.put(id, counters); }

 private:
  state::EphemeralStore inside_;
};

TEST_CASE("a blocked application says so when selected, and gives AACs only") {
  BlockedStore store;
  Terminal terminal(personalization(), store);
  CHECK(terminal.send(select(kCap)) == "6283");
  CHECK(terminal.sw(kGpo) == "9000");
  CHECK(terminal.send(verify("1234")) == "9000");
  CHECK(cid(terminal.data(kFirstAc)) == "00");
  CHECK(terminal.send(kSecondAc) == "6985");
}

}  // namespace
}  // namespace sesame::card
