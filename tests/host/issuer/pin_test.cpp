// Codes that the card made without the PIN, or did not want to make.
#include <catch2/catch.hpp>

#include "host/issuer/why_refused.hpp"
#include "tests/host/issuer/code_maker.hpp"

namespace sesame::issuer {
namespace {

using namespace test;
using Pin = Rogue::Pin;

// The mask of the Sésame card has no bit of the CID, nor has Visa's; those of the other two have.
const Application kNoCid = kApplications[0], kCid = kApplications[1], kPaysToo = kApplications[2],
                  kAes = kApplications[3];

TEST_CASE("a code that was made without the PIN, or declined, is refused, and the audit learns why") {
  struct Row {
    const char* what;
    Application application;
    bool needs_pin;
    Rogue rogue;
    Outcome outcome;
    Cause cause;
  };
  const std::vector<Row> rows{
      {"a declined one", kNoCid, true, {true, Pin::not_asked}, Outcome::invalid, Cause::declined},
      {"a declined one", kCid, true, {true, Pin::not_asked}, Outcome::not_an_arqc, Cause::declined},
      {"a declined one", kPaysToo, true, {true, Pin::not_asked}, Outcome::not_an_arqc, Cause::declined},
      {"a declined one", kAes, true, {true, Pin::wrong}, Outcome::not_an_arqc, Cause::declined},
      {"an AAC that was asked for", kNoCid, true, {false, Pin::right}, Outcome::invalid, Cause::declined},
      {"an AAC that was asked for", kCid, true, {false, Pin::right}, Outcome::not_an_arqc, Cause::declined},
      {"an ARQC without PIN", kNoCid, false, {true, Pin::not_asked}, Outcome::invalid, Cause::without_pin},
      {"an ARQC without PIN", kCid, false, {true, Pin::not_asked}, Outcome::invalid, Cause::without_pin},
      {"an ARQC without PIN", kAes, false, {true, Pin::not_asked}, Outcome::invalid, Cause::without_pin},
      {"an ARQC after a wrong PIN", kNoCid, false, {true, Pin::wrong}, Outcome::invalid, Cause::wrong_pin},
      {"an ARQC after a wrong PIN", kCid, false, {true, Pin::wrong}, Outcome::invalid, Cause::wrong_pin},
      {"an ARQC after a wrong PIN", kAes, false, {true, Pin::wrong}, Outcome::invalid, Cause::wrong_pin},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what, row.application.card);
    const std::string text = row.needs_pin
                                 ? card_text(row.application.card)
                                 : card_text(row.application.card, "cdol1 =", "needs_pin = false\ncdol1 =");
    CodeMaker maker(text, row.application);
    maker.next_atc(7);
    const Submission submission = with(of(Mode::identify), maker.rogue_code(row.rogue));
    const Verdict verdict = judged(maker.record(), submission, 5);
    CHECK(to_string(verdict.outcome) == to_string(row.outcome));
    const Inquiry inquiry = why_refused(maker.record(), submission, 5, verdict);
    CHECK(to_string(inquiry.cause) == to_string(row.cause));
    CHECK(inquiry.verdict.outcome ==
          (row.cause == Cause::declined ? Outcome::not_an_arqc : Outcome::verification_results_wrong));
    CHECK(inquiry.verdict.atc == 7);
  }
}

TEST_CASE("the same answer with the right PIN is good") {
  for (const Application& application : {kNoCid, kCid, kPaysToo, kAes}) {
    CodeMaker maker(application);
    maker.next_atc(7);
    CHECK(judged(maker.record(), with(of(Mode::identify), maker.rogue_code({})), 5).outcome == Outcome::good);
  }
}

// The mask takes the bits of the PIN themselves.
TEST_CASE("a code that says by its bits that there was no PIN is refused by them") {
  const std::string text = card_text("sesame-card", "00000000008000", "00000000078000");
  CodeMaker maker(
      text.substr(0, text.find("cdol1 =")) + "needs_pin = false\n" + text.substr(text.find("cdol1 =")),
      kNoCid);
  maker.next_atc(7);
  const Verdict verdict =
      judged(maker.record(), with(of(Mode::identify), maker.rogue_code({true, Pin::not_asked})), 5);
  CHECK(verdict.outcome == Outcome::verification_results_wrong);
  maker.next_atc(7);
  CHECK(judged(maker.record(), with(of(Mode::identify), maker.rogue_code({})), 5).outcome == Outcome::good);
}

}  // namespace
}  // namespace sesame::issuer
