// Codes of the product's own reader, from every shipped card and in every mode: card and issuer share no
// logic but keys.
#include <catch2/catch.hpp>

#include <random>

#include "host/issuer/signed_text.hpp"
#include "tests/host/issuer/code_maker.hpp"

namespace sesame::issuer {
namespace {

using namespace test;

constexpr int kCodes = 1000;

std::string digits(std::mt19937& random, std::size_t most) {
  const std::size_t size = 1 + random() % most;
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('0' + random() % 10);
  text.back() = static_cast<char>('1' + random() % 9);  // not zero
  return text;
}

Submission random_submission(Mode mode, std::mt19937& random, bool currency) {
  switch (mode) {
    case Mode::identify: break;
    case Mode::respond: return respond(digits(random, 8));
    case Mode::sign: {
      auto challenge = random() % 2 == 0 ? std::optional(digits(random, 8)) : std::nullopt;
      return sign(std::move(challenge), digits(random, 12),
                  currency ? std::optional<std::string>("978") : std::nullopt);
    }
    case Mode::tds: {
      std::vector<std::string> numbers(1 + random() % 10);
      for (std::string& number : numbers) number = digits(random, 10);
      return sign_numbers(std::move(numbers));
    }
  }
  return of(Mode::identify);
}

// Each of a random ATC, and of one that is anywhere in the window: accepted, and then not.
void accept_each_once(CodeMaker& maker, Mode mode, bool currency = true) {
  std::mt19937 random(2026);
  Judge judge(maker.record());
  int accepted = 0, twice = 0;
  for (int i = 0; i < kCodes; ++i) {
    const auto atc = static_cast<std::uint16_t>(1 + random() % 0xFFFF);
    const auto last =
        static_cast<std::uint16_t>(atc - 1U - random() % std::min<std::uint32_t>(atc, maker.record().window));
    maker.next_atc(atc);
    Submission submission = random_submission(mode, random, currency);
    const std::string code = maker.code(submission);
    submission = with(std::move(submission), code);
    const Verdict verdict = judge.judge(submission, last);
    if (verdict.outcome == Outcome::good && verdict.atc == atc) ++accepted;
    if (judge.judge(submission, atc).outcome == Outcome::good) ++twice;
  }
  CHECK(accepted == kCodes);
  CHECK(twice == 0);
}

TEST_CASE("every code of every shipped card is accepted once, in every mode that the card has") {
  for (const Application& application : kApplications) {
    CodeMaker maker(application);
    for (const Mode mode : {Mode::identify, Mode::respond, Mode::tds}) {
      CAPTURE(application.card, application.aid, to_string(mode));
      accept_each_once(maker, mode);
    }
  }
}

TEST_CASE("the code of a text that a connected reader has signed is that text's, of every shipped card") {
  for (const Application& application : kApplications) {
    CAPTURE(application.card, application.aid);
    CodeMaker maker(application);
    Judge judge(maker.record());
    for (std::uint16_t atc = 1; atc <= 20; ++atc) {
      const std::string text = "Pay EUR 12." + std::to_string(10 + atc) + " to NL00 TEST 0123 4567 89";
      maker.next_atc(atc);
      const std::string code = maker.code_of_text(text);
      const auto outcome = [&](const std::string& signed_text) {
        const auto last = static_cast<std::uint16_t>(atc - 1);
        return judge.judge(with(sign_numbers(numbers_of_text(signed_text)), code), last).outcome;
      };
      CHECK(outcome(text) == Outcome::good);
      CHECK(outcome(text + "0") != Outcome::good);
      CHECK(judge.judge(with(of(Mode::identify), code), static_cast<std::uint16_t>(atc - 1)).outcome !=
            Outcome::good);
    }
  }
}

TEST_CASE("every signature is accepted once, of a card that takes the amount, with or without the currency") {
  CodeMaker both(card_text("sesame-card", R"(iaf = "00")", R"(iaf = "80")"), kApplications[0]);
  accept_each_once(both, Mode::sign);
  CodeMaker amount(card_text("bank-card", R"(iaf = "00")", R"(iaf = "A0")"), kApplications[1]);
  accept_each_once(amount, Mode::sign, false);
  CodeMaker psn(card_text("aes-card", R"(iaf = "40")", R"(iaf = "C0")"), kApplications[3]);
  accept_each_once(psn, Mode::sign);
}

TEST_CASE("of a reference the last 8 digits count, as in the readers that take longer ones") {
  CodeMaker maker(card_text("sesame-card", R"(iaf = "00")", R"(iaf = "80")"), kApplications[0]);
  Judge judge(maker.record());
  maker.next_atc(1);
  const std::string code = maker.code(sign("56789012", "1234", "978"));
  const auto outcome = [&](const std::string& reference) {
    return judge.judge(with(sign(reference, "1234", "978"), code), 0).outcome;
  };
  CHECK(outcome("56789012") == Outcome::good);
  CHECK(outcome("123456789012") == Outcome::good);
  CHECK(outcome("00000000000056789012") == Outcome::good);
  CHECK(outcome("567890120") != Outcome::good);
}

// The schemes that no shipped card has.
TEST_CASE("codes of every key scheme are accepted") {
  struct Row {
    const char* name;
    const char* card;
    const char* cryptogram;
  };
  const auto row = GENERATE(values<Row>({
      {"cvn17", "sesame-card", R"(scheme = "cvn17"
mk = "0123456789ABCDEF 0011223344556677"
iad = "0110{cvr}0000{counters}"
cvr = { format = "mchip", template = "A50003040000" }
counters = "0102030405060708")"},
      {"cvn21", "sesame-card", R"(scheme = "cvn21"
imk = "0123456789ABCDEF 0011223344556677"
iad = "0110{cvr}0000"
cvr = { format = "mchip", template = "A50003040000" }
counters = "0102030405060708")"},
      {"cvn18", "sesame-card", R"(scheme = "cvn18"
imk = "0123456789ABCDEF 0011223344556677"
iad = "060112{cvr}"
cvr = { format = "visa", template = "03A48000" })"},
      {"ccd-3des", "sesame-card", R"(scheme = "ccd-3des"
imk = "0123456789ABCDEF 0011223344556677"
iad = "0F A5 01 {cvr} {counters} 0F 000000000000000000000000000000"
cvr = { format = "ccd", template = "A038000000" }
counters = "0000000000000000")"},
      {"ccd-3des, the list", "sesame-card", R"(scheme = "ccd-3des"
mac_input = "list"
imk = "0123456789ABCDEF 0011223344556677"
iad = "0F A5 01 {cvr} {counters} 0F 000000000000000000000000000000"
cvr = { format = "ccd", template = "A038000000" }
counters = "0000000000000000")"},
      {"tree 2/16", "sesame-card", R"(scheme = "tree"
tree = "2/16/000102030405060708090A0B0C0D0E0F"
mk = "0123456789ABCDEF 0011223344556677"
iad = "06770A{cvr}"
cvr = { format = "visa", template = "03A48000" }
mac_cvr = { format = "mchip", template = "A50006040000" })"},
  }));
  CAPTURE(row.name);
  std::string text = card_text(row.card);
  text.resize(text.find("[applications.cryptogram]"));
  CodeMaker maker(text + "[applications.cryptogram]\n" + row.cryptogram + "\n", kApplications[0]);
  REQUIRE_FALSE(fault(maker.record()));
  for (const std::uint16_t atc : std::initializer_list<std::uint16_t>{1, 2, 0x1234, 0xFFFF}) {
    maker.next_atc(atc);
    const Submission submission = respond("4711");
    const Verdict verdict = judged(maker.record(), with(respond("4711"), maker.code(submission)),
                                   static_cast<std::uint16_t>(atc - 1));
    CHECK(to_string(verdict.outcome) == "good");
    CHECK(verdict.atc == atc);
  }
}

}  // namespace
}  // namespace sesame::issuer
