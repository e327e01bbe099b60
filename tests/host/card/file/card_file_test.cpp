#include "host/card/file/card_file.hpp"

#include "firmware/core/cap/token.hpp"
#include "firmware/core/emv/tags.hpp"
#include "host/base/hex.hpp"
#include "host/keys/derivation.hpp"
#include "host/keys/mac.hpp"
#include "host/profile/shipped.hpp"
#include "tests/host/card/file/read.hpp"
#include "tests/host/card/iad_pieces.hpp"
#include "tests/support/broken.hpp"

namespace sesame::card {
namespace {

using card::AnswerFormat;
using card::Application;
using card::CvrFormat;
using card::MacInput;
using card::Personalization;
using test::read;
namespace tag = emv::tag;

std::string hex(const Application& application, emv::Tag tag) { return to_hex(application.data.at(tag)); }

bool luhn(std::string_view pan) {
  int sum = 0;
  for (std::size_t i = 0; i < pan.size(); ++i) {
    const int digit = pan[pan.size() - 1 - i] - '0';
    sum += i % 2 == 0 ? digit : digit * 2 / 10 + digit * 2 % 10;
  }
  return sum % 10 == 0;
}

TEST_CASE("every shipped card has a test PIN, a well-formed PAN and a word of warning") {
  for (const std::string_view name : profile::shipped_names(profile::ProfileKind::cards)) {
    CAPTURE(name);
    const Personalization card = load_card(name);
    CHECK(card.name == name);
    CHECK(card.pin.view() == "1234");
    CHECK(card.try_limit == 3);
    CHECK(luhn(card.pan));
    CHECK(card.pse);
    CHECK(profile::shipped_text(profile::ProfileKind::cards, name)->find("TEST KEYS") !=
          std::string_view::npos);
  }
}

TEST_CASE("the Sésame card is the published vector") {
  const Personalization card = load_card("sesame-card");
  CHECK(card.language == "fr");
  CHECK(card.protocol == card::Protocol::t0);
  REQUIRE(card.applications.size() == 1);
  const Application& application = card.applications[0];
  CHECK(to_hex(application.aid) == "A0000000048002");
  CHECK(to_hex(application.aip) == "1000");
  CHECK(to_hex(application.cdol1) == "9F02069F03069F1A0295055F2A029A039C019F3704");
  CHECK(to_hex(application.cdol2) == "8A02" + to_hex(application.cdol1));
  CHECK(application.pdol.empty());
  CHECK(application.answer_format == AnswerFormat::format1);
  CHECK(application.needs_pin);
  CHECK(hex(application, tag::iaf) == "00");
  CHECK(hex(application, tag::ipb) == "00001F00000000000FFFFF00000000008000");
  const card::CryptogramRules& rules = application.cryptogram;
  CHECK(rules.scheme == keys::Scheme::tree);
  CHECK(rules.tree.branch() == 4);
  CHECK(rules.tree.height() == 8);
  CHECK(rules.mac_input == MacInput::list);
  CHECK(card::test::text_of(rules.iad) == "06770A{cvr}");
  CHECK(rules.cvr.format == CvrFormat::visa);
  CHECK(to_hex(rules.cvr.bytes) == "03A48000");
  CHECK(rules.mac_cvr->format == CvrFormat::mchip);
  CHECK(to_hex(rules.mac_cvr->bytes) == "A50006040000");

  // What CDOL1 asks for, AIP, ATC, the CVR under the MAC: the cryptogram of an identify with ATC 00B4.
  const std::string input =
      "000000000000"
      "000000000000"
      "0000"
      "8000000000"
      "0000"
      "000000"
      "00"
      "00000000";
  const auto message = parse_hex(input + to_hex(application.aip) + "00B4" + to_hex(rules.mac_cvr->bytes));
  keys::SessionKeys session_keys(keys::SessionKeyMethod::tree, rules.master_key, rules.tree);
  keys::MacKey mac_key(keys::MacAlgorithm::tdes_retail, session_keys.derive(0x00B4));
  cap::TokenInput answer;
  answer.cid = 0x80;
  answer.atc = {0x00, 0xB4};
  answer.ac = mac_key.mac(std::get<0>(message));
  CHECK(to_hex(answer.ac) == "7F32A79FDA945643");
  const auto iad = parse_hex("06770A" + to_hex(rules.cvr.bytes));
  answer.iad = std::get<0>(iad);
  cap::Digits digits;
  REQUIRE_FALSE(cap::token_by_ipb(cap::token_data(answer), application.data.at(tag::ipb), digits));
  CHECK(std::string(digits.begin(), digits.end()) == "42511495");
}

TEST_CASE("the bank card has DPA for codes, CB and Visa for payments") {
  const Personalization card = load_card("bank-card");
  CHECK(card.language == "fren");
  REQUIRE(card.applications.size() == 3);
  const Application& dpa = card.applications[0];
  CHECK(to_hex(dpa.aid) == "A0000000038002");
  CHECK(dpa.label == "VISA Auth");
  CHECK_FALSE(dpa.in_directory);
  CHECK(hex(dpa, tag::ipb) == "8001FFFFFF00000000000000000000000000");
  CHECK(dpa.cryptogram.scheme == keys::Scheme::cvn10);
  CHECK(dpa.records.size() == 1);

  const Application& cb = card.applications[1];
  CHECK(to_hex(cb.aid) == "A0000000421010");
  CHECK(cb.priority == 1);
  CHECK(cb.cryptogram.scheme == keys::Scheme::cvn18);
  CHECK(cb.data.count(tag::ipb) == 0);
  CHECK(hex(cb, tag::track2) == "4970100000000014D29122010000000000000F");
  REQUIRE(cb.records.size() == 4);
  CHECK(cb.records[2].sfi == 2);
  CHECK(cb.records[2].number == 2);
  CHECK(cb.records[2].tags == std::vector<emv::Tag>{0x8C, 0x8D, 0x9F0D, 0x9F0E, 0x9F0F});

  const Application& visa = card.applications[2];
  CHECK(to_hex(visa.aid) == "A0000000031010");
  CHECK(visa.cryptogram.scheme == keys::Scheme::cvn10);
}

TEST_CASE("the AES card speaks T=1 and has a CCD IAD of 32 bytes") {
  const Personalization card = load_card("aes-card");
  CHECK(card.protocol == card::Protocol::t1);
  const Application& application = card.applications.at(0);
  const card::CryptogramRules& rules = application.cryptogram;
  CHECK(rules.scheme == keys::Scheme::ccd_aes);
  CHECK(rules.mac_input == MacInput::cdol);
  CHECK(card::test::text_of(rules.iad) == "0FA601{cvr}{counters}0F000000000000000000000000000000");
  CHECK(rules.cvr.format == CvrFormat::ccd);
  CHECK(rules.counters.size() == 8);
  CHECK(hex(application, tag::iaf) == "40");
  CHECK(application.answer_format == AnswerFormat::format2);
  const auto imk = parse_hex("89ABCDEF012345679ABCDEF012345678");
  const keys::Key issuer{std::span(std::get<0>(imk)).first<keys::Key::size>()};
  const keys::Key expected = keys::master_key(keys::MasterKeyOption::c, issuer, card.pan, card.psn);
  CHECK(equal(rules.master_key.bytes(), expected.bytes()));
}

TEST_CASE("the Belgian card has no CAP application and no IPB, and says that it is Belgian") {
  const Personalization card = load_card("belgian-card");
  REQUIRE(card.applications.size() == 2);
  CHECK(to_hex(card.applications[0].aid) == "D056000666111010");
  CHECK(to_hex(card.applications[0].pdol) == "9F3501DF4001");
  CHECK(to_hex(card.applications[1].aid) == "A0000000043060");
  for (const Application& application : card.applications) {
    CHECK(application.discretionary == std::vector<emv::Tag>{0x5F2C, 0xDF07});
    CHECK(hex(application, tag::cardholder_nationality) == "0056");
    CHECK(hex(application, tag::banksys) == "424B53303536303038");
    CHECK(application.data.count(tag::ipb) == 0);
    CHECK(hex(application, tag::track2) == "67030000000000003D2912221000000000000F");
  }
  CHECK(card.applications[0].cryptogram.scheme == keys::Scheme::cvn16);
  CHECK(card.applications[1].cryptogram.scheme == keys::Scheme::cvn20);
}

// ---- a small good file, and all that can be wrong with it

constexpr std::string_view kGood = R"(title = "Small"
pan = "541333000000001"
psn = "07"
pin = "98765"
atr = "3B00"
protocol = "T=0"
pse = true

[[applications]]
aid = "A0000000048002"
label = "One"
aip = "1000"
cdol1 = "9505 9F3704"
cdol2 = "8A02"
ipb = "8000FF000000000000FFFF0000"
discretionary = ["9F56"]
records = [
  { sfi = 1, record = 1, tags = ["8C", "8D"] },
  { sfi = 2, record = 1, tags = ["5A", "5F34", "57"] },
]
[applications.data]
57 = "{pan}D49"
[applications.cryptogram]
scheme = "cvn18"
mk = "00112233445566778899AABBCCDDEEFF"
iad = "060112{cvr}"
cvr = { format = "visa", template = "03000000" }

[[applications]]
aid = "A0000000041010"
label = "Two"
aip = "1800"
cdol1 = "9F3704"
cdol2 = "8A02"
records = [ { sfi = 1, record = 1, tags = ["8C"] } ]
[applications.cryptogram]
scheme = "cvn17"
imk = "00112233445566778899AABBCCDDEEFF"
option = "A"
iad = "0111{cvr}0000{counters}"
cvr = { format = "mchip", template = "000000000000" }
counters = "0102030405060708"
)";

TEST_CASE("what a card's file leaves out has its default") {
  const Personalization card = read(kGood, "x/small.toml");
  CHECK(card.name == "small");
  CHECK(card.try_limit == 3);
  CHECK(card.language.empty());
  CHECK_FALSE(card.warm_atr);
  const Application& application = card.applications[0];
  CHECK(application.in_directory);
  CHECK(application.needs_pin);
  CHECK_FALSE(application.priority);
  CHECK(application.answer_format == AnswerFormat::format2);
  CHECK(application.cryptogram.mac_input == MacInput::list);
  CHECK_FALSE(application.cryptogram.mac_cvr);
  CHECK(hex(application, tag::track2) == "541333000000001D49");
  CHECK(card.applications[1].cryptogram.counters.size() == 8);
}

TEST_CASE("a mistake in a card's file is refused with file, line and what is allowed") {
  sesame::test::check_refused(
      kGood,
      {
          // the card
          {"title = \"Small\"\npan = \"541333000000001\"",
           "title = \"Small\"¶",
           {"pan is missing; keys here: title, pan, psn"}},
          {"title", "pim = 1¶\ntitle", {"unknown key \"pim\"; allowed: title, pan, psn, pin"}},
          {"541333000000001", "54133300000¶", {"pan has 11 digits; allowed: 12 to 19"}},
          {"541333000000001", "54133300000000000000¶", {"pan has 20 digits; allowed: 12 to 19"}},
          {"541333000000001", "5413 3300 0000¶", {"pan must be decimal digits"}},
          {"\"07\"", "7¶", {"psn is an integer; it must be a string of digits, in quotes"}},
          {"\"07\"", "\"7\"¶", {"psn has 1 digits; allowed: 2"}},
          {"98765", "987¶", {"pin has 3 digits; allowed: 4 to 12"}},
          {"98765", "9876543210987¶", {"pin has 13 digits; allowed: 4 to 12"}},
          {"pse = true", "try_limit = 16¶\npse = true", {"try_limit is 16; allowed: 1 to 15"}},
          {"pse = true", "language = \"f\"¶\npse = true", {"language is \"f\"; allowed: up to 4 codes"}},
          {"pse = true", "language = \"FR\"¶\npse = true", {"language is \"FR\""}},
          {"\"3B00\"", "\"3B\"¶", {"atr is not an ATR", "fewer characters than it announces"}},
          {"\"3B00\"", "\"3C00\"¶", {"atr is not an ATR", "TS is neither 3B nor 3F"}},
          {"\"3B00\"", "\"3B8001\"¶", {"atr is not an ATR", "fewer"}},
          {"\"3B00\"", "\"3B800100\"¶", {"atr is not an ATR", "TCK is wrong"}},
          {"\"3B00\"", "\"3B800181\"¶", {"atr", "T=0"}},
          {"\"T=0\"", "\"T=2\"¶", {"protocol is \"T=2\"; allowed: T=0, T=1"}},
          {"pse = true", "warm_atr = \"3B800181\"¶\npse = true", {"warm_atr does not offer T=0"}},
          {"pse = true", "pse = 1¶", {"pse is an integer; it must be a boolean"}},

          // an application
          {"A0000000048002", "A0000000¶", {"applications.aid has 4 bytes; allowed: 5 to 16"}},
          {"[[applications]]\naid = \"A0000000048002\"\nlabel = \"One\"",
           "[[applications]]¶\naid = \"A0000000048002\"",
           {"applications.label is missing; the PSE lists"}},
          {"label = \"One\"", "label = \"One!\"¶", {"applications.label is \"One!\"; allowed: 1 to 16 of"}},
          {"label = \"One\"", "label = \"SecureCode Authen\"¶", {"applications.label is"}},
          {"label = \"One\"",
           "label = \"One\"\npriority = 16¶",
           {"applications.priority is 16; allowed: 1 to 15"}},
          {"aip = \"1000\"", "aip = \"100000\"¶", {"applications.aip has 3 bytes; allowed: 2"}},
          {"aip = \"1000\"",
           "aip = \"1000\"\nanswer_format = 3¶",
           {"applications.answer_format is 3; allowed: 1 to 2"}},
          {"\"9505 9F3704\"",
           "\"9505 9F37\"¶",
           {"applications.cdol1 is not a list of tags and lengths", "no length"}},
          {"\"9505 9F3704\"", "\"\"¶", {"applications.cdol1 has 0 bytes"}},
          {"\"9505 9F3704\"", "\"9580 9F3780\"¶", {"applications.cdol1 asks for 256 bytes; at most 255"}},
          {"cdol2 = \"8A02\"\nipb",
           "cdol2 = \"8AFF 9101\"¶\nipb",
           {"applications.cdol2 asks for 256 bytes; at most 255"}},
          {"cdol2 = \"8A02\"\nipb",
           "cdol2 = \"8A02\"\npdol = \"9FFD\"¶\nipb",
           {"applications.pdol is not a list"}},
          {"cdol2 = \"8A02\"\nipb",
           "cdol2 = \"8A02\"\npdol = \"95FD\"¶\nipb",
           {"applications.pdol asks for 253 bytes; at most 252"}},
          {"ipb = \"8000FF000000000000FFFF0000\"",
           "ipb = \"80 00FF 000000000000FFFF 000000000000 FF FF\"¶",
           {"applications.ipb has 19 bytes, more than the 18 it masks: CID 1, ATC 2, AC 8, IAD 7"}},
          {"ipb = \"8000FF000000000000FFFF0000\"\ndiscretionary = [\"9F56\"]",
           "iaf = \"40\"\nipb = \"80 00FF 000000000000FFFF 000000000000 FF FF 00\"¶\ndiscretionary = "
           "[\"9F55\", \"9F56\"]",
           {"applications.ipb has 20 bytes, more than the 19 it masks: PSN 1, CID 1"}},

          // records and data
          {"records = [\n  { sfi = 1, record = 1, tags = [\"8C\", \"8D\"] }",
           "records = [¶\n  { sfi = 1, record = 1, tags = [\"8D\"] }",
           {"applications.records hold no 8C"}},
          {"\"5A\", \"5F34\", \"57\"",
           "\"5A\", \"9F08\", \"57\"¶",
           {"applications.records.tags name 9F08, which has no value"}},
          {"\"5A\", \"5F34\", \"57\"",
           "\"5A\", \"5A\", \"57\"¶",
           {"applications.records.tags name 5A twice"}},
          {"\"5A\", \"5F34\", \"57\"",
           "\"5A\", \"8D\", \"57\"¶",
           {"applications.records.tags name 8D, which another record"}},
          {"\"5A\", \"5F34\", \"57\"",
           "\"5A\", \"9F\", \"57\"¶",
           {"applications.records.tags is \"9F\"", "BER-TLV tag"}},
          {"\"5A\", \"5F34\", \"57\"",
           "\"5A\", \"5A01\", \"57\"¶",
           {"applications.records.tags is \"5A01\""}},
          {"\"5A\", \"5F34\", \"57\"",
           "\"5A\", \"XX\", \"57\"¶",
           {"applications.records.tags is not hexadecimal"}},
          {"sfi = 2, record = 1", "sfi = 1, record = 1¶", {"record 1 of SFI 1 is there twice"}},
          {"sfi = 2", "sfi = 31¶", {"applications.records.sfi is 31; allowed: 1 to 30"}},
          {"sfi = 2, record = 1",
           "sfi = 2, record = 0¶",
           {"applications.records.record is 0; allowed: 1 to 255"}},
          {"sfi = 2, record = 1", "sfi = 2¶", {"applications.records.record is missing"}},
          {"sfi = 2, record = 1", "sfi = 2, rec = 1¶", {"unknown key \"rec\" in applications.records"}},
          {"[\"9F56\"]", "[\"9F55\"]¶", {"applications.discretionary name 9F55, which has no value"}},
          {"ipb = \"8000FF000000000000FFFF0000\"\ndiscretionary = [\"9F56\"]",
           "ipb = \"80\"¶",
           {"applications.ipb is nowhere on the card; name 9F56"}},
          {"57 = \"{pan}D49\"",
           "57 = \"{pan}D49\"\n9F08 = \"008C\"¶",
           {"applications.data.9F08 is nowhere on the card"}},
          {"57 = \"{pan}D49\"",
           "57 = \"{pan}D4\"¶",
           {"applications.data.57 has an odd number of hex digits (17)"}},
          {"57 = \"{pan}D49\"",
           "57 = \"{pan}D49\"\n5A = \"54\"¶",
           {"applications.data.5A has a key of its own: pan"}},
          {"57 = \"{pan}D49\"",
           "57 = \"{pan}D49\"\n9f56 = \"54\"¶",
           {"applications.data.9f56 has a key of its own: ipb"}},
          {"57 = \"{pan}D49\"",
           "57 = \"{pan}D49\"\n9F36 = \"0000\"¶",
           {"applications.data.9F36 is made by the card"}},
          {"57 = \"{pan}D49\"",
           "57 = \"{pan}D49\"\n9F0d = \"00\"\n9F0D = \"00\"¶",
           {"applications.data.9F0D is there twice"}},
          {"57 = \"{pan}D49\"",
           "57 = \"{pan}D49\"\npan = \"00\"¶",
           {"applications.data.pan is not hexadecimal"}},

          // the cryptogram
          {"\"cvn18\"",
           "\"cvn19\"¶",
           {"applications.cryptogram.scheme is \"cvn19\"; allowed: cvn10, cvn16, cvn17, cvn18, cvn20, cvn21, "
            "ccd-3des, "
            "ccd-aes, tree"}},
          {"[applications.cryptogram]\nscheme = \"cvn18\"\nmk = \"00112233445566778899AABBCCDDEEFF\"",
           "[applications.cryptogram]¶\nscheme = \"cvn18\"",
           {"applications.cryptogram has neither mk nor imk; allowed: one of them"}},
          {"[applications.cryptogram]\nscheme = \"cvn18\"",
           "[applications.cryptogram]¶\nscheme = \"tree\"",
           {"applications.cryptogram.tree is missing; scheme tree needs it, as in 4/8"}},
          {"scheme = \"cvn18\"",
           "tree = \"2/15\"¶\nscheme = \"tree\"",
           {"cryptogram.tree", "fewer than the 65536"}},
          {"scheme = \"cvn18\"", "tree = \"4\"¶\nscheme = \"tree\"", {"cryptogram.tree", "B/H or B/H/IV"}},
          {"scheme = \"cvn18\"\nmk = \"00112233445566778899AABBCCDDEEFF\"\niad = \"060112{cvr}\"\ncvr",
           "tree = \"4/8\"\nscheme = \"tree\"\nmk = \"00112233445566778899AABBCCDDEEFF\"\niad = "
           "\"060112{cvr}\"\n¶cvr",
           {"cvr has format visa, but scheme tree has mchip under its MAC: give mac_cvr one"}},
          {"mk = \"00112233445566778899AABBCCDDEEFF\"\niad = \"06",
           "mk = \"00112233445566778899AABBCCDDEEFF\"¶\nimk = \"00\"\niad = \"06",
           {"applications.cryptogram.mk is there beside imk; allowed: one of them"}},
          {"99AABBCCDDEEFF\"\niad = \"06",
           "99AABBCCDDEE\"¶\niad = \"06",
           {"applications.cryptogram.mk has 15 bytes; allowed: 16"}},
          {"99AABBCCDDEEFF\"\niad = \"06",
           "99AABBCCDDEEXX\"¶\niad = \"06",
           {"mk is not hexadecimal: character 31"}},
          {"iad = \"06",
           "option = \"B\"¶\niad = \"06",
           {"applications.cryptogram.option is there beside mk"}},
          {"option = \"A\"", "option = \"C\"¶", {"option does not go with scheme cvn17; allowed: A, B"}},
          {"option = \"A\"", "option = \"a\"¶", {"option is \"a\"; allowed: A, B, C"}},
          {"iad = \"06",
           "tree = \"4/8\"¶\niad = \"06",
           {"tree does not go with scheme cvn18; allowed with: tree"}},
          {"iad = \"06", "mac_input = \"all\"¶\niad = \"06", {"mac_input is \"all\"; allowed: list, cdol"}},
          {"060112{cvr}", "060112{cv}¶", {"iad has the placeholder \"{cv}\"; allowed: {cvr}, {counters}"}},
          {"060112{cvr}", "060112{cvr}{cvr}¶", {"iad has {cvr} twice"}},
          {"060112{cvr}", "060112{cvr¶", {"iad has the placeholder"}},
          {"060112{cvr}", "06011{cvr}¶", {"iad has an odd number of hex digits (5)"}},
          {"060112{cvr}", "060112{cvr}0X¶", {"iad is not hexadecimal: character 13"}},
          {"060112{cvr}",
           "{cvr}0000000000000000000000000000000000000000000000000000000000¶",
           {"iad makes 33 bytes; allowed: 1 to 32"}},
          {"060112{cvr}", "¶", {"iad makes 0 bytes; allowed: 1 to 32"}},
          {"{ format = \"visa\", template = \"03000000\" }",
           "{ format = \"visa\", template = \"030000\" }¶",
           {"cvr.template has 3 bytes; allowed: 4"}},
          {"{ format = \"visa\", template = \"03000000\" }",
           "{ format = \"visa\", template = \"00000000\" }¶",
           {"cvr.template does not begin with 03"}},
          {"{ format = \"visa\", template = \"03000000\" }",
           "{ format = \"emv\", template = \"03000000\" }¶",
           {"cvr.format is \"emv\"; allowed: visa, mchip, ccd"}},
          {"{ format = \"visa\", template = \"03000000\" }",
           "{ format = \"ccd\", template = \"0300000000\" }¶",
           {"cvr has format ccd, which does not go with scheme cvn18; allowed: visa"}},
          {"{ format = \"visa\", template = \"03000000\" }",
           "{ format = \"visa\", template = \"03000000\" }\nmac_cvr = { format = \"visa\", template = "
           "\"03000000\" }¶",
           {"mac_cvr does not go with scheme cvn18"}},
          {"{ format = \"mchip\", template = \"000000000000\" }",
           "{ format = \"mchip\", template = \"000000000000\" }\nmac_cvr = { format = \"visa\", template = "
           "\"03000000\" }¶",
           {"mac_cvr has format visa, but scheme cvn17 has mchip under its MAC"}},
          {"0000{counters}", "0000{counters}{counters}¶", {"iad has {counters} twice"}},
          {"counters = \"0102030405060708\"", "counters = \"01\"¶", {"counters has 1 bytes; allowed: 8"}},
          {"iad = \"06", "counters = \"0102030405060708\"¶\niad = \"06", {"counters is not used here"}},
          {"cdol1 = \"9F3704\"",
           "cdol1 = \"9F3702\"¶",
           {"applications.cdol1 does not ask for 9F3704", "cvn17"}},
          {"\n[[applications]]\naid = \"A0000000041010\"",
           "\n[[applications]]¶\naid = \"A0000000048002\"",
           {"applications have the AID A0000000048002 twice"}},
      },
      read);
}

TEST_CASE("counters that the scheme needs must be there") {
  std::string_view base = kGood;
  const std::string_view block = base.substr(base.rfind("[applications.cryptogram]"));
  std::string without = "[applications.cryptogram]¶" + std::string(block.substr(block.find('\n')));
  without.erase(without.find("counters = "));
  sesame::test::check_refused(
      base, {{block, without, {"cryptogram.counters is missing; cvn17, cvn21 and {counters}"}}}, read);
}

TEST_CASE("a PSE that lists nothing is refused") {
  std::string base(kGood);
  for (const std::string_view label : {"label = \"One\"", "label = \"Two\""}) {
    base.replace(base.find(label), label.size(), std::string(label) + "\nin_directory = false");
  }
  sesame::test::check_refused(base, {{"pse = true", "pse = true¶", {"pse has nothing to list"}}}, read);
}

// `count` bytes in hexadecimal.
std::string zeros(std::size_t count) { return std::string(2 * count, '0'); }

TEST_CASE("a record must fit one response") {
  const std::string_view track2 = "57 = \"{pan}D49\"";
  const std::string_view tags = "\"5A\", \"5F34\", \"57\"";
  // 5A: 2 + 8. 5F34: 3 + 1. 57: 3 + 236.
  const std::string full = "57 = \"" + zeros(236) + "\"";
  std::string text(kGood);
  text.replace(text.find(track2), track2.size(), full);
  CHECK_NOTHROW(read(text, "f.toml"));
  text.replace(text.find(full), full.size(), "57 = \"" + zeros(237) + "\"");
  sesame::test::check_refused(
      text, {{tags, std::string(tags) + "¶", {"make a record of 254 bytes; at most 253"}}}, read);
}

TEST_CASE("the FCI must fit one response") {
  const std::string_view list = "[\"9F56\"]";
  std::string text(kGood);
  text.replace(text.find(list), list.size(), "[\"9F56\", \"9F0A\"]");
  const std::string_view data = "57 = \"{pan}D49\"";
  const auto with = [&](std::size_t size) {
    std::string file = text;
    return file.replace(file.find(data), data.size(), std::string(data) + "\n9F0A = \"" + zeros(size) + "\"");
  };
  // 6F 3, 84 2 + 7, A5 3, 50 2 + 3, BF0C 4, 9F56 3 + 13, 9F0A 4.
  CHECK_NOTHROW(read(with(256 - 44), "f.toml"));
  sesame::test::check_refused(
      with(256 - 43),
      {{"[[applications]]", "[[applications]]¶", {"the FCI would have 257 bytes; at most 256"}}}, read);
}

TEST_CASE("the records must fit the AFL") {
  const std::string_view records = "records = [ { sfi = 1, record = 1, tags = [\"8C\"] } ]";
  // Every one apart from the one before, so that none share an entry; empty but for a tag of its own.
  const auto with = [&](int count) {
    std::string list = "records = [¶\n{ sfi = 1, record = 1, tags = [\"8C\"] },\n";
    std::string data;
    for (int i = 1; i < count; ++i) {
      const std::string tag = to_hex(std::array<std::uint8_t, 3>{0xDF, 0x81, static_cast<std::uint8_t>(i)});
      list += "{ sfi = 1, record = " + std::to_string(1 + 2 * i) + ", tags = [\"" + tag + "\"] },\n";
      data += tag + " = \"00\"\n";
    }
    return list + "]\n[applications.data]\n" + data;
  };
  const sesame::test::Marked fits = sesame::test::replace(kGood, records, with(61));
  CHECK(read(fits.text, "f.toml").applications[1].records.size() == 61);
  sesame::test::check_refused(kGood, {{records, with(62), {"make an AFL of 62 entries; at most 61"}}}, read);
}

TEST_CASE("no message repeats a PIN or a key") {
  for (const auto& [good, bad] :
       {std::pair{"\"98765\"", "\"98765x\""}, std::pair{"\"98765\"", "98765"},
        std::pair{"pin = \"98765\"", "pin = [\"98765\"]"}, std::pair{"CCDDEEFF\"\niad", "CCDDEE\"\niad"},
        std::pair{"mk = \"0011", "mk = \"0X11"}}) {
    CAPTURE(bad);
    std::string text(kGood);
    text.replace(text.find(good), std::string_view(good).size(), bad);
    const std::string message = sesame::test::failure_of([&] { return read(text, "f.toml"); });
    CAPTURE(message);
    CHECK(message.find("9876") == std::string::npos);
    CHECK(message.find("2233") == std::string::npos);
  }
}

TEST_CASE("whatever is cut off a card's file: a card or a named error") {
  sesame::test::check_every_truncation(*profile::shipped_text(profile::ProfileKind::cards, "aes-card"), read);
}

}  // namespace
}  // namespace sesame::card
