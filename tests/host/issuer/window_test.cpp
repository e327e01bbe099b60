// Which ATC a code may have, and for what it was made.
#include <catch2/catch.hpp>

#include "host/issuer/why_refused.hpp"
#include "tests/host/issuer/code_maker.hpp"

namespace sesame::issuer {
namespace {

using namespace test;
using Atcs = std::vector<std::uint16_t>;

std::string code_at(CodeMaker& maker, std::uint16_t atc, const Submission& submission = of(Mode::identify)) {
  maker.next_atc(atc);
  return maker.code(submission);
}

Outcome outcome(CodeMaker& maker, const Submission& submission, std::string_view code, std::uint16_t last) {
  Submission given = of(submission.mode);
  given.challenge = submission.challenge;
  given.amount = submission.amount;
  given.currency = submission.currency;
  given.tds = submission.tds;
  return judged(maker.record(), with(std::move(given), code), last).outcome;
}

TEST_CASE("a code is good within the window above the last accepted ATC, and nowhere else") {
  for (const Application& application : kApplications) {
    CAPTURE(application.card, application.aid);
    CodeMaker maker(application);
    const std::string code = code_at(maker, 100);
    const Submission identify = of(Mode::identify);
    for (const std::uint16_t last : Atcs{90, 95, 99})
      CHECK(outcome(maker, identify, code, last) == Outcome::good);
    for (const std::uint16_t last : Atcs{100, 101, 0xFFFF, 89, 0}) {
      CHECK(outcome(maker, identify, code, last) == Outcome::invalid);
    }
    maker.record().window = 100;
    CHECK(outcome(maker, identify, code, 0) == Outcome::good);
  }
}

TEST_CASE("the last ATC of a card is in a window that ends there") {
  CodeMaker maker(kApplications[0]);
  const std::string code = code_at(maker, 0xFFFF);
  CHECK(outcome(maker, of(Mode::identify), code, 0xFFFA) == Outcome::good);
  CHECK(outcome(maker, of(Mode::identify), code, 0xFFFF) == Outcome::invalid);
}

TEST_CASE("what a code was made for is part of it") {
  CodeMaker maker(card_text("sesame-card", R"(iaf = "00")", R"(iaf = "80")"), kApplications[0]);
  const Submission made[] = {
      of(Mode::identify),      respond("12345678"),        respond("87654321"),    sign("1234", "100"),
      sign("1234", "10000"),   sign(std::nullopt, "100"),  sign_numbers({"1234"}), sign_numbers({"12", "34"}),
      sign_numbers({"01234"}), sign_numbers({"1234", "1"})};
  for (std::size_t i = 0; i < std::size(made); ++i) {
    const std::string code = code_at(maker, 9, made[i]);
    for (std::size_t j = 0; j < std::size(made); ++j) {
      CAPTURE(i, j);
      CHECK(outcome(maker, made[j], code, 8) == (i == j ? Outcome::good : Outcome::invalid));
    }
  }
  CHECK(outcome(maker, sign("1234", "100", "840"), code_at(maker, 9, sign("1234", "100")), 8) ==
        Outcome::invalid);
}

// Nothing says that the mask takes the low ones: here bits 12 to 5.
TEST_CASE("any bits of the ATC say which ATCs there can be") {
  const std::string text = card_text("sesame-card", "00 001F 00000000000FFFFF", "00 0FF0 00000000000FFFFF");
  CodeMaker maker(text, kApplications[0]);
  maker.record().window = 1000;
  const Submission submission = with(of(Mode::identify), code_at(maker, 0x1238));
  const Verdict verdict = judged(maker.record(), submission, 0x1000);
  CHECK(verdict.outcome == Outcome::good);
  CHECK(verdict.atc == 0x1238);
  CHECK(verdict.candidates == 16);
}

TEST_CASE("without a bit of the ATC each ATC of the window is tried") {
  const std::string text = card_text("sesame-card", "00 001F 00000000000FFFFF", "00 0000 00000000000FFFFF");
  CodeMaker maker(text, kApplications[0]);
  const Verdict verdict = judged(maker.record(), with(of(Mode::identify), code_at(maker, 12)), 3);
  CHECK(verdict.outcome == Outcome::good);
  CHECK(verdict.atc == 12);
  CHECK(verdict.candidates == 10);
}

// One bit of the AC, none of the ATC: half of the window fits.
TEST_CASE("of the ATCs that fit a code the highest is taken, so that the code is not good again") {
  const std::string text = card_text("sesame-card", "00 001F 00000000000FFFFF", "00 0000 0000000000000001");
  CodeMaker maker(text, kApplications[0]);
  maker.record().window = 40;
  const std::string code = code_at(maker, 1);
  const Verdict verdict = judged(maker.record(), with(of(Mode::identify), code), 0);
  REQUIRE(verdict.outcome == Outcome::good);
  CHECK(*verdict.atc > 20);
  maker.record().window = static_cast<std::uint16_t>(40 - *verdict.atc);
  if (maker.record().window != 0) {
    CHECK(outcome(maker, of(Mode::identify), code, *verdict.atc) == Outcome::invalid);
  }
}

TEST_CASE("bits of the IAD that the mask takes are as the code has them, all others as the template") {
  const std::string before = R"(scheme = "cvn18"
imk = "0123456789ABCDEF 0011223344556677"
iad = "060112{cvr}"
cvr = { format = "visa", template = "03A4)";
  std::string text = card_text("sesame-card");
  text.resize(text.find("[applications.cryptogram]"));
  text += "[applications.cryptogram]\n" + before;
  CodeMaker maker(text + "8000\" }\n", kApplications[0]);
  for (const auto& [template_end, good] :
       {std::pair("8000", true), std::pair("0000", true), std::pair("8001", false)}) {
    CAPTURE(template_end);
    CodeMaker other(text + template_end + "\" }\n", kApplications[0]);
    const Outcome expected = good ? Outcome::good : Outcome::invalid;
    CHECK(outcome(maker, of(Mode::identify), code_at(other, 5), 4) == expected);
  }
}

TEST_CASE("the audit learns that a code was used, is too new, or was made for something else") {
  CodeMaker maker(kApplications[0]);
  struct Row {
    std::uint16_t atc, last;
    Submission made, given;
    Cause cause;
    Outcome outcome;
    std::optional<std::uint16_t> found;
  };
  Row rows[] = {
      {50, 50, of(Mode::identify), of(Mode::identify), Cause::replayed, Outcome::replayed, 50},
      {50, 60, of(Mode::identify), of(Mode::identify), Cause::replayed, Outcome::replayed, 50},
      {50, 30, of(Mode::identify), of(Mode::identify), Cause::newer, Outcome::atc_out_of_range, 50},
      {50, 45, of(Mode::identify), respond("1234"), Cause::other_input, Outcome::invalid, 50},
      {50, 45, of(Mode::identify), sign_numbers({"1234"}), Cause::other_input, Outcome::invalid, 50},
      {50, 45, respond("1235"), respond("1234"), Cause::unknown, Outcome::invalid, std::nullopt},
  };
  for (Row& row : rows) {
    const Submission given = with(std::move(row.given), code_at(maker, row.atc, row.made));
    const Verdict verdict = judged(maker.record(), given, row.last);
    CHECK(verdict.outcome == Outcome::invalid);
    CHECK_FALSE(verdict.atc);
    const Inquiry inquiry = why_refused(maker.record(), given, row.last, verdict);
    CHECK(to_string(inquiry.cause) == to_string(row.cause));
    CHECK(inquiry.verdict.outcome == row.outcome);
    CHECK(inquiry.verdict.atc == row.found);
  }
}

}  // namespace
}  // namespace sesame::issuer
