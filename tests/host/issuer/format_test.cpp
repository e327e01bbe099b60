// Submissions that no reader's user can have had.
#include <catch2/catch.hpp>

#include <random>

#include "tests/host/issuer/code_maker.hpp"

namespace sesame::issuer {
namespace {

using namespace test;

const CardRecord& card(std::string_view iaf) {
  static CardRecord record = record_of(card::load_card("sesame-card"), 0);
  record.iaf = bytes(iaf)[0];
  return record;
}

std::string refusal(Submission submission, std::string_view iaf = "80", std::string_view code = "42511495") {
  const Verdict verdict = judged(card(iaf), with(std::move(submission), code), 0);
  if (verdict.outcome != Outcome::format) return std::string(to_string(verdict.outcome));
  return to_string(verdict.format);
}

TEST_CASE("a code that cannot be one of this card is told from one that could") {
  const Submission identify = of(Mode::identify);
  const auto of_code = [](std::string_view code) { return refusal(of(Mode::identify), "00", code); };
  CHECK(of_code("") == "the code is missing");
  CHECK(of_code(" \t ") == "the code is missing");
  CHECK(of_code("4251149x") == "the code is malformed");
  CHECK(of_code("-4251149") == "the code is malformed");
  CHECK(of_code("４２") == "the code is malformed");
  CHECK(of_code(std::string(107, '0')) == "the code is malformed");
  CHECK(of_code(std::string(100'000, ' ')) == "the code is malformed");
  CHECK(of_code(std::string(106, '9')) == "the code is no code of this card");
  CHECK(of_code("67108864") == "the code is no code of this card");  // 2^26
  CHECK(of_code("67108863") == "invalid");
  CHECK(of_code(std::string(98, '0') + "67108863") == "invalid");
}

TEST_CASE("each function takes its own inputs, and no zero that would make it another") {
  CHECK(refusal(of(Mode::identify)) == "invalid");
  CHECK(refusal(of(Mode::respond)) == "the challenge is missing");
  CHECK(refusal(respond("")) == "the challenge is malformed");
  CHECK(refusal(respond("12 34")) == "the challenge is malformed");
  CHECK(refusal(respond("123456789")) == "the challenge is malformed");
  CHECK(refusal(respond("0")) == "the challenge is zero");
  CHECK(refusal(respond("00000000")) == "the challenge is zero");
  CHECK(refusal(respond("00000001")) == "invalid");

  CHECK(refusal(of(Mode::sign)) == "the amount is missing");
  CHECK(refusal(sign("1", "0")) == "the amount is zero");
  CHECK(refusal(sign("0", "100")) == "the challenge is zero");
  CHECK(refusal(sign("12345678901234567890", "100")) == "invalid");
  CHECK(refusal(sign("123456789012345678901", "100")) == "the challenge is malformed");
  CHECK(refusal(sign("100000000", "100")) == "the challenge is zero");
  CHECK(refusal(sign("1", "1234567890123")) == "the amount is malformed");
  CHECK(refusal(sign("1", "1.00")) == "the amount is malformed");
  CHECK(refusal(sign("1", "100", std::nullopt)) == "the currency is missing");
  CHECK(refusal(sign("1", "100", "EUR")) == "the currency is malformed");
  CHECK(refusal(sign("1", "100", "000")) == "the currency is zero");
  CHECK(refusal(sign("1", "100")) == "invalid");
  CHECK(refusal(sign(std::nullopt, "100")) == "invalid");
  CHECK(refusal(sign("1", "100", std::nullopt), "A0") == "invalid");
  CHECK(refusal(sign("1", "100"), "00") == "the amount is not used by this card");

  CHECK(refusal(of(Mode::tds)) == "the numbers to sign are missing");
  CHECK(refusal(sign_numbers({""})) == "the numbers to sign are malformed");
  CHECK(refusal(sign_numbers({"1", ""})) == "the numbers to sign are malformed");
  CHECK(refusal(sign_numbers({"12345678901"})) == "the numbers to sign are malformed");
  CHECK(refusal(sign_numbers(std::vector<std::string>(11, "1"))) == "the numbers to sign are malformed");
  CHECK(refusal(sign_numbers(std::vector<std::string>(10, "0"))) == "invalid");
}

TEST_CASE("an input of another function is refused, not left out") {
  for (const Mode mode : {Mode::identify, Mode::tds, Mode::respond}) {
    Submission submission = mode == Mode::respond ? respond("1") : of(mode);
    submission.amount = "100";
    CHECK(refusal(std::move(submission)) == "the amount is not taken by this function");
  }
  Submission identify = of(Mode::identify);
  identify.challenge = "1";
  CHECK(refusal(std::move(identify)) == "the challenge is not taken by this function");
  Submission responded = respond("1");
  responded.tds = {"1"};
  CHECK(refusal(std::move(responded)) == "the numbers to sign are not taken by this function");
  Submission currency = respond("1");
  currency.currency = "978";
  CHECK(refusal(std::move(currency)) == "the currency is not taken by this function");
}

TEST_CASE("a Belgian code tells the bits that it was made of, or is invalid") {
  CardRecord belgian = record_of(card::load_card("belgian-card"), 0);
  REQUIRE(belgian.rule == CodeRule::belgian);
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    cap::TokenInput input;
    for (std::uint8_t& byte : input.ac) byte = static_cast<std::uint8_t>(random());
    for (std::uint8_t& byte : input.atc) byte = static_cast<std::uint8_t>(random());
    cap::Digits digits;
    cap::token_belgian(input, digits);
    Answer answer;
    REQUIRE_FALSE(spread(std::string(digits.begin(), digits.end()), belgian, answer));
    CHECK((answer.atc == input.atc[1] && answer.ac[5] == (input.ac[5] & 3) && answer.ac[6] == input.ac[6] &&
           answer.ac[7] == input.ac[7]));
  }
  Answer answer;
  const auto fits = [&](std::string_view code) { return !spread(code, belgian, answer); };
  CHECK(fits("0"));
  CHECK(fits("67108860"));  // 2^26 - 4, whose last digit is 0
  CHECK_FALSE(fits("67108870"));
  CHECK_FALSE(fits("100000000"));
  CHECK_FALSE(fits("5300000000000"));
}

}  // namespace
}  // namespace sesame::issuer
