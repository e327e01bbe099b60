#include "firmware/core/cap/transaction.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "firmware/core/emv/tags.hpp"
#include "tests/firmware/core/scripted_card.hpp"

using namespace sesame;
using namespace sesame::cap;
using namespace sesame::test;
using State = TransactionState;
using Kind = Fault::Kind;

// ---- the way it should go

TEST_CASE("a session ends in a code") { CHECK(code_of(identify()) == "42511495"); }

TEST_CASE("the dialogue rests where the reader has something to say or to ask") {
  ScriptedCard card(identify());
  Transaction transaction;
  CHECK(transaction.state() == State::idle);
  transaction.select(kCapOnly);
  CHECK(transaction.state() == State::selecting);
  CHECK(play(transaction, card) == State::selected);
  CHECK(text(std::vector<char>(transaction.language_preference().begin(),
                               transaction.language_preference().end())) == "frnl");
  CHECK(hex(transaction.aid()) == "A0000000048002");
  transaction.prepare();
  CHECK(transaction.state() == State::preparing);
  CHECK(play(transaction, card) == State::prepared);
  CHECK(transaction.tries_left() == 3);
  CHECK_FALSE(transaction.pin_was_wrong());
  verify(transaction, "1234");
  CHECK(transaction.state() == State::verifying);
  CHECK(play(transaction, card) == State::verified);
  CHECK_FALSE(transaction.tries_left());
  transaction.generate({});
  CHECK(transaction.state() == State::generating);
  CHECK(play(transaction, card) == State::done);
  CHECK(transaction.atc() == 0x00B4);
  CHECK(card.finished());
  CHECK(transaction.unknown_tags().empty());
}

TEST_CASE("processing options and cryptogram may come in either format") {
  const std::string options2 = tlv("77", tlv("94", "08010200") + tlv("82", "1000")) + kOk;
  const std::string cryptogram2 = tlv("77", tlv("9F10", "06770A03A48000") + tlv("9F26", "7F32A79FDA945643") +
                                                tlv("9F36", "00B4") + tlv("9F27", "80")) +
                                  kOk;
  CHECK(code_of(with(identify(), "GET PROCESSING OPTIONS", options2)) == "42511495");
  CHECK(code_of(with(identify(), "GENERATE AC", cryptogram2)) == "42511495");
  CHECK(code_of(with(with(identify(), "GET PROCESSING OPTIONS", options2), "GENERATE AC", cryptogram2)) ==
        "42511495");
}

TEST_CASE("a challenge goes to the card as unpredictable number, in both GENERATE AC") {
  Dialogue dialogue = with(identify(), "GENERATE AC", kChallengeAc + kOk);
  const std::string data = cdol1_data("000000000000", "0000", "00004815");
  dialogue[6].command = first_generate_ac(data);
  dialogue[7].command = second_generate_ac(data);
  Inputs inputs;
  inputs.unpredictable_number = array<4>("00004815");
  CHECK(code_of(dialogue, kCapOnly, inputs) == "36473333");
}

TEST_CASE("a T=0 card may answer 61xx and 6Cxx at any step") {
  for (std::size_t i = 0; i < identify().size(); ++i) {
    Dialogue dialogue = identify();
    const Step step = dialogue[i];
    CAPTURE(step.name);
    const ByteVector whole = bytes(step.response);
    const std::string length = hex(Bytes(ByteVector{static_cast<std::uint8_t>(whole.size() - 2)}));
    dialogue[i].response = "61" + length;
    dialogue.insert(dialogue.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                    Step{"GET RESPONSE", "00C00000" + length, step.response});
    CHECK(code_of(dialogue) == "42511495");

    if (step.name == "VERIFY") continue;  // has no Le
    dialogue = identify();
    dialogue[i].response = "6C" + length;
    dialogue.insert(dialogue.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                    Step{"again", step.command.substr(0, step.command.size() - 2) + length, step.response});
    CHECK(code_of(dialogue) == "42511495");
  }
}

TEST_CASE("the PIN block has the number of digits, the digits, and F") {
  struct Row {
    const char* pin;
    const char* block;
  };
  const Row rows[] = {
      {"1234", "241234FFFFFFFFFF"},         {"12345", "2512345FFFFFFFFF"},
      {"123456", "26123456FFFFFFFF"},       {"0000", "240000FFFFFFFFFF"},
      {"1234567", "271234567FFFFFFF"},      {"12345678901", "2B12345678901FFF"},
      {"123456789012", "2C123456789012FF"},
  };
  for (const Row& row : rows) {
    Transaction transaction;
    verify(transaction, row.pin);
    CHECK(hex(transaction.command()) == std::string("0020008008") + row.block);
  }
}

// ---- choosing the application

TEST_CASE("applications are tried in the order of the model, and the first that answers is used") {
  CHECK(code_of(kNoCap + dpa(), kCapAndDpa) == "42511495");

  // Whatever the reason for not answering, but for a blocked card.
  for (const char* sw : {"6A82", "6283", "6985", "6D00", "6999", "6A86"}) {
    CAPTURE(sw);
    CHECK(code_of(with(kNoCap, "SELECT CAP", sw) + dpa(), kCapAndDpa) == "42511495");
  }
}

TEST_CASE("a longer name that the card answers with is the name of the application") {
  ScriptedCard card(with(identify(), "SELECT", fci("A000000004800201", "")));
  Transaction transaction;
  run(transaction, card);
  CHECK(hex(transaction.aid()) == "A000000004800201");
}

TEST_CASE("an answer to SELECT that does not name the application asked is not that application's") {
  struct Row {
    const char* what;
    std::string answer;
  };
  const std::string proprietary = tlv("A5", tlv("50", "434150"));
  const Row rows[] = {
      {"another name", fci("A0000000038002", tlv("50", "445041"))},
      {"a name that differs in its last byte", fci("A0000000048003", "")},
      {"a shorter name", fci("A00000000480", "")},
      {"the provider alone", fci("A000000004", "")},
      {"an empty name", fci("", "")},
      {"no name", tlv("6F", proprietary) + kOk},
      {"no FCI", kOk},
      {"an empty FCI", "6F009000"},
      {"the directory's FCI", fci("315041592E5359532E4444463031", tlv("88", "01"))},
      {"another template", tlv("70", tlv("84", "A0000000048002")) + kOk},
      {"the name outside the FCI", tlv("84", "A0000000048002") + kOk},
      {"the name inside A5", tlv("6F", tlv("A5", tlv("84", "A0000000048002"))) + kOk},
      {"no TLV", "6F059000"},
      {"something after the FCI", tlv("6F", tlv("84", "A0000000048002")) + "01" + kOk},
      {"a name of 17 bytes", fci("A000000004800200000000000000000000", "")},
      {"another name, blocked", fci("A0000000038002", "").substr(0, 22) + "6283"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(code_of(with(kNoCap, "SELECT CAP", row.answer) + dpa(), kCapAndDpa) == "42511495");
    const Fault fault = fault_of(with(kNoCap, "SELECT CAP", row.answer));
    CHECK(fault.kind == Kind::no_application);
    CHECK(fault.reason == Reason::another_application);
  }
}

TEST_CASE("an applet that answers every SELECT with its own FCI is used under its own name only") {
  const std::string own = fci("A0000000038002", "");
  const Dialogue asked_for_cap = {{"SELECT CAP", "00A4040007A000000004800200", own}};
  ScriptedCard card(asked_for_cap + dpa());
  Transaction transaction;
  REQUIRE(run(transaction, card, kCapAndDpa) == State::done);
  CHECK(card.finished());
  CHECK(hex(transaction.aid()) == "A0000000038002");
}

TEST_CASE("no application: the fault is not one command's") {
  const Dialogue none = {{"SELECT CAP", "00A4040007A000000004800200", "6A82"},
                         {"SELECT DPA", "00A4040007A000000003800200", "6A82"}};
  const Fault fault = fault_of(none, kCapAndDpa);
  CHECK(fault.kind == Kind::no_application);
  CHECK(fault.command == Command::none);
  CHECK(why(fault).empty());
  // One of them blocked, and no other: the card is blocked.
  CHECK(fault_of(with(none, "SELECT CAP", "6283"), kCapAndDpa).kind == Kind::application_blocked);
  CHECK(fault_of(with(none, "SELECT DPA", "6283"), kCapAndDpa).kind == Kind::application_blocked);
  Transaction transaction;
  transaction.select({});
  CHECK(transaction.state() == State::failed);
  CHECK(transaction.fault().kind == Kind::no_application);
}

TEST_CASE("a blocked application with data in its answer is still blocked") {
  const Dialogue blocked = {{"SELECT", "00A4040007A000000004800200", "6F098407A00000000480026283"}};
  CHECK(fault_of(blocked).kind == Kind::application_blocked);
}

TEST_CASE("6A81 at SELECT is a blocked card, and nothing more is tried") {
  const Fault fault = fault_of({{"SELECT", "00A4040007A000000004800200", "6A81"}}, kCapAndDpa);
  CHECK(fault.kind == Kind::application_blocked);
  CHECK(to_string(fault.command) == "SELECT");
  CHECK(fault.sw == 0x6A81);
}

TEST_CASE("6985 at GET PROCESSING OPTIONS goes on to the next application, and takes nothing along") {
  // The first application brings all that a code needs in its FCI already; what the second lacks it must
  // lack.
  const std::string first =
      fci("A0000000048002", tlv("BF0C", tlv("9F55", "40") + tlv("9F56", "FF") + tlv("8C", "9F3704") +
                                            tlv("8D", "8A02") + tlv("5F34", "09")));
  const Dialogue sent_on = {{"SELECT CAP", "00A4040007A000000004800200", first},
                            {"GPO", "80A8000002830000", "6985"}};
  const std::string lists = tlv("8C", kCdol1) + tlv("8D", "8A02" + kCdol1);
  struct Row {
    const char* lacking;
    std::string record1, record2;
    const char* last;
    std::string code;
  };
  const Row rows[] = {
      {"nothing", lists, tlv("9F55", "00") + tlv("9F56", kIpb), "second GENERATE AC", "42511495"},
      {"IAF, PSN", lists, tlv("9F56", kIpb), "second GENERATE AC", "42511495"},
      {"IPB", lists, tlv("9F55", "00"), "second GENERATE AC", visa_default_code()},
      {"CDOL2", tlv("8C", kCdol1), tlv("9F56", kIpb), "GENERATE AC", "42511495"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.lacking);
    const Dialogue second =
        with(with(dpa(), "READ RECORD 1", record(row.record1)), "READ RECORD 2", record(row.record2));
    CHECK(code_of(sent_on + until(second, row.last), kCapAndDpa) == row.code);
  }
  const Dialogue no_cdol1 = until(with(dpa(), "READ RECORD 1", record("")), "READ RECORD 2");
  CHECK(why(fault_of(sent_on + no_cdol1, kCapAndDpa)) == "no record holds a CDOL1");
  CHECK(fault_of(sent_on).kind == Kind::no_application);  // there is no next
}

TEST_CASE("after the model's own list, the card's directory is asked") {
  const std::string pse = fci("315041592E5359532E4444463031", tlv("88", "01"));
  const std::string listed = record(tlv("61", tlv("4F", "A0000000421010") + tlv("50", "4342")) +
                                    tlv("61", tlv("4F", "A000000004101001")));
  const Dialogue directory = {{"SELECT CAP", "00A4040007A000000004800200", "6A82"},
                              {"SELECT PSE", "00A404000E315041592E5359532E444446303100", pse},
                              {"READ RECORD", "00B2010C00", listed},
                              {"READ RECORD", "00B2020C00", "6A83"},
                              {"SELECT CB", "00A4040007A000000042101000", "6A82"}};
  Dialogue mastercard = identify();
  mastercard[0].command = "00A4040008A00000000410100100";
  mastercard[0].response = fci("A000000004101001", "");
  CHECK(code_of(directory + mastercard, kWithDirectory) == "42511495");

  // A card without a directory, and a card whose directory lists nothing that answers.
  CHECK(fault_of({directory[0], {"SELECT PSE", directory[1].command, "6A82"}}, kWithDirectory).kind ==
        Kind::no_application);
  CHECK(fault_of(directory + Dialogue{{"SELECT MC", "00A4040008A00000000410100100", "6A82"}}, kWithDirectory)
            .kind == Kind::no_application);
}

TEST_CASE("the applications of the directory are tried in the order of their priority") {
  const std::string pse = fci("315041592E5359532E4444463031", tlv("88", "01"));
  const std::string second = tlv("61", tlv("4F", "A000000099999902") + tlv("87", "02"));
  const std::string first = tlv("61", tlv("4F", "A000000099999901") + tlv("87", "81"));
  const std::string none = tlv("61", tlv("4F", "A000000099999900"));
  Dialogue application = identify();
  application[0].command = "00A4040008A00000009999990000";
  application[0].response = fci("A000000099999900", "");
  CHECK(code_of(Dialogue{{"SELECT CAP", "00A4040007A000000004800200", "6A82"},
                         {"SELECT PSE", "00A404000E315041592E5359532E444446303100", pse},
                         {"READ RECORD", "00B2010C00", record(none + second + first)},
                         {"READ RECORD", "00B2020C00", "6A83"},
                         {"SELECT first", "00A4040008A00000009999990100", "6A82"},
                         {"SELECT second", "00A4040008A00000009999990200", fci("A000000099999901", "")}} +
                    application,
                kWithDirectory) == "42511495");
}

TEST_CASE("a directory without end or sense counts as no directory") {
  const Dialogue ask = {{"SELECT CAP", "00A4040007A000000004800200", "6A82"},
                        {"SELECT PSE", "00A404000E315041592E5359532E444446303100", "6101"}};
  Dialogue endless = ask;
  endless.insert(endless.end(), emv::T0Exchange::kMaxExchanges - 1, Step{"again", "00C0000001", "6101"});
  CHECK(fault_of(endless, kWithDirectory).kind == Kind::no_application);
  CHECK(fault_of(with(ask, "SELECT PSE", "90"), kWithDirectory).kind == Kind::no_application);
}

TEST_CASE("a Visa application found in the directory is asked as one") {
  const std::string pse = fci("315041592E5359532E4444463031", tlv("88", "01"));
  Dialogue application = visa("A0000000031010", tlv("9F38", "9F3501"));
  application[1].command = "80A800000383013700";  // terminal type 37
  CHECK(code_of(Dialogue{{"SELECT CAP", "00A4040007A000000004800200", "6A82"},
                         {"SELECT PSE", "00A404000E315041592E5359532E444446303100", pse},
                         {"READ RECORD", "00B2010C00", record(tlv("61", tlv("4F", "A0000000031010")))},
                         {"READ RECORD", "00B2020C00", "6A83"}} +
                    application,
                kWithDirectory) == "42511495");
}

// ---- reading the application

TEST_CASE("the PDOL's data go under 83, and the lists of real cards give the data of recorded commands") {
  struct Row {
    const char* pdol;
    const char* command;
  };
  const Row rows[] = {
      {"", "80A8000002830000"},
      {"9F3501", "80A800000383013400"},
      {"9F3501DF4001", "80A80000048302340000"},
      {"5F2A029F15029F3501", "80A80000078305000000003400"},
      {"9F33039F1A029F35019F4005", "80A800000D830B208000000034000000000000"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.pdol);
    Dialogue dialogue = with(identify(), "SELECT", fci("A0000000048002", tlv("9F38", row.pdol)));
    dialogue[1].command = row.command;
    CHECK(code_of(dialogue) == "42511495");
  }
}

TEST_CASE(
    "from 128 bytes of PDOL data on template 83 has two bytes of length, and 252 are all that a command "
    "holds") {
  const auto zeros = [](std::size_t count) { return std::string(2 * count, '0'); };
  const std::vector<std::tuple<std::string, std::size_t, std::string>> rows{
      {"DF017E", 126, "80A8000080 837E"},
      {"DF017F", 127, "80A8000081 837F"},
      {"DF0180", 128, "80A8000083 838180"},
      {"DF01FC", 252, "80A80000FF 8381FC"},
  };
  for (const auto& [pdol, count, header] : rows) {
    CAPTURE(pdol);
    Dialogue dialogue = with(identify(), "SELECT", fci("A0000000048002", tlv("9F38", pdol)));
    dialogue[1].command = header + zeros(count) + "00";
    CHECK(code_of(dialogue) == "42511495");
  }
  for (const char* pdol : {"DF01FD", "DF01FE", "DF01FF", "DF01FF DF0201"}) {
    CAPTURE(pdol);
    ScriptedCard card(until(with(identify(), "SELECT", fci("A0000000048002", tlv("9F38", pdol))), "SELECT"));
    Transaction transaction;
    transaction.select(kCapOnly);
    play(transaction, card);
    transaction.prepare();
    CHECK(transaction.state() == State::failed);
    CHECK(transaction.fault().reason == Reason::pdol);
  }
}

TEST_CASE("what was typed before the PIN is sent where the PDOL asks for it") {
  struct Row {
    const char* pdol;
    const char* command;
  };
  const Row rows[] = {
      {"9F3704", "80A80000068304 00004815 00"},
      {"9F0206", "80A80000088306 000000001234 00"},
      {"5F2A02", "80A80000048302 0978 00"},
      {"9F3702", "80A80000048302 4815 00"},
      {"9F3708", "80A800000A8308 0000000000004815 00"},
      {"9F0206 9F3704 9F3501", "80A800000D830B 000000001234 00004815 34 00"},
      {"9F0206 5F2A02 9F3704", "80A800000E830C 000000001234 0978 00004815 00"},
  };
  Inputs typed;
  typed.unpredictable_number = array<4>("00004815");
  typed.amount = array<6>("000000001234");
  typed.currency = array<2>("0978");
  for (const Row& row : rows) {
    CAPTURE(row.pdol);
    ScriptedCard card(
        until(with(identify(), "SELECT", fci("A0000000048002", tlv("9F38", row.pdol))), "SELECT") +
        Dialogue{{"GPO", row.command, "6700"}});
    Transaction transaction;
    transaction.select(kCapOnly);
    play(transaction, card);
    transaction.prepare(typed);
    play(transaction, card);
    CHECK(card.finished());
  }
}

TEST_CASE("what was typed goes to the next application, too, where the first sends the dialogue on") {
  Dialogue dialogue = {{"SELECT CAP", "00A4040007A000000004800200", fci("A0000000048002", "")},
                       {"GPO", "80A8000002830000", "6985"}};
  dialogue.push_back(
      {"SELECT DPA", "00A4040007A000000003800200", fci("A0000000038002", tlv("9F38", "9F3704"))});
  dialogue.push_back({"GPO", "80A8000006830400004815 00", "6700"});
  ScriptedCard card(dialogue);
  Inputs typed;
  typed.unpredictable_number = array<4>("00004815");
  Transaction transaction;
  transaction.select(kCapAndDpa);
  play(transaction, card);
  transaction.prepare(typed);
  play(transaction, card);
  CHECK(card.finished());
}

TEST_CASE("a PDOL that asks for what is typed only after the PIN is refused, and nothing is sent for it") {
  struct Row {
    const char* pdol;
    TypedLater later;
    bool refused;
  };
  const Row rows[] = {
      {"9F3704", {true, false}, true},
      {"9F3704", {false, true}, false},
      {"9F3704", {}, false},
      {"9F0206", {false, true}, true},
      {"9F0206", {true, false}, false},
      {"5F2A02", {false, true}, true},
      {"9F3501 9F3704", {true, false}, true},
      {"9F3501", {true, true}, false},
      {"", {true, true}, false},
      {"9F3501 9F02", {false, false}, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.pdol, row.later.number, row.later.amount);
    ScriptedCard card(
        until(with(identify(), "SELECT", fci("A0000000048002", tlv("9F38", row.pdol))), "SELECT"));
    Transaction transaction;
    transaction.select(kCapOnly);
    play(transaction, card);
    transaction.prepare({}, row.later);
    const bool refused = transaction.fault().reason == Reason::pdol_too_early;
    CHECK(refused == row.refused);
    if (!refused) continue;
    CHECK_FALSE(transaction.pending());
    CHECK(transaction.fault().kind == Kind::not_supported);
  }
}

TEST_CASE("every record that the AFL names is read, and an absent one is passed over") {
  Dialogue dialogue = with(identify(), "GET PROCESSING OPTIONS", "800A10000801010010020300" + kOk);
  const Step first = dialogue[2];
  const Step second = dialogue[3];
  dialogue[2].command = "00B2010C00";
  dialogue[3] = {"READ RECORD 2.2", "00B2021400", "6A83"};
  dialogue.insert(dialogue.begin() + 4, Step{"READ RECORD 2.3", "00B2031400", second.response});
  CHECK(code_of(dialogue) == "42511495");
  CHECK(code_of(with(dialogue, "READ RECORD 2.2", "6A82")) == "42511495");
  CHECK(code_of(with(dialogue, "READ RECORD 2.2", "70009000")) == "42511495");
}

TEST_CASE("IAF and IPB may stand in the FCI, and have Visa names too") {
  const std::string in_fci = fci("A0000000048002", tlv("BF0C", tlv("9F55", "00") + tlv("9F56", kIpb)));
  CHECK(code_of(with(with(identify(), "SELECT", in_fci), "READ RECORD 2", record(""))) == "42511495");
  CHECK(code_of(kNoCap + with(dpa(), "READ RECORD 2", record(tlv("DF21", "00") + tlv("DF20", kIpb))),
                kCapAndDpa) == "42511495");
  CHECK(
      code_of(with(identify(), "READ RECORD 2", record(tlv("9F55", "00000000000000") + tlv("9F56", kIpb)))) ==
      "42511495");  // an IAF of seven bytes
}

TEST_CASE("the IAF says whether the PSN is part of the data, and the amount and the currency are used") {
  struct Row {
    const char* iaf;
    bool psn, amount, currency;
  };
  for (const Row& row : {Row{"00", false, false, false},
                         {"80", false, true, true},
                         {"C0", true, true, true},
                         {"A0", false, true, false},
                         {"40", true, false, false},
                         {"20", false, false, false}}) {
    CAPTURE(row.iaf);
    ScriptedCard card(with(identify(), "READ RECORD 2",
                           record(tlv("5F34", "07") + tlv("9F55", row.iaf) + tlv("9F56", "FF0001"))));
    Transaction transaction;
    REQUIRE(run(transaction, card) == State::done);
    CHECK(transaction.amount_used() == row.amount);
    CHECK(transaction.currency_used() == row.currency);
    CHECK(code(transaction) == (row.psn ? "14" : "256"));  // the first byte, PSN or CID, and a zero
  }
}

TEST_CASE("an amount and a currency go where the CDOL asks for them") {
  const std::string data = cdol1_data("000000001234", "0978", "00000042");
  Dialogue dialogue = identify();
  dialogue[6].command = first_generate_ac(data);
  dialogue[7].command = second_generate_ac(data);
  Inputs inputs;
  inputs.amount = array<6>("000000001234");
  inputs.currency = array<2>("0978");
  inputs.unpredictable_number = array<4>("00000042");
  CHECK(code_of(dialogue, kCapOnly, inputs) == "42511495");
}

TEST_CASE("a card that does not tell the tries left is taken all the same") {
  for (const char* answer :
       {"6D00", "6A88", "6A81", "6985", "9000", "9F170200039000", "9F189000", "77009000"}) {
    CAPTURE(answer);
    ScriptedCard card(with(identify(), "GET DATA", answer));
    Transaction transaction;
    CHECK(run(transaction, card) == State::done);
    CHECK(code(transaction) == "42511495");
  }
}

TEST_CASE("a card that tells no end of its tries is taken all the same") {
  for (const char* answer : {"6C04", "6C00", "61FF", "6100", "AA6101", "90", ""}) {
    CAPTURE(answer);
    Dialogue dialogue = with(identify(), "GET DATA", answer);
    const std::string all = answer;
    if (all.size() >= 4) {
      const std::string again =
          (all.starts_with("6C") ? "80CA9F17" : "00C00000") + all.substr(all.size() - 2);
      dialogue.insert(dialogue.begin() + 5, emv::T0Exchange::kMaxExchanges - 1, Step{"again", again, answer});
    }
    ScriptedCard card(dialogue);
    Transaction transaction;
    transaction.select(kCapOnly);
    play(transaction, card);
    transaction.prepare();
    CHECK(play(transaction, card) == State::prepared);
    CHECK_FALSE(transaction.tries_left());
    verify(transaction, "1234");
    play(transaction, card);
    transaction.generate({});
    CHECK(play(transaction, card) == State::done);
    CHECK(code(transaction) == "42511495");
  }
}

TEST_CASE("the PIN try counter counts where it stands alone, and once") {
  struct Row {
    const char* answer;
    std::optional<std::uint8_t> tries;
  };
  const Row rows[] = {
      {"9F170103 9000", 3},
      {"00 9F170103 9000", 3},
      {"9F170101 9F130100 9000", 1},
      {"9F170103 9F170103 9000", {}},
      {"7704 9F170103 9000", {}},
      {"9F170103 9F 9000", {}},
      {"9F17020003 9000", {}},
      {"03 9000", {}},
      {"9000", {}},
      {"9F170103 6283", {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.answer);
    ScriptedCard card(until(with(identify(), "GET DATA", row.answer), "GET DATA"));
    Transaction transaction;
    transaction.select(kCapOnly);
    play(transaction, card);
    transaction.prepare();
    CHECK(play(transaction, card) == State::prepared);
    CHECK(transaction.tries_left() == row.tries);
  }
}

TEST_CASE("tags that the reader does not know are answered with zeros and named") {
  Dialogue dialogue = with(identify(), "SELECT", fci("A0000000048002", tlv("9F38", "DF5502")));
  dialogue[1].command = "80A80000048302000000";
  ScriptedCard card(dialogue);
  Transaction transaction;
  run(transaction, card);
  REQUIRE(transaction.unknown_tags().size() == 1);
  CHECK(transaction.unknown_tags()[0] == 0xDF55);
}

// ---- the rules for the code

TEST_CASE("a Visa card without IPB uses the default mask, another card is not supported") {
  const std::string no_ipb = record(tlv("9F55", "00"));
  CHECK(code_of(kNoCap + with(dpa(), "READ RECORD 2", no_ipb), kCapAndDpa) == visa_default_code());

  const Fault fault = fault_of(until(with(identify(), "READ RECORD 2", no_ipb), "READ RECORD 2"));
  CHECK(fault.kind == Kind::not_supported);
  CHECK(fault.command == Command::none);
  CHECK(fault.reason == Reason::no_ipb);
}

TEST_CASE("the default mask needs an answer of 18 bytes") {
  ScriptedCard card(kNoCap + with(with(dpa(), "READ RECORD 2", record(tlv("9F55", "00"))), "GENERATE AC",
                                  "800B 80 00B4 7F32A79FDA945643" + kOk));
  Transaction transaction;
  REQUIRE(run(transaction, card, kCapAndDpa) == State::done);
  Digits digits;
  CHECK_FALSE(transaction.code({}, digits));
  CHECK(transaction.fault().length == 18);
  CHECK(transaction.fault().limit == 11);
}

TEST_CASE("an IPB longer than the answer gives no code, however long it is") {
  for (const std::size_t extra :
       {std::size_t{1}, std::size_t{12}, std::size_t{26}, std::size_t{27}, std::size_t{100}}) {
    CAPTURE(extra);
    const std::string ipb = kIpb + std::string(2 * extra, '0');
    ScriptedCard card(with(identify(), "READ RECORD 2", record(tlv("9F56", ipb))));
    Transaction transaction;
    REQUIRE(run(transaction, card) == State::done);
    Digits digits;
    CHECK_FALSE(transaction.code({}, digits));
    CHECK(transaction.state() == State::failed);
    CHECK(transaction.fault().kind == Kind::nonsense);
    CHECK(transaction.fault().command == Command::none);
    CHECK(transaction.fault().reason == Reason::ipb_longer_than_data);
    CHECK(transaction.fault().length == 18 + extra);  // both lengths are told
    CHECK(transaction.fault().limit == 18);
  }
}

TEST_CASE("the recorded Belgian card: three codes, one of them with a number to sign") {
  CHECK(code_of(belgian("00000000", kBelgianIdentified), kBelgian) == "23790240");
  Inputs inputs;
  inputs.unpredictable_number = array<4>("00001234");
  CHECK(code_of(belgian("00001234", kBelgianChallenged), kBelgian, inputs) == "23580039");

  ScriptedCard card(belgian("00000000", kBelgianIdentified));
  Transaction transaction;
  REQUIRE(run(transaction, card, kBelgian) == State::done);
  TdsNumber number;
  REQUIRE(number.append(std::string_view("1234")));
  CHECK(code(transaction, {number}) == "23719593");
  CHECK(code(transaction) == "23790240");  // the numbers do not stick to the answer
}

TEST_CASE("a Belgian payment card is told so, and without an IPB uses the Belgian function") {
  struct Row {
    const char* what;
    std::string discretionary;
    bool belgian;
  };
  const std::string country = tlv("5F2C", "0056");
  const std::string mark = tlv("DF07", "424B53303536303038");
  for (const Row& row :
       {Row{"both", country + mark, true}, Row{"both, the other way round", mark + country, true},
        Row{"no mark", country, false}, Row{"no country", mark, false},
        Row{"another country", tlv("5F2C", "0250") + mark, false},
        Row{"another mark", country + tlv("DF07", "424B53303537"), false}}) {
    CAPTURE(row.what);
    static constexpr Application maestro[] = {{kAidMaestro, Family::maestro}};
    const std::string forced = row.belgian ? "8000000800" : "8000000000";
    const std::string data = "0000000000000000000000000000" + forced + "00000000000000000000";
    Dialogue dialogue = with(identify(), "SELECT",
                             fci("A0000000043060", tlv("9F38", "9F3501") + tlv("BF0C", row.discretionary)));
    dialogue[0].command = "00A4040007A000000004306000";
    dialogue[1].command = row.belgian ? "80A800000383013700" : "80A800000383013400";
    dialogue[6].command = first_generate_ac(data);
    dialogue[7].command = (row.belgian ? "80AE00001F5A31" : "80AE00001F5A33") + data + "00";
    CHECK(code_of(dialogue, {maestro, false, true}) == "42511495");  // the IPB is used where there is one

    dialogue[3].response = record(tlv("9F55", "00"));
    if (row.belgian) {
      TokenInput input;
      input.atc = array<2>("00B4");
      input.ac = array<8>("7F32A79FDA945643");
      Digits digits;
      token_belgian(input, digits);
      CHECK(code_of(dialogue, {maestro, false, true}) == text(digits));
    } else {
      CHECK(fault_of(until(dialogue, "READ RECORD 2"), {maestro, false, true}).kind == Kind::not_supported);
    }
  }
}

TEST_CASE("Bancontact always uses the Belgian function, in a reader that knows the Belgian rules") {
  static constexpr Application bancontact[] = {{kAidBancontact, Family::bancontact}};
  Dialogue dialogue = with(identify(), "SELECT", fci("D056000666111010", ""));
  dialogue[0].command = "00A4040008D05600066611101000";
  TokenInput input;
  input.atc = array<2>("00B4");
  input.ac = array<8>("7F32A79FDA945643");
  Digits digits;
  token_belgian(input, digits);
  CHECK(code_of(dialogue, {bancontact, false, true}) == text(digits));
  CHECK(code_of(dialogue, {bancontact, false, false}) == "42511495");
}

// ---- where it ends

TEST_CASE("each fault says what is wrong, at which command, and with which status word") {
  struct Row {
    const char* step;
    std::string response;
    Kind kind;
    const char* command;
    int sw;
  };
  const Row rows[] = {
      {"SELECT", "6F059000", Kind::no_application, "", 0},
      {"SELECT", "90", Kind::nonsense, "SELECT", 0},
      {"GET PROCESSING OPTIONS", "6700", Kind::nonsense, "GET PROCESSING OPTIONS", 0x6700},
      {"GET PROCESSING OPTIONS", "9000", Kind::nonsense, "GET PROCESSING OPTIONS", 0},
      {"GET PROCESSING OPTIONS", "80031000089000", Kind::nonsense, "GET PROCESSING OPTIONS", 0},
      {"GET PROCESSING OPTIONS", "80061000000101009000", Kind::nonsense, "GET PROCESSING OPTIONS",
       0},                                                                // bad AFL
      {"GET PROCESSING OPTIONS", "800210009000", Kind::nonsense, "", 0},  // no record, no CDOL1
      {"READ RECORD 1", "6981", Kind::nonsense, "READ RECORD", 0x6981},
      {"READ RECORD 1", "9000", Kind::nonsense, "READ RECORD", 0},
      {"READ RECORD 1", "77009000", Kind::nonsense, "READ RECORD", 0},
      {"READ RECORD 1", "70028C059000", Kind::nonsense, "READ RECORD", 0},
      {"READ RECORD 1", "90", Kind::nonsense, "READ RECORD", 0},
      {"GET DATA", "9F1701009000", Kind::pin_blocked, "GET DATA", 0},
      {"VERIFY", "63C0", Kind::pin_blocked, "VERIFY", 0x63C0},
      {"VERIFY", "6983", Kind::pin_blocked, "VERIFY", 0x6983},
      {"VERIFY", "6984", Kind::pin_blocked, "VERIFY", 0x6984},
      {"VERIFY", "6985", Kind::nonsense, "VERIFY", 0x6985},
      {"VERIFY", "6C08", Kind::nonsense, "VERIFY", 0x6C08},
      {"GENERATE AC", "6985", Kind::refused, "GENERATE AC", 0x6985},
      {"GENERATE AC", "8012 00 00B4 7F32A79FDA945643 06770A03A48000 9000", Kind::refused, "GENERATE AC", 0},
      {"GENERATE AC", "8012 40 00B4 7F32A79FDA945643 06770A03A48000 9000", Kind::nonsense, "GENERATE AC", 0},
      {"GENERATE AC", "8012 C0 00B4 7F32A79FDA945643 06770A03A48000 9000", Kind::nonsense, "GENERATE AC", 0},
      {"GENERATE AC", "6700", Kind::nonsense, "GENERATE AC", 0x6700},
      {"GENERATE AC", "9000", Kind::nonsense, "GENERATE AC", 0},
      {"GENERATE AC", "8003 80 00B4 9000", Kind::nonsense, "GENERATE AC", 0},
      {"GENERATE AC", kIdentifyAc + "6283", Kind::nonsense, "GENERATE AC", 0x6283},
  };
  for (const Row& row : rows) {
    CAPTURE(row.step, row.response);
    Dialogue dialogue = until(with(identify(), row.step, row.response), row.step);
    const Fault fault = fault_of(dialogue);
    CHECK(to_string(fault.kind) == to_string(row.kind));
    CHECK(to_string(fault.command) == row.command);
    CHECK(fault.sw == row.sw);
  }
}

TEST_CASE("a list that is malformed or asks for too much is the card's fault, not a command's") {
  struct Row {
    const char* step;
    std::string response;
    const char* last;
  };
  const Row rows[] = {
      {"SELECT", fci("A0000000048002", tlv("9F38", "9F")), "SELECT"},
      {"SELECT", fci("A0000000048002", tlv("9F38", "95FF")),
       "SELECT"},  // fits a command, but not with its 83
      {"SELECT", fci("A0000000048002", tlv("9F38", "95FF9501")), "SELECT"},
      {"READ RECORD 1", record(tlv("8C", "9F")), "VERIFY"},
      {"READ RECORD 1", record(tlv("8C", "95FF9501")), "VERIFY"},
      {"READ RECORD 2", record(tlv("9F55", "00")), "READ RECORD 2"},  // no IPB
      {"READ RECORD 1", record(""), "READ RECORD 2"},                 // no CDOL1
  };
  for (const Row& row : rows) {
    CAPTURE(row.step, row.response);
    const Fault fault = fault_of(until(with(identify(), row.step, row.response), row.last));
    CHECK(fault.command == Command::none);
    CHECK_FALSE(why(fault).empty());
  }
}

TEST_CASE("every kind of fault, every command and every reason has a text of its own") {
  std::set<std::string_view> texts;
  const auto add = [&](std::string_view text) {
    CAPTURE(text);
    CHECK(texts.insert(text).second);
  };
  for (int i = 0; i <= static_cast<int>(Kind::nonsense); ++i) add(to_string(static_cast<Kind>(i)));
  add(to_string(Command::none));
  for (int i = 1; i <= static_cast<int>(Command::second_generate_ac); ++i) {
    add(to_string(static_cast<Command>(i)));
  }
  for (int i = 1; i <= static_cast<int>(Reason::no_arqc); ++i) {
    Fault fault;
    fault.reason = static_cast<Reason>(i);
    add(why(fault));
  }
  CHECK(texts.count("") == 1);
}

// ---- the PIN

TEST_CASE("a wrong PIN leaves the dialogue where another can be tried") {
  Dialogue dialogue = with(identify(), "VERIFY", "63C2");
  dialogue[5].command = "0020008008249999FFFFFFFFFF";
  const Dialogue again = {{"VERIFY", "0020008008248888FFFFFFFFFF", "63C1"}};
  const Dialogue right = after(identify(), 5);
  ScriptedCard card(until(dialogue, "VERIFY") + again + right);
  Transaction transaction;
  transaction.select(kCapOnly);
  play(transaction, card);
  transaction.prepare();
  play(transaction, card);
  verify(transaction, "9999");
  CHECK(play(transaction, card) == State::prepared);
  CHECK(transaction.pin_was_wrong());
  CHECK(transaction.tries_left() == 2);
  verify(transaction, "8888");
  CHECK_FALSE(transaction.pin_was_wrong());
  CHECK(play(transaction, card) == State::prepared);
  CHECK(transaction.tries_left() == 1);
  verify(transaction, "1234");
  CHECK(play(transaction, card) == State::verified);
  transaction.generate({});
  CHECK(play(transaction, card) == State::done);
  CHECK(code(transaction) == "42511495");
  CHECK(card.finished());
}

TEST_CASE("63xx is a wrong PIN: where the card does not count the tries, the reader does, as far as it can") {
  struct Row {
    const char* told;  // by GET DATA
    std::vector<const char*> answers;
    std::optional<std::uint8_t> left;
  };
  const Row rows[] = {
      {"9F1701039000", {"6300"}, 2},
      {"9F1701039000", {"6300", "6300"}, 1},
      {"6D00", {"6300"}, {}},
      {"6D00", {"6300", "6300"}, {}},
      {"6D00", {"63C2", "6300"}, 1},
      {"9F1701039000", {"63C2"}, 2},
      {"9F1701039000", {"6300", "63C2"}, 2},
      {"9F1701039000", {"63F1"}, 2},
      {"9F1701039000", {"6381"}, 2},
  };
  for (const Row& row : rows) {
    CAPTURE(row.told, row.answers.size());
    Dialogue dialogue = until(with(identify(), "GET DATA", row.told), "GET DATA");
    for (const char* answer : row.answers)
      dialogue.push_back({"VERIFY", "0020008008249999FFFFFFFFFF", answer});
    ScriptedCard card(dialogue);
    Transaction transaction;
    transaction.select(kCapOnly);
    play(transaction, card);
    transaction.prepare();
    play(transaction, card);
    for (std::size_t i = 0; i < row.answers.size(); ++i) {
      verify(transaction, "9999");
      CHECK(play(transaction, card) == State::prepared);
      CHECK(transaction.pin_was_wrong());
    }
    CHECK(transaction.tries_left() == row.left);
  }
  const Dialogue last = with(with(identify(), "GET DATA", "9F1701019000"), "VERIFY", "6300");
  const Fault fault = fault_of(until(last, "VERIFY"));
  CHECK(fault.kind == Kind::pin_blocked);
  CHECK(fault.sw == 0x6300);
}

TEST_CASE("the PIN is in the command while it is sent, and nowhere after the answer") {
  const auto holds = [](const Transaction& transaction, const char* pattern) {
    const auto* memory = reinterpret_cast<const std::uint8_t*>(&transaction);
    return hex(Bytes(memory, sizeof transaction)).find(pattern) != std::string::npos;
  };
  for (const char* answer : {"9000", "63C2", "63C0", "6983", "6F00", "", "90"}) {
    CAPTURE(answer);
    ScriptedCard card(until(identify(), "GET DATA"));
    Transaction transaction;
    transaction.select(kCapOnly);
    play(transaction, card);
    transaction.prepare();
    play(transaction, card);
    verify(transaction, "82467159");
    CHECK(holds(transaction, "82467159"));
    transaction.answer(bytes(answer));
    CHECK_FALSE(holds(transaction, "82467159"));
  }
}

// ---- the second GENERATE AC

TEST_CASE("the second GENERATE AC may go wrong in any way: the code is there") {
  for (const char* answer : {"6985", "6F00", "", "90", "9000", "80029000", "6C00"}) {
    CAPTURE(answer);
    Dialogue dialogue = with(identify(), "second GENERATE AC", answer);
    if (std::string(answer) == "6C00") {
      const Step last = dialogue.back();
      for (int i = 1; i < emv::T0Exchange::kMaxExchanges; ++i) dialogue.push_back(last);
    }
    CHECK(code_of(dialogue) == "42511495");
  }
}

TEST_CASE("no answer at all to the second GENERATE AC: the code is there; to any other command: it is not") {
  for (const Step& mute : identify()) {
    CAPTURE(mute.name);
    Dialogue before = until(identify(), mute.name);
    before.pop_back();
    ScriptedCard card(before);
    Transaction transaction;
    transaction.select(kCapOnly);
    const auto drive = [&] {
      while (transaction.pending() && !card.finished())
        transaction.answer(card.answer(transaction.command()));
      return !transaction.pending();
    };
    if (drive()) transaction.prepare();
    if (transaction.state() == State::preparing && drive()) verify(transaction, "1234");
    if (transaction.state() == State::verifying && drive()) transaction.generate({});
    if (transaction.state() == State::generating) drive();
    REQUIRE(hex(transaction.command()) == hex(bytes(mute.command)));
    const bool last = mute.name == "second GENERATE AC";
    CHECK(transaction.no_answer() == last);
    CHECK_FALSE(transaction.pending());
    if (last) CHECK(code(transaction) == "42511495");
  }
}

TEST_CASE("without a usable CDOL2 there is no second GENERATE AC") {
  for (const char* cdol2 : {"", "9F", "95FF95FF"}) {
    CAPTURE(cdol2);
    const std::string content = tlv("8C", kCdol1) + (cdol2[0] != 0 ? tlv("8D", cdol2) : "");
    CHECK(code_of(until(with(identify(), "READ RECORD 1", record(content)), "GENERATE AC")) == "42511495");
  }
}

// ---- a hostile card

TEST_CASE("whatever a card answers at whatever step, the dialogue ends, and the PIN is sent at most once") {
  // Behaves up to a step, then gives an answer of its own to that and every later command.
  struct HostileCard {
    Dialogue good;
    std::size_t from;
    std::function<ByteVector()> answer_with;
    std::size_t commands = 0;
    int verifies = 0;

    ByteVector answer(Bytes command) {
      REQUIRE(command.size() >= 4);
      REQUIRE(command.size() <= emv::kMaxCommand);
      REQUIRE(++commands < 40'000);
      if (command[1] == 0x20) ++verifies;
      return commands <= from ? bytes(good[commands - 1].response) : answer_with();
    }
  };

  std::mt19937 random(1);
  const auto byte = [&] { return static_cast<std::uint8_t>(random()); };
  const auto bytes_of = [&](std::size_t size) {
    ByteVector all(size);
    for (std::uint8_t& b : all) b = byte();
    return all;
  };
  const auto ok = [](ByteVector data) {
    data.push_back(0x90);
    data.push_back(0x00);
    return data;
  };
  const auto random_tlv = [&] {
    static constexpr std::uint8_t tags[] = {0x6F, 0x70, 0x77, 0x80, 0xA5, 0x82, 0x94, 0x61};
    const ByteVector inside = bytes_of(byte() % 100);
    ByteVector all = bytes_of(2);
    all[0] = tags[all[0] % std::size(tags)];
    all[1] = static_cast<std::uint8_t>(inside.size());
    all.insert(all.end(), inside.begin(), inside.end());
    return ok(all);
  };
  const std::vector<std::pair<const char*, std::function<ByteVector()>>> answers = {
      {"nothing", [] { return ByteVector(); }},
      {"one byte", [] { return ByteVector{0x90}; }},
      {"300 bytes", [] { return ByteVector(300, 0x61); }},
      {"300 bytes and 9000", [&] { return ok(ByteVector(300, 0x70)); }},
      {"256 bytes and 9000", [&] { return ok(ByteVector(256, 0x70)); }},
      {"9000", [] { return bytes("9000"); }},
      {"61 forever", [] { return bytes("6101"); }},
      {"6C forever", [] { return bytes("6C01"); }},
      {"a byte and 61 forever", [] { return bytes("AA6100"); }},
      {"an AFL of everything", [] { return bytes("800A10000801FF001001FF009000"); }},
      {"an empty record", [] { return bytes("70009000"); }},
      {"random bytes", [&] { return bytes_of(byte()); }},
      {"random bytes and 9000", [&] { return ok(bytes_of(byte())); }},
      {"random TLV", random_tlv},
  };
  for (const TransactionRules& rules : {kCapOnly, kWithDirectory}) {
    for (std::size_t from = 0; from <= identify().size(); ++from) {
      for (const auto& [what, answer_with] : answers) {
        CAPTURE(from, what);
        const bool random_answers = std::string(what).find("random") != std::string::npos;
        for (int round = 0; round < (random_answers ? 50 : 1); ++round) {
          HostileCard card{identify(), from, answer_with};
          Transaction transaction;
          const State state = run(transaction, card, rules);
          REQUIRE_FALSE(transaction.pending());
          const bool ended = state == State::failed || state == State::done || state == State::prepared;
          REQUIRE(ended);  // `prepared`: a wrong PIN
          REQUIRE(card.verifies <= 1);
          if (state == State::done) {
            Digits digits;
            static_cast<void>(transaction.code({}, digits));
          }
        }
      }
    }
  }
}

TEST_CASE("a transaction that is selected again remembers nothing of the last card") {
  // A card with everything that could stay: a PSN in the data, the Belgian function, a language.
  static constexpr Application bancontact[] = {{kAidBancontact, Family::bancontact}};
  Dialogue last = with(identify(), "SELECT", fci("D056000666111010", tlv("5F2D", "6E6C")));
  last[0].command = "00A4040008D05600066611101000";
  last = with(last, "READ RECORD 2", record(tlv("5F34", "07") + tlv("9F55", "C0") + tlv("9F56", "FF")));
  ScriptedCard card(last);
  Transaction transaction;
  REQUIRE(run(transaction, card, {bancontact, false, true}) == State::done);
  REQUIRE(code(transaction) != "42511495");

  ScriptedCard next(with(with(identify(), "SELECT", fci("A0000000048002", "")), "READ RECORD 2",
                         record(tlv("9F56", kIpb))));
  REQUIRE(run(transaction, next) == State::done);
  CHECK(code(transaction) == "42511495");
  CHECK(transaction.language_preference().empty());
  CHECK_FALSE(transaction.amount_used());

  const std::string no_ipb = record(tlv("9F55", "00"));
  ScriptedCard without(until(with(identify(), "READ RECORD 2", no_ipb), "READ RECORD 2"));
  REQUIRE(run(transaction, without) == State::failed);
  CHECK(transaction.fault().kind == Kind::not_supported);

  ScriptedCard nothing({{"SELECT", "00A4040007A000000004800200", "6A82"}});
  CHECK(run(transaction, nothing) == State::failed);
  CHECK(transaction.fault().kind == Kind::no_application);
}

TEST_CASE("while a response is not complete the dialogue stands where it stood") {
  for (const char* piece : {"6102", "6C02"}) {
    Transaction transaction;
    transaction.select(kCapOnly);
    transaction.answer(bytes(piece));
    CHECK(transaction.pending());
    CHECK(transaction.state() == State::selecting);
    CHECK(transaction.fault().kind == Kind::none);
  }
}

TEST_CASE("a PSN of another length than one byte is as good as none") {
  for (const char* psn : {"", "0708"}) {
    const std::string content = tlv("5F34", psn) + tlv("9F55", "40") + tlv("9F56", "FF0001");
    CHECK(code_of(with(identify(), "READ RECORD 2", record(content))) == "0");
  }
}

TEST_CASE("a transaction that was wiped tells nothing of what it was") {
  Dialogue dialogue =
      with(identify(), "SELECT", fci("A0000000048002", tlv("9F38", "DF5502") + tlv("5F2D", "656E")));
  dialogue[1].command = "80A80000048302000000";
  for (const char* verified : {"63C2", "63C0", "9000"}) {
    ScriptedCard card(with(dialogue, "VERIFY", verified));
    Transaction transaction;
    run(transaction, card);
    transaction.wipe();
    CHECK(transaction.state() == State::idle);
    CHECK(transaction.aid().empty());
    CHECK(transaction.language_preference().empty());
    CHECK(transaction.unknown_tags().empty());
    CHECK_FALSE(transaction.tries_left());
    CHECK_FALSE(transaction.pin_was_wrong());
    CHECK(transaction.fault().kind == Kind::none);
    CHECK(transaction.atc() == 0);
  }
}
