// What a card says of itself, and which of it counts: each object at its place, once, and nothing that is not
// needed.
#include <catch2/catch.hpp>

#include "tests/firmware/core/scripted_card.hpp"

using namespace sesame;
using namespace sesame::cap;
using namespace sesame::test;
using Kind = Fault::Kind;

namespace {

const std::string kOtherIpb = "80007F0000000000000FFF00000000000000";
const std::string kLists = tlv("8C", kCdol1) + tlv("8D", "8A02" + kCdol1);
const std::string kCapName = tlv("84", "A0000000048002");
// An object of a private class and of a template whose value is no TLV.
const std::string kOpaque = tlv("E0", "019081B084");
const std::string kOpaqueTemplate = tlv("73", "FFFF81");

Dialogue with_fci(const std::string& content) { return with(identify(), "SELECT", tlv("6F", content) + kOk); }
Dialogue with_record1(const std::string& content) {
  return with(identify(), "READ RECORD 1", record(content));
}
Dialogue with_record2(const std::string& content) {
  return with(identify(), "READ RECORD 2", record(content));
}
Dialogue with_processing_options(const std::string& content) {
  return with(identify(), "GET PROCESSING OPTIONS", tlv("77", content) + kOk);
}
Dialogue with_cryptogram(const std::string& content) {
  return with(identify(), "GENERATE AC", tlv("77", content) + kOk);
}

const std::string kCid = tlv("9F27", "80"), kAtc = tlv("9F36", "00B4"), kAc = tlv("9F26", "7F32A79FDA945643"),
                  kIad = tlv("9F10", "06770A03A48000");
const std::string kCryptogram = kCid + kAtc + kAc + kIad;
const std::string kOptions = tlv("82", "1000") + tlv("94", "08010200");

// The dialogue with records of this file, one after the other, after those that it needs.
Dialogue with_file(unsigned sfi, const std::vector<std::string>& answers) {
  const std::string shifted = hex(Bytes(ByteVector{static_cast<std::uint8_t>(sfi << 3)}));
  const std::string p2 = hex(Bytes(ByteVector{static_cast<std::uint8_t>(sfi << 3 | 4)}));
  const std::string last = "0" + std::to_string(answers.size());
  Dialogue dialogue = with(identify(), "GET PROCESSING OPTIONS",
                           tlv("80",
                               "1000"
                               "08010200" +
                                   shifted + "01" + last + "00") +
                               kOk);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    dialogue.insert(dialogue.begin() + 4 + static_cast<std::ptrdiff_t>(i),
                    Step{"READ RECORD", "00B20" + std::to_string(i + 1) + p2 + "00", answers[i]});
  }
  return dialogue;
}

}  // namespace

// ---- what is not needed is not looked into

TEST_CASE("an object that the dialogue does not need may hold anything, wherever it stands") {
  for (const std::string& opaque :
       {kOpaque, kOpaqueTemplate, tlv("BF0D", "9F"), tlv("FF01", "1F"), tlv("30", "00FF80")}) {
    CAPTURE(opaque);
    const std::string discretionary = tlv("BF0C", opaque + tlv("9F4D", "0B0A"));
    for (const Dialogue& dialogue :
         {with_fci(opaque + kCapName + tlv("A5", "")), with_fci(kCapName + tlv("A5", "") + opaque),
          with_fci(kCapName + tlv("A5", opaque + tlv("50", "434150"))),
          with_fci(kCapName + tlv("A5", discretionary)), with_record1(opaque + kLists),
          with_record1(kLists + opaque), with_record2(tlv("9F56", kIpb) + opaque),
          with_processing_options(opaque + kOptions), with_processing_options(kOptions + opaque),
          with_cryptogram(opaque + kCryptogram), with_cryptogram(kCryptogram + opaque)}) {
      CHECK(code_of(dialogue) == "42511495");
    }
  }
}

TEST_CASE("a discretionary template that is no TLV says nothing, and does no harm") {
  for (const char* content : {"9F", "9F5501", "9F550180 9F5602FF", "019081B084", "9F55 80"}) {
    CAPTURE(content);
    CHECK(code_of(with_fci(kCapName + tlv("A5", tlv("BF0C", content)))) == "42511495");
  }
}

TEST_CASE("a template that the dialogue needs is TLV") {
  for (const Dialogue& dialogue :
       {until(with_record1(kLists + "9F"), "READ RECORD 1"),
        until(with_record2(tlv("9F56", kIpb) + "5A08"), "READ RECORD 2"),
        until(with_processing_options(kOptions + "5A08"), "GET PROCESSING OPTIONS"),
        until(with_cryptogram(kCryptogram + "5A08"), "GENERATE AC")}) {
    CHECK(fault_of(dialogue).kind == Kind::nonsense);
  }
}

TEST_CASE("between the objects of a template there may be 00") {
  const std::string spaced = "0000" + tlv("9F55", "00") + "00" + tlv("9F56", kIpb) + "00";
  CHECK(code_of(with_record2(spaced)) == "42511495");
  CHECK(code_of(with_fci("00" + kCapName + "00" + tlv("A5", "00" + tlv("BF0C", "00" + tlv("9F4D", "0B0A"))) +
                         "00")) == "42511495");
  CHECK(code_of(with_processing_options("00" + tlv("82", "1000") + "00" + tlv("94", "08010200") + "00")) ==
        "42511495");
  CHECK(code_of(with_cryptogram("00" + kCid + "0000" + kAtc + kAc + "00" + kIad + "00")) == "42511495");
}

TEST_CASE("records of the files 11 to 30 are their owner's business") {
  const unsigned sfi = GENERATE(11U, 20U, 21U, 30U);
  CAPTURE(sfi);
  for (const std::string& answer :
       {std::string("0102030405060708090A9000"), std::string("9000"), std::string("6982"),
        std::string("6985"), std::string("6A81"), std::string("6700"), std::string("6F00"),
        std::string("6A83"), std::string("6282"), std::string("90"), std::string(""),
        tlv("77", tlv("9F56", kOtherIpb)) + kOk, tlv("9F56", kOtherIpb) + kOk, std::string("7002 9F56 9000"),
        tlv("70", tlv("9F56", kOtherIpb) + "9F") + kOk, std::string("70009000"),
        tlv("70", tlv("DF01", "AABB")) + kOk, tlv("E0", tlv("70", tlv("9F56", kOtherIpb))) + kOk}) {
    CAPTURE(answer);
    CHECK(code_of(with_file(sfi, {answer})) == "42511495");
    CHECK(code_of(with_file(sfi, {answer, answer})) == "42511495");
  }
  Dialogue endless = with_file(sfi, {"6101"});
  endless.insert(endless.begin() + 5, emv::T0Exchange::kMaxExchanges - 1,
                 Step{"again", "00C0000001", "6101"});
  CHECK(code_of(endless) == "42511495");
}

TEST_CASE("what a record of the files 11 to 30 holds in template 70 counts") {
  Dialogue dialogue = with_file(11, {record(tlv("9F55", "00") + tlv("9F56", kIpb))});
  dialogue = with(dialogue, "READ RECORD 2", record(tlv("5F34", "01")));
  CHECK(code_of(dialogue) == "42511495");
}

TEST_CASE("records of the files 1 to 10 are in template 70") {
  const unsigned sfi = GENERATE(2U, 10U);
  for (const char* answer : {"0102030405060708090A9000", "9000", "77009000", "70028C059000", "6982", "90"}) {
    CAPTURE(sfi, answer);
    const Fault fault = fault_of(until(with_file(sfi, {answer}), "READ RECORD"));
    CHECK(fault.kind == Kind::nonsense);
    CHECK(fault.command == Command::read_record);
  }
}

TEST_CASE("what stands after a record's template does not count") {
  CHECK(code_of(with(identify(), "READ RECORD 2",
                     tlv("70", tlv("9F56", kIpb)) + tlv("70", tlv("9F56", kOtherIpb)) + kOk)) == "42511495");
  CHECK(code_of(with(identify(), "READ RECORD 2", tlv("70", tlv("9F56", kIpb)) + "0000" + kOk)) ==
        "42511495");
}

// ---- at its place

TEST_CASE("an object inside another one is not the template's") {
  const std::string decoy = tlv("E0", tlv("9F55", "40") + tlv("9F56", kOtherIpb) + tlv("8C", "9F3704") +
                                          tlv("8D", "8A02") + tlv("5F34", "07") + tlv("DF20", kOtherIpb));
  const std::string deeper = tlv("73", tlv("BF0C", decoy));
  const std::string objects = tlv("5F34", "01") + tlv("9F55", "00") + tlv("9F56", kIpb);
  for (const std::string& template_ : {decoy, deeper, tlv("70", decoy), tlv("77", decoy)}) {
    CAPTURE(template_);
    for (const Dialogue& dialogue :
         {with_record1(template_ + kLists), with_record1(kLists + template_),
          with_record2(template_ + objects), with_record2(objects + template_),
          with_fci(kCapName + template_ + tlv("A5", "")), with_fci(kCapName + tlv("A5", template_)),
          with_fci(kCapName + tlv("A5", tlv("BF0C", template_)))}) {
      CHECK(code_of(dialogue) == "42511495");
    }
  }
  CHECK(fault_of(until(with_record1(tlv("E0", kLists)), "READ RECORD 2")).reason == Reason::no_cdol1);
  CHECK(fault_of(until(with_record2(tlv("E0", tlv("9F56", kIpb))), "READ RECORD 2")).reason ==
        Reason::no_ipb);
}

TEST_CASE(
    "an object of a record that stands in the FCI, or one of BF0C that stands beside it, does not count") {
  const std::string lists = tlv("8C", "9F3704") + tlv("8D", "8A02") + tlv("5F34", "07");
  const std::string masks = tlv("9F55", "40") + tlv("9F56", kOtherIpb);
  for (const std::string& content :
       {tlv("A5", tlv("BF0C", lists)), tlv("A5", lists), lists, tlv("A5", masks), masks + tlv("A5", "")}) {
    CAPTURE(content);
    CHECK(code_of(with_fci(kCapName + content)) == "42511495");
  }
  CHECK(fault_of(until(with(with_fci(kCapName + tlv("A5", tlv("BF0C", lists))), "READ RECORD 1", record("")),
                       "READ RECORD 2"))
            .reason == Reason::no_cdol1);
}

TEST_CASE("a name, a list or a cryptogram inside another object is not that of the answer") {
  CHECK(code_of(with_fci(tlv("E0", tlv("84", "A0000000038002")) + kCapName +
                         tlv("A5", tlv("E0", tlv("9F38", "9F3704"))))) == "42511495");
  CHECK(code_of(with_processing_options(tlv("E0", tlv("82", "0000") + tlv("94", "10010100")) + kOptions)) ==
        "42511495");
  CHECK(code_of(with_cryptogram(tlv("E0", tlv("9F26", "0000000000000000") + tlv("9F27", "00")) +
                                kCryptogram)) == "42511495");
}

TEST_CASE("on a Visa card IAF and IPB have names of their own, which go before the others") {
  const std::string own = tlv("DF21", "00") + tlv("DF20", kIpb);
  const std::string other = tlv("9F55", "40") + tlv("9F56", kOtherIpb);
  const auto code_of_visa = [](Dialogue dialogue) {
    return code_of(kNoCap + std::move(dialogue), kCapAndDpa);
  };
  const auto fci_with = [](const std::string& content) {
    return fci("A0000000038002", tlv("BF0C", content));
  };
  CHECK(code_of_visa(with(dpa(), "READ RECORD 2", record(own + other))) == "42511495");
  CHECK(code_of_visa(with(dpa(), "READ RECORD 2", record(other + own))) == "42511495");
  CHECK(code_of_visa(with(with(dpa(), "SELECT", fci_with(own)), "READ RECORD 2", record(other))) ==
        "42511495");
  CHECK(code_of_visa(with(with(dpa(), "SELECT", fci_with(other)), "READ RECORD 2", record(own))) ==
        "42511495");
  CHECK(code_of_visa(with(dpa(), "READ RECORD 2", record(tlv("9F55", "00") + tlv("9F56", kIpb)))) ==
        "42511495");
  CHECK(code_of_visa(with(dpa(), "READ RECORD 2", record(tlv("DF21", "00") + tlv("9F56", kIpb)))) ==
        "42511495");
  CHECK(code_of_visa(with(dpa(), "READ RECORD 2", record(tlv("DF20", "") + tlv("9F56", kIpb)))) ==
        "42511495");
}

TEST_CASE("on a Mastercard the Visa names are private objects") {
  const std::string own = tlv("9F55", "00") + tlv("9F56", kIpb);
  const std::string visas = tlv("DF21", "40") + tlv("DF20", kOtherIpb);
  CHECK(code_of(with_record2(own + visas)) == "42511495");
  CHECK(code_of(with_record2(visas + own)) == "42511495");
  CHECK(code_of(with_record2(visas + own + visas)) == "42511495");
  CHECK(code_of(with_fci(kCapName + tlv("A5", tlv("BF0C", visas)))) == "42511495");
  CHECK(fault_of(until(with_record2(visas), "READ RECORD 2")).reason == Reason::no_ipb);
}

// ---- once

TEST_CASE("an object that the dialogue needs and that stands twice on the card ends it, and is named") {
  struct Row {
    const char* what;
    Dialogue dialogue;
    emv::Tag object;
  };
  const std::string masks = tlv("9F55", "00") + tlv("9F56", kIpb);
  const auto discretionary = [](const std::string& content) {
    return with_fci(kCapName + tlv("A5", tlv("BF0C", content)));
  };
  const Row rows[] = {
      {"CDOL1 in a record", until(with_record1(kLists + tlv("8C", "9F3704")), "READ RECORD 1"), 0x8C},
      {"CDOL2 in a record", until(with_record1(kLists + tlv("8D", "8A02")), "READ RECORD 1"), 0x8D},
      {"the same twice", until(with_record1(kLists + tlv("8C", kCdol1)), "READ RECORD 1"), 0x8C},
      {"IAF in a record", until(with_record2(masks + tlv("9F55", "40")), "READ RECORD 2"), 0x9F55},
      {"IPB in a record", until(with_record2(masks + tlv("9F56", kOtherIpb)), "READ RECORD 2"), 0x9F56},
      {"IPB three times", until(with_record2(masks + masks + masks), "READ RECORD 2"), 0x9F56},
      {"PSN in a record", until(with_record2(masks + tlv("5F34", "01") + tlv("5F34", "02")), "READ RECORD 2"),
       0x5F34},
      {"CDOL1 in two records", until(with_record2(masks + tlv("8C", kCdol1)), "READ RECORD 2"), 0x8C},
      {"CDOL2 in two records", until(with_record2(masks + tlv("8D", "8A02")), "READ RECORD 2"), 0x8D},
      {"IPB in two records", until(with_file(2, {record(tlv("9F56", kIpb))}), "READ RECORD"), 0x9F56},
      {"PSN in two records", until(with_file(2, {record(tlv("5F34", "01"))}), "READ RECORD"), 0x5F34},
      {"IPB in a proprietary file", until(with_file(11, {record(tlv("9F56", kIpb))}), "READ RECORD"), 0x9F56},
      {"IAF in FCI and record", until(discretionary(tlv("9F55", "80")), "READ RECORD 2"), 0x9F55},
      {"IPB in FCI and record", until(discretionary(tlv("9F56", kIpb)), "READ RECORD 2"), 0x9F56},
      {"IAF in the FCI", until(discretionary(tlv("9F55", "80") + tlv("9F55", "00")), "SELECT"), 0x9F55},
      {"IPB in the FCI", until(discretionary(tlv("9F56", kIpb) + tlv("9F56", kIpb)), "SELECT"), 0x9F56},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const Fault fault = fault_of(row.dialogue);
    CHECK(fault.kind == Kind::nonsense);
    CHECK(fault.reason == Reason::redundant_object);
    CHECK(fault.object == row.object);
    CHECK(to_string(fault.command) == (row.dialogue.size() == 1 ? "SELECT" : "READ RECORD"));
  }

  const std::string two = tlv("DF20", kIpb) + tlv("DF20", kIpb);
  const Fault visa =
      fault_of(kNoCap + until(with(dpa(), "READ RECORD 2", record(two)), "READ RECORD 2"), kCapAndDpa);
  CHECK(visa.object == 0xDF20);
}

TEST_CASE("an object that stands twice in an answer ends the dialogue at that answer") {
  struct Row {
    const char* what;
    Dialogue dialogue;
    Command command;
  };
  const std::string template_ = tlv("A5", tlv("50", "434150"));
  const Row rows[] = {
      {"name", until(with_fci(kCapName + kCapName + template_), "SELECT"), Command::select},
      {"another name", until(with_fci(kCapName + tlv("84", "A0000000038002") + template_), "SELECT"),
       Command::select},
      {"template", until(with_fci(kCapName + template_ + template_), "SELECT"), Command::select},
      {"PDOL", until(with_fci(kCapName + tlv("A5", tlv("9F38", "9F3501") + tlv("9F38", "9F3704"))), "SELECT"),
       Command::select},
      {"discretionary template",
       until(with_fci(kCapName + tlv("A5", tlv("BF0C", tlv("9F55", "00")) + tlv("BF0C", tlv("9F55", "40")))),
             "SELECT"),
       Command::select},
      {"AIP", until(with_processing_options(kOptions + tlv("82", "1000")), "GET PROCESSING OPTIONS"),
       Command::get_processing_options},
      {"AFL", until(with_processing_options(kOptions + tlv("94", "08010100")), "GET PROCESSING OPTIONS"),
       Command::get_processing_options},
      {"CID", until(with_cryptogram(kCryptogram + tlv("9F27", "00")), "GENERATE AC"),
       Command::first_generate_ac},
      {"ATC", until(with_cryptogram(kAtc + kCryptogram), "GENERATE AC"), Command::first_generate_ac},
      {"AC", until(with_cryptogram(tlv("9F26", "0000000000000000") + kCryptogram), "GENERATE AC"),
       Command::first_generate_ac},
      {"IAD", until(with_cryptogram(kCryptogram + kIad), "GENERATE AC"), Command::first_generate_ac},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const Fault fault = fault_of(row.dialogue);
    CHECK(fault.kind == Kind::nonsense);
    CHECK(fault.command == row.command);
    CHECK(fault.reason == Reason::answer);
    CHECK(fault.answer == emv::AnswerError::redundant_object);
  }
}

TEST_CASE("an object that the dialogue does not need may stand there twice") {
  const std::string pan = tlv("5A", "0967030405123456789F");
  const std::string label = tlv("50", "434150") + tlv("87", "01") + tlv("9F12", "43") + tlv("9F11", "01");
  const std::string masks = tlv("9F55", "00") + tlv("9F56", kIpb);
  for (const Dialogue& dialogue :
       {with_record1(pan + kLists + pan), with_record2(masks + tlv("5F34", "01") + pan + pan),
        with(with_record1(kLists + pan), "READ RECORD 2", record(masks + pan)),
        with_fci(kCapName + tlv("A5", label + label)),
        with_fci(kCapName + tlv("A5", tlv("BF0C", tlv("9F4D", "0B0A") + tlv("9F4D", "0B0A")))),
        with_fci(kCapName + tlv("A5", tlv("5F2D", "6672") + tlv("5F2D", "656E"))),
        with_processing_options(tlv("9F36", "00B4") + kOptions + tlv("9F36", "00B4")),
        with_cryptogram(tlv("9F4B", "01") + kCryptogram + tlv("9F4B", "01")),
        with_record2(masks + tlv("9F56", "") + tlv("5F34", "")), with_record2(tlv("9F55", "") + masks)}) {
    CHECK(code_of(dialogue) == "42511495");
  }
}

TEST_CASE("a language that stands there twice is as good as none") {
  ScriptedCard card(
      until(with_fci(kCapName + tlv("A5", tlv("5F2D", "6672") + tlv("5F2D", "656E"))), "SELECT"));
  Transaction transaction;
  transaction.select(kCapOnly);
  CHECK(play(transaction, card) == TransactionState::selected);
  CHECK(transaction.language_preference().empty());
}

TEST_CASE("the next application may have what the one before it had") {
  const Dialogue sent_on = {{"SELECT CAP", "00A4040007A000000004800200",
                             fci("A0000000048002", tlv("BF0C", tlv("9F55", "40") + tlv("9F56", kOtherIpb)))},
                            {"GPO", "80A8000002830000", "6985"}};
  CHECK(code_of(sent_on + dpa(), kCapAndDpa) == "42511495");
}

// ---- a mask that takes nothing

TEST_CASE("a mask that takes no bit of ATC and AC makes no code") {
  struct Row {
    const char* iaf;
    std::string ipb;
    bool takes;
  };
  const Row rows[] = {
      {"00", std::string(36, '0'), false},
      {"00", "00", false},
      {"00", "FF", false},  // the CID alone
      {"00", "80", false},
      {"00", "FF" + std::string(20, '0') + "FFFFFFFFFFFFFF", false},  // CID and IAD
      {"00", std::string(22, '0') + "FF", false},                     // the IAD alone
      {"00", "000001", true},                                         // one bit of the ATC
      {"00", "0080", true},
      {"00", std::string(20, '0') + "01", true},            // the last bit of the AC
      {"40", "FFFF", false},                                // PSN and CID
      {"40", "FFFF" + std::string(20, '0') + "FF", false},  // PSN, CID and IAD
      {"40", "FFFF01", true},
      {"40", std::string(22, '0') + "01", true},
      {"00", std::string(22, '0') + "01", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.iaf, row.ipb);
    const Dialogue dialogue = with_record2(tlv("5F34", "07") + tlv("9F55", row.iaf) + tlv("9F56", row.ipb));
    if (row.takes) {
      CHECK_FALSE(code_of(dialogue).empty());
      continue;
    }
    const Fault fault = fault_of(until(dialogue, "READ RECORD 2"));  // before any PIN is asked for
    CHECK(fault.kind == Kind::not_supported);
    CHECK(fault.reason == Reason::ipb_takes_nothing);
  }
}

TEST_CASE("an empty mask is no mask: the default applies where there is one") {
  CHECK(code_of(kNoCap + with(dpa(), "READ RECORD 2", record(tlv("9F56", ""))), kCapAndDpa) ==
        visa_default_code());
  CHECK(fault_of(until(with_record2(tlv("9F56", "")), "READ RECORD 2")).reason == Reason::no_ipb);
}
