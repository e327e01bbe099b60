// Records with which no code can be checked: from a file or a store they may hold anything.
#include <catch2/catch.hpp>

#include "tests/host/issuer/code_maker.hpp"

namespace sesame::issuer {
namespace {

using namespace test;
using Catch::Matchers::Contains;

CardRecord record() { return record_of(card::load_card("sesame-card"), 0); }

TEST_CASE("a record at fault is named, and no code of it is good") {
  struct Row {
    void (*change)(CardRecord&);
    const char* says;
  };
  const auto row = GENERATE(values<Row>({
      {[](CardRecord& card) { card.aip.clear(); }, "AIP"},
      {[](CardRecord& card) { card.cdol1.clear(); }, "CDOL1"},
      {[](CardRecord& card) { card.cdol1 = bytes("9F"); }, "CDOL1"},
      {[](CardRecord& card) { card.cdol1 = bytes("9F37FF 9501"); }, "CDOL1"},
      {[](CardRecord& card) {
         card.scheme = keys::Scheme::cvn16;
         card.cdol1 = bytes("9F3708");
       },
       "9F3704"},
      {[](CardRecord& card) { card.mac_cvr.reset(); }, "CVR under the MAC"},
      {[](CardRecord& card) { card.mac_cvr->bytes.clear(); }, "length of its format"},
      {[](CardRecord& card) { card.cvr.bytes.resize(40); }, "length of its format"},
      {[](CardRecord& card) { card.iad.clear(); }, "1 to 32 bytes"},
      {[](CardRecord& card) { card.iad[0].bytes.resize(29); }, "1 to 32 bytes"},
      {[](CardRecord& card) {
         card.iad.push_back({IadPiece::Kind::cvr, {}});
       },
       "twice"},
      {[](CardRecord& card) { card.scheme = keys::Scheme::cvn17; }, "counters"},
      {[](CardRecord& card) { card.scheme = keys::Scheme::ccd_aes; }, "format of the scheme"},
      {[](CardRecord& card) {
         card.scheme = keys::Scheme::cvn18;
         card.iad = {{IadPiece::Kind::fixed, bytes("0601120304")}};
       },
       "without the PIN"},
      {[](CardRecord& card) { card.mask.clear(); }, "no mask"},
      {[](CardRecord& card) { card.mask.push_back(0); }, "longer than the data"},
      {[](CardRecord& card) { card.mask.resize(100); }, "longer than the data"},
      {[](CardRecord& card) { card.mask = bytes("80FFFF"); }, "no bit of the AC"},
      {[](CardRecord& card) { card.window = 0; }, "window"},
      {[](CardRecord& card) { card.pin_tries = 16; }, "PIN tries"},
      {[](CardRecord& card) { card.scheme = static_cast<keys::Scheme>(9); }, "scheme"},
  }));
  CardRecord card = record();
  CHECK_FALSE(fault(card));
  row.change(card);
  REQUIRE(fault(card));
  CHECK_THAT(std::string(*fault(card)), Contains(row.says));
  const Verdict verdict = judged(card, with(of(Mode::identify), "42511495"), 0xB0);
  CHECK(verdict.outcome == Outcome::could_not_check);
  CHECK(verdict.fault == *fault(card));
}

TEST_CASE("what a card file says becomes the record of its issuer") {
  const card::Personalization bank = card::load_card("bank-card");
  CHECK(code_application(bank) == 0);
  CHECK(code_application(bank, bytes("A000000003")) == 0);
  CHECK(code_application(bank, bytes("A0000000031010")) == 2);
  CHECK_FALSE(code_application(bank, bytes("A0000000048002")));
  const CardRecord dpa = record_of(bank, 0), cb = record_of(bank, 1), visa = record_of(bank, 2);
  CHECK(dpa.terminal == Terminal::dpa);
  CHECK(ac_bits(dpa) == 16);
  CHECK(visa.terminal == Terminal::visa_payment);
  CHECK(visa.mask == ByteString(kVisaMask.begin(), kVisaMask.end()));
  CHECK(fault(cb) == "the application has no mask (IPB), and there is no usual one");

  const card::Personalization belgian = card::load_card("belgian-card");
  for (const std::size_t i : {0U, 1U}) {
    const CardRecord card = record_of(belgian, i);
    CHECK(card.rule == CodeRule::belgian);
    CHECK(card.terminal == Terminal::belgian_payment);
    CHECK(ac_bits(card) == 18);
  }
  CHECK(record_of(card::load_card("aes-card"), 0).psn == 0x01);
  CHECK(ac_bits(record()) == 20);
}

}  // namespace
}  // namespace sesame::issuer
