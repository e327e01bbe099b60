// Application cryptograms, through the dialogue, as a terminal gets them. Published values are marked so; the
// others were computed with another program from the same published keys.
#include "host/card/cryptogram.hpp"

#include <catch2/catch.hpp>

#include "firmware/core/emv/answers.hpp"
#include "tests/firmware/core/find_object.hpp"
#include "tests/host/card/fixture.hpp"
#include "tests/host/card/iad_pieces.hpp"

namespace sesame::card {
namespace {

using namespace test;
using keys::Scheme;

// ---- whole cryptograms

constexpr const char* kCounters = "0001000200030004";

// A card, and what the terminal sends it.
struct Vector {
  const char* what;
  Scheme scheme;
  const char* master_key;
  std::uint16_t atc;
  const char* aip;
  const char* data1;  // CDOL1
  const char* data2;  // CDOL2
  const char* iad_template;
  CvrTemplate cvr;
  std::optional<CvrTemplate> mac_cvr;
  bool with_pin;
  const char* iad;  // expected, of the first
  const char* ac;
  const char* second_iad;
  const char* second_ac;
};

// A card that was asked with `data1` at `atc` and then with `data2`: IAD and AC of both.
struct Given {
  std::string iad, ac, second_iad, second_ac;
};
Given ask(Personalization card, std::uint16_t atc, bool with_pin, std::string_view data1,
          std::string_view data2) {
  Terminal terminal(std::move(card));
  terminal.card().counters().set_next_atc(0, atc);
  terminal.go_to(with_pin ? Stage::pin_verified : Stage::initiated);
  const auto first = bytes(terminal.data(generate_ac("80", data1)));
  const auto second = bytes(terminal.data(generate_ac("00", data2)));
  const auto one = emv::parse_cryptogram(first), two = emv::parse_cryptogram(second);
  REQUIRE(one);
  REQUIRE(two);
  CHECK(one->type() == emv::Cryptogram::Type::arqc);
  CHECK(two->type() == emv::Cryptogram::Type::aac);
  CHECK(hex(one->atc) == two_digits(atc >> 8) + two_digits(atc));
  CHECK(hex(two->atc) == hex(one->atc));
  return {hex(one->iad), hex(one->ac), hex(two->iad), hex(two->ac)};
}

// The terminal data of the published vectors for Visa and for M/Chip; in the second list 8A, and a TVR of its
// own.
constexpr const char* kVisa1 = "000000004000 000000000000 0124 8000048000 0124 191105 01 52BF4585";
constexpr const char* kVisa2 = "5A33 000000004000 000000000000 0124 8800048000 0124 191105 01 52BF4585";
constexpr const char* kMchip1 = "000000009999 000000000000 0124 8000000000 0124 209906 00 ABCDEF12";
constexpr const char* kMchip2 = "5A33 000000009999 000000000000 0124 8800000000 0124 209906 00 ABCDEF12";
// Of the published codes of a CAP card: identify, and challenge 4815.
constexpr const char* kIdentify1 = "000000000000 000000000000 0000 8000000000 0000 000000 00 00000000";
constexpr const char* kRespond1 = "000000000000 000000000000 0000 8000000000 0000 000000 00 00004815";
constexpr const char* kIdentify2 = "5A33 000000000000 000000000000 0000 8800000000 0000 000000 00 00000000";
constexpr const char* kTreeKey = "0123456789ABCDEF0123456789ABCDEF";

CvrTemplate visa(const char* hex) { return {CvrFormat::visa, bytes(hex)}; }
CvrTemplate mchip(const char* hex) { return {CvrFormat::mchip, bytes(hex)}; }

TEST_CASE("cards of every scheme give the cryptograms that were published or computed elsewhere") {
  const auto vector = GENERATE(values<Vector>({
      // Published: the first AC
      {"Visa CVN 18", Scheme::cvn18, kMasterKey, 0x1C, "1800", kVisa1, kVisa2, "060112{cvr}",
       visa("03A0B800"), std::nullopt, false, "06011203A0B800", "7A788EA6B8A3E733", "0601120321B800",
       "8AF01BCB11EF5BDC"},
      // Published: the first AC
      {"Visa CVN 10", Scheme::cvn10, kMasterKey, 0x1C, "1800", kVisa1, kVisa2, "06010A{cvr}",
       visa("03A06010"), std::nullopt, false, "06010A03A06010", "29CCA15AE665FA2E", "06010A03216010",
       "C1D9BC75224B6B86"},
      // Published: the first AC
      {"M/Chip CVN 16", Scheme::cvn16, kMasterKey, 0x1C, "1800", kMchip1, kMchip2, "0110{cvr}0000{counters}",
       mchip("A00003220000"), std::nullopt, false, "0110A0000322000000000001000200030004", "24CCF3DEE3158C70",
       "011020000322000000000001000200030004", "71CF1FA4061C7DF6"},
      {"M/Chip CVN 17", Scheme::cvn17, kMasterKey, 0x1C, "1800", kMchip1, kMchip2, "0111{cvr}0000{counters}",
       mchip("A00003220000"), std::nullopt, false, "0111A0000322000000000001000200030004", "493BD5BF91BAAE75",
       "011120000322000000000001000200030004", "ED81DA8F82124955"},
      // Published: the first AC
      {"M/Chip CVN 20", Scheme::cvn20, kMasterKey, 0x1C, "1800", kMchip1, kMchip2, "0114{cvr}0000{counters}",
       mchip("A00003220000"), std::nullopt, false, "0114A0000322000000000001000200030004", "CD29615D6452E70E",
       "011420000322000000000001000200030004", "2A723EFFBB810BEA"},
      {"M/Chip CVN 21", Scheme::cvn21, kMasterKey, 0x1C, "1800", kMchip1, kMchip2, "0115{cvr}0000{counters}",
       mchip("A00003220000"), std::nullopt, false, "0115A0000322000000000001000200030004", "C85B2A5CBC6176F5",
       "011520000322000000000001000200030004", "5038E5636896A404"},
      // Published: the first AC. The CVR under the MAC is another than the IAD's.
      {"EMV2000 tree, identify", Scheme::tree, kTreeKey, 0xB4, "1000", kIdentify1, kIdentify2, "06770A{cvr}",
       visa("03A48000"), mchip("A50006040000"), true, "06770A03A48000", "7F32A79FDA945643", "06770A03258000",
       "651611CC911683CD"},
      // Published: the first AC
      {"EMV2000 tree, respond", Scheme::tree, kTreeKey, 0xD1, "1000", kRespond1, kIdentify2, "06770A{cvr}",
       visa("03A48000"), mchip("A50006040000"), true, "06770A03A48000", "D23D64617F0644FA", "06770A03258000",
       nullptr},
  }));
  CAPTURE(vector.what);
  Personalization card = personalization();
  Application& application = card.applications[0];
  application.needs_pin = vector.with_pin;
  application.aip = bytes(vector.aip);
  CryptogramRules& rules = application.cryptogram;
  rules.scheme = vector.scheme;
  rules.master_key = key(vector.master_key);
  rules.iad = pieces(vector.iad_template);
  rules.cvr = vector.cvr;
  rules.mac_cvr = vector.mac_cvr;
  rules.counters = bytes(kCounters);
  const Given given =
      ask(std::move(card), vector.atc, vector.with_pin, hex(bytes(vector.data1)), hex(bytes(vector.data2)));
  CHECK(given.iad == vector.iad);
  CHECK(given.ac == vector.ac);
  CHECK(given.second_iad == vector.second_iad);
  if (vector.second_ac != nullptr) CHECK(given.second_ac == vector.second_ac);
}

// A CCD card of two more tags: 9F35 and 9F34. IAD of format A, 32 bytes.
Personalization ccd_card(Scheme scheme) {
  Personalization card = personalization();
  Application& application = card.applications[0];
  const std::string list = std::string(kTerminalList) + "9F3501 9F3403";
  application.cdol1 = bytes(list);
  application.cdol2 = bytes("8A02" + list);
  CryptogramRules& rules = application.cryptogram;
  rules.scheme = scheme;
  rules.mac_input = MacInput::cdol;
  const bool aes = scheme == Scheme::ccd_aes;
  if (aes) rules.master_key = key("0F0E0D0C0B0A09080706050403020100");
  rules.iad =
      pieces(std::string("0FA") + (aes ? "6" : "5") + "01{cvr}{counters}0F000000000000000000000000000000");
  rules.cvr = {CvrFormat::ccd, bytes("A038000000")};
  rules.counters = bytes(kCounters);
  return card;
}

const std::string kCcd1 = hex(bytes(kVisa1)) + "34010002";
const std::string kCcd2 = hex(bytes(kVisa2)) + "34010002";

TEST_CASE("a CCD card with triple DES MACs all data of the CDOL and the IAD") {
  const Given given = ask(ccd_card(Scheme::ccd_3des), 0x1C, true, kCcd1, kCcd2);
  CHECK(given.iad == "0FA501A03800000000010002000300040F000000000000000000000000000000");
  CHECK(given.ac == "20CF0D05AD511B82");
  CHECK(given.second_iad == "0FA501203800000000010002000300040F000000000000000000000000000000");
  CHECK(given.second_ac == "5BAF05D77D7695CC");
}

TEST_CASE("a CCD card with AES uses CMAC over the same") {
  const Given given = ask(ccd_card(Scheme::ccd_aes), 1, true, kCcd1, kCcd2);
  CHECK(given.iad == "0FA601A03800000000010002000300040F000000000000000000000000000000");
  CHECK(given.ac == "A527CBD6B2BBB5FC");
  CHECK(given.second_ac == "ED859F6D581AA8C9");
}

TEST_CASE("a card may MAC the list of eight where its CDOL has more") {
  Personalization card = ccd_card(Scheme::ccd_3des);
  card.applications[0].cryptogram.mac_input = MacInput::list;
  CHECK(ask(std::move(card), 0x1C, true, kCcd1, kCcd2).ac == "F39AB035C27B9627");
}

// In the order of the list, not of the CDOL.
TEST_CASE("a list that is MACed has an order of its own") {
  Personalization card = personalization();
  Application& application = card.applications[0];
  application.needs_pin = false;
  application.cdol1 = bytes("9F3704 9C01 9F3501 9A03 5F2A02 9505 9F1A02 9F0306 9F0206");
  const Given given = ask(std::move(card), 0x1C, false,
                          hex(bytes("52BF4585 01 34 191105 0124 8000048000 0124 000000000000 000000004000")),
                          hex(bytes(kVisa2)));
  CHECK(given.ac == "7A788EA6B8A3E733");
}

TEST_CASE("what CDOL2 does not ask for again is as it was at the first GENERATE AC") {
  struct Row {
    const char* cdol2;
    const char* data;
  };
  const auto row = GENERATE(values<Row>({
      {"8A02 9505", "5A33 8800048000"},
      {"9505 8A02", "8800048000 5A33"},
      {"8A02 9505 9F3704", "5A33 8800048000 52BF4585"},
      {"8A02 9F0206 9505 910A 9F3704", "5A33 000000004000 8800048000 00000000000000000000 52BF4585"},
  }));
  CAPTURE(row.cdol2);
  Personalization card = personalization();
  card.applications[0].needs_pin = false;
  card.applications[0].cdol2 = bytes(row.cdol2);
  const Given given = ask(std::move(card), 0x1C, false, hex(bytes(kVisa1)), hex(bytes(row.data)));
  CHECK(given.ac == "7A788EA6B8A3E733");
  CHECK(given.second_ac == "8AF01BCB11EF5BDC");
}

// Against the list read from the facts: values in order, AIP, ATC, IAD; what no CDOL has is left out.
TEST_CASE("what no CDOL asks for is not under the MAC") {
  Personalization card = personalization();
  Application& application = card.applications[0];
  application.needs_pin = false;
  application.cdol1 = bytes("9505 9F3704");
  application.cdol2 = bytes("8A02");
  const Given given = ask(std::move(card), 0x1C, false, "800004800052BF4585", "5A33");
  keys::MacKey session_key(keys::MacAlgorithm::tdes_retail, key("436B942AD637E08564B532B0EC97CB26"));
  CHECK(given.ac == hex(session_key.mac(bytes("8000048000 52BF4585 1800 001C 06011203A0B800"))));
  CHECK(given.second_ac == hex(session_key.mac(bytes("8000048000 52BF4585 1800 001C 0601120321B800"))));
}

TEST_CASE("every datum under the MAC changes the cryptogram") {
  const auto card = [] {
    Personalization made = personalization();
    made.applications[0].needs_pin = false;
    return made;
  };
  const std::string data = hex(bytes(kVisa1));
  const std::string ac = ask(card(), 0x1C, false, data, kZeros31).ac;
  REQUIRE(ac == "7A788EA6B8A3E733");
  CHECK(ask(card(), 0x1D, false, data, kZeros31).ac != ac);
  for (std::size_t byte = 0; byte < data.size() / 2; ++byte) {
    CAPTURE(byte);
    std::string other = data;
    other[2 * byte] = other[2 * byte] == '7' ? '6' : '7';
    CHECK(ask(card(), 0x1C, false, other, kZeros31).ac != ac);
  }
  Personalization other_aip = card();
  other_aip.applications[0].aip = bytes("1000");
  CHECK(ask(std::move(other_aip), 0x1C, false, data, kZeros31).ac != ac);
}

TEST_CASE("GENERATE AC answers in format 1 or 2") {
  struct Row {
    AnswerFormat format;
    const char* first;
    const char* second;
  };
  const auto row = GENERATE(values<Row>({
      {AnswerFormat::format1, "8012 80 001C 7A788EA6B8A3E733 06011203A0B800",
       "8012 00 001C 8AF01BCB11EF5BDC 0601120321B800"},
      {AnswerFormat::format2, "771E 9F270180 9F3602001C 9F26087A788EA6B8A3E733 9F100706011203A0B800",
       "771E 9F270100 9F3602001C 9F26088AF01BCB11EF5BDC 9F10070601120321B800"},
  }));
  Personalization card = personalization();
  card.applications[0].needs_pin = false;
  card.applications[0].answer_format = row.format;
  Terminal terminal(std::move(card));
  terminal.card().counters().set_next_atc(0, 0x1C);
  terminal.go_to(Stage::initiated);
  CHECK(terminal.data(generate_ac("80", hex(bytes(kVisa1)))) == hex(bytes(row.first)));
  CHECK(terminal.data(generate_ac("00", hex(bytes(kVisa2)))) == hex(bytes(row.second)));
}

TEST_CASE("the longest IAD has 32 bytes, in both formats") {
  const auto format = GENERATE(AnswerFormat::format1, AnswerFormat::format2);
  Personalization card = ccd_card(Scheme::ccd_aes);
  card.applications[0].answer_format = format;
  CHECK(ask(std::move(card), 1, true, kCcd1, kCcd2).iad.size() == 64);
}

TEST_CASE("templates that make an IAD or a CVR too long are refused when they are needed") {
  Personalization card = personalization();
  SECTION("IAD") { card.applications[0].cryptogram.iad = pieces(std::string(58, '0') + "{cvr}"); }
  SECTION("CVR") { card.applications[0].cryptogram.cvr = {CvrFormat::mchip, bytes("A5000000000000")}; }
  Terminal terminal(std::move(card));
  terminal.go_to(Stage::pin_verified);
  CHECK_THROWS_AS(terminal.send(kFirstAc), std::length_error);
}

// ---- the CVR

std::string cvr(const CvrTemplate& made, const TransactionFacts& facts) {
  return hex(card_verification_results(made, facts));
}

TransactionFacts facts(AcType first, std::optional<AcType> second, bool performed, bool ok, bool offline,
                       std::uint8_t tries) {
  TransactionFacts made;
  made.first = first;
  made.second = second;
  made.pin_performed = performed;
  made.pin_ok = ok;
  made.unable_to_go_online = offline;
  made.tries_left = tries;
  return made;
}

// Bits 8-7 and 6-5 of the first byte of all three: the second cryptogram and the first; 10 in the place of
// the second: not asked yet. Visa: bit 3 PIN done, 2 PIN failed, 1 unable to go online. M/Chip: bit 3 PIN
// done, 1 PIN right. CCD (EMV 4.3 Book 3, annex C9.3), second byte: tries in bits 8-5, 4 PIN done, 3 PIN
// failed, 2 no try left.
TEST_CASE("the CVR tells what has happened in the transaction") {
  constexpr auto arqc = AcType::arqc, aac = AcType::aac, tc = AcType::tc;
  constexpr auto none = std::nullopt;
  struct Row {
    const char* what;
    TransactionFacts facts;
    const char* visa;
    const char* mchip;
    const char* ccd;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {"ARQC, PIN right", facts(arqc, none, true, true, false, 3), "03A40000", "A50000000000", "A038000000"},
      {"ARQC, no PIN", facts(arqc, none, false, false, false, 3), "03A00000", "A00000000000", "A030000000"},
      {"ARQC, PIN wrong", facts(arqc, none, true, false, false, 2), "03A60000", "A40000000000", "A02C000000"},
      {"AAC, no PIN", facts(aac, none, false, false, false, 3), "03800000", "800000000000", "8030000000"},
      {"AAC, PIN wrong", facts(aac, none, true, false, false, 2), "03860000", "840000000000", "802C000000"},
      {"AAC, PIN blocked", facts(aac, none, true, false, false, 0), "03860000", "840000000000", "800E000000"},
      {"AAC, was blocked", facts(aac, none, false, false, false, 0), "03800000", "800000000000",
       "8002000000"},
      {"TC, PIN right", facts(tc, none, true, true, false, 15), "03940000", "950000000000", "90F8000000"},
      {"then AAC, offline", facts(arqc, aac, true, true, true, 3), "03250000", "250000000000", "2038000000"},
      {"then AAC, online", facts(arqc, aac, true, true, false, 3), "03240000", "250000000000", "2038000000"},
      {"then TC", facts(arqc, tc, true, true, false, 3), "03640000", "650000000000", "6038000000"},
      {"then AAC, no PIN", facts(arqc, aac, false, false, true, 3), "03210000", "200000000000", "2030000000"},
  }));
  CAPTURE(row.what);
  CHECK(cvr(visa("03000000"), row.facts) == row.visa);
  CHECK(cvr(mchip("000000000000"), row.facts) == row.mchip);
  CHECK(cvr({CvrFormat::ccd, bytes("0000000000")}, row.facts) == row.ccd);
}

TEST_CASE("live bits of the template do not matter, all others stay as they are") {
  const TransactionFacts pin_right = facts(AcType::arqc, std::nullopt, true, true, false, 3);
  CHECK(cvr(visa("03FFFFFF"), pin_right) == "03ACFFFF");
  CHECK(cvr(mchip("FFFFFFFFFFFF"), pin_right) == "AFFFFFFFFFFF");
  CHECK(cvr({CvrFormat::ccd, bytes("FFFFFFFFFF")}, pin_right) == "AF39FFFFFF");
}

// The first byte after the length 03 (Visa), or the first two bytes.
TEST_CASE("the CVR in the answers is what the terminal has seen happen") {
  enum class Pin { right, none, wrong, blocked, wrong_then_right };
  struct Row {
    const char* what;
    Pin pin;
    const char* visa;
    const char* mchip;
    const char* ccd;
  };
  const auto row = GENERATE(values<Row>({
      {"right", Pin::right, "A4", "A5", "A038"},
      {"wrong, then right", Pin::wrong_then_right, "A4", "A5", "A038"},
      {"none", Pin::none, "80", "80", "8030"},
      {"wrong", Pin::wrong, "86", "84", "802C"},
      {"wrong until blocked", Pin::blocked, "86", "84", "800E"},
  }));
  CAPTURE(row.what);
  const auto live = [&](const CvrTemplate& made) {
    Personalization card = personalization();
    card.applications[0].cryptogram.iad = pieces("{cvr}");
    card.applications[0].cryptogram.cvr = made;
    Terminal terminal(std::move(card));
    terminal.go_to(Stage::initiated);
    if (row.pin == Pin::wrong || row.pin == Pin::wrong_then_right) terminal.send(verify("0000"));
    for (int i = 0; row.pin == Pin::blocked && i < 3; ++i) terminal.send(verify("0000"));
    if (row.pin == Pin::right || row.pin == Pin::wrong_then_right) terminal.send(verify("1234"));
    return hex(*sesame::test::find_object(bytes(terminal.data(kFirstAc)), tag::iad));
  };
  CHECK(live(visa("03000000")).substr(2, 2) == row.visa);
  CHECK(live(mchip("000000000000")).substr(0, 2) == row.mchip);
  CHECK(live({CvrFormat::ccd, bytes("0000000000")}).substr(0, 4) == row.ccd);
}

TEST_CASE("the second CVR tells whether the terminal could go online") {
  struct Row {
    const char* cdol2;
    const char* data;
    const char* visa;
  };
  const auto row = GENERATE(values<Row>({
      {"8A02", "5A33", "25"},  // Z3
      {"8A02", "5933", "25"},  // Y3
      {"8A02", "5A31", "24"},  // Z1
      {"8A02", "5931", "24"},  // Y1
      {"8A02", "3030", "24"},  // approved
      {"8A02", "3333", "24"},  // 33
      {"8A02", "0000", "24"},
      {"9505 8A02", "0000000000 5A33", "25"},
      {"9505", "5A33000000", "24"},  // does not ask
      {"8A01", "5A", "24"},          // asks for less than there is
      {"8A03 9505", "5A3300 0000000000", "24"},
  }));
  CAPTURE(row.cdol2, row.data);
  Personalization card = personalization();
  card.applications[0].cdol2 = bytes(row.cdol2);
  Terminal terminal(std::move(card));
  terminal.go_to(Stage::pin_verified);
  terminal.data(kFirstAc);
  const std::string answer = terminal.data(generate_ac("00", hex(bytes(row.data))));
  CHECK(hex(*sesame::test::find_object(bytes(answer), tag::iad)).substr(8, 2) == row.visa);
}

}  // namespace
}  // namespace sesame::card
