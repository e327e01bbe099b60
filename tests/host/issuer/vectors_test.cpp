// Codes and cryptograms that were published.
#include <catch2/catch.hpp>

#include "tests/host/issuer/code_maker.hpp"

namespace sesame::issuer {
namespace {

using namespace test;
using keys::test::hex;
using keys::test::key;

TEST_CASE("the published codes are good, written as people write them") {
  const CardRecord card = record_of(card::load_card("sesame-card"), 0);
  for (const std::string_view code : {"42511495", "4251 1495", " 4 2511495\t", "00042511495"}) {
    CAPTURE(code);
    const Verdict verdict = judged(card, with(of(Mode::identify), code), 0xB0);
    CHECK(verdict.outcome == Outcome::good);
    CHECK(verdict.atc == 0xB4);
    CHECK(verdict.candidates == 1);
  }
  const Verdict verdict = judged(card, with(respond("4815"), "36473333"), 0xD0);
  CHECK(verdict.outcome == Outcome::good);
  CHECK(verdict.atc == 0xD1);
}

TEST_CASE("a code with zeros in front is good with them and without them") {
  CodeMaker maker(kApplications[0]);
  std::string code;
  std::uint16_t atc = 0;
  do {
    maker.next_atc(++atc);
    code = maker.code(of(Mode::identify));
  } while (code.size() > 7);
  for (const std::string& each : {code, "0" + code, std::string(8 - code.size(), '0') + code}) {
    CAPTURE(each);
    CHECK(
        judged(maker.record(), with(of(Mode::identify), each), static_cast<std::uint16_t>(atc - 1)).outcome ==
        Outcome::good);
  }
}

// IMK, PAN, PSN, ATC and UN of the host command K2: the cryptogram alone, of a card that gave an AAC and saw
// no PIN.
TEST_CASE("the example of K2 is computed") {
  CardRecord card;
  card.master_key = keys::master_key(keys::MasterKeyOption::a, key("9E15204313F7318ACB79B90BD986AD29"),
                                     "64140000000367", "01");
  card.scheme = keys::Scheme::cvn16;
  card.aip = bytes("0000");
  card.cdol1 = bytes("9F0206 9F0306 9F1A02 9505 5F2A02 9A03 9C01 9F3704");
  card.iad = {{IadPiece::Kind::cvr, {}}};
  card.cvr = {CvrFormat::mchip, bytes("800001240000")};
  card.mask = bytes("0000FF000000000000FFFF");
  REQUIRE_FALSE(fault(card));
  Submission submission = respond("53446578");
  Inputs inputs;
  REQUIRE_FALSE(read_inputs(submission, card, inputs));
  const Circumstances circumstances{false, Circumstances::Pin::not_asked};
  ExpectedAc expected(card);
  expected.expect(inputs, *issuer_data(card, circumstances), circumstances);
  CHECK(hex(expected.at(7)) == "1D8F14549EDED2D6");
}

// The end of the inputs that were published with cryptograms of each scheme; none of those cards was asked
// for a PIN.
TEST_CASE("what follows the ATC under the MAC is as published for each scheme") {
  struct Row {
    keys::Scheme scheme;
    const char* before;  // of the IAD
    CvrFormat format;
    const char* cvr;
    const char* tail;
  };
  const auto row = GENERATE(values<Row>({
      {keys::Scheme::cvn10, "06010A", CvrFormat::visa, "03006010", "03A06010"},
      {keys::Scheme::cvn16, "0110", CvrFormat::mchip, "050003220000", "A00003220000"},
      {keys::Scheme::cvn18, "060112", CvrFormat::visa, "0307B800", "06011203A0B800"},
      {keys::Scheme::cvn20, "0114", CvrFormat::mchip, "000003220000", "A00003220000"},
  }));
  CardRecord card;
  card.scheme = row.scheme;
  card.iad = {{IadPiece::Kind::fixed, bytes(row.before)}, {IadPiece::Kind::cvr, {}}};
  card.cvr = {row.format, bytes(row.cvr)};
  const Circumstances circumstances{true, Circumstances::Pin::not_asked};
  CHECK(hex(mac_tail(card, *issuer_data(card, circumstances), circumstances)) == row.tail);
}

// In recorded French and Belgian sessions.
TEST_CASE("the CVR of a right PIN has the bits that recorded cards have") {
  CardRecord card;
  card.iad = {{IadPiece::Kind::cvr, {}}};
  card.cvr = {CvrFormat::visa, bytes("03008000")};
  CHECK(hex(issuer_data(card, {})->iad) == "03A48000");
  card.cvr = {CvrFormat::mchip, bytes("000003040000")};
  CHECK(hex(issuer_data(card, {})->iad) == "A50003040000");
}

}  // namespace
}  // namespace sesame::issuer
