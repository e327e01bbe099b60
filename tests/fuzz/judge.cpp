// Any submission to any record has a verdict; and what the reader's own reading of the mask makes of an
// answer that the issuer expects is good.
#include "host/issuer/judge.hpp"

#include "firmware/core/cap/token.hpp"
#include "host/issuer/why_refused.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace sesame;
using namespace sesame::issuer;
using namespace sesame::fuzz;

namespace {

constexpr std::uint8_t kCdol1[] = {0x9F, 0x02, 0x06, 0x9F, 0x03, 0x06, 0x9F, 0x1A, 0x02, 0x95, 0x05,
                                   0x5F, 0x2A, 0x02, 0x9A, 0x03, 0x9C, 0x01, 0x9F, 0x37, 0x04};

CardRecord record(Input& input) {
  CardRecord card;
  const std::size_t schemes = keys::schemes().size();
  card.scheme = keys::schemes()[input.byte() % schemes].scheme;
  card.terminal = static_cast<Terminal>(input.below(5));
  card.mac_input = static_cast<MacInput>(input.below(2));
  card.rule = static_cast<CodeRule>(input.below(8) == 0);
  card.iaf = input.byte();
  card.psn = input.byte();
  card.window = static_cast<std::uint16_t>(1 + input.below(40));
  card.aip = {0x10, 0x00};
  card.cdol1.assign(std::begin(kCdol1), std::end(kCdol1));
  if (input.below(8) == 0) card.cdol1 = input.chunk();
  const bool ccd = card.scheme == keys::Scheme::ccd_3des || card.scheme == keys::Scheme::ccd_aes;
  const bool visa = card.scheme == keys::Scheme::cvn10 || card.scheme == keys::Scheme::cvn18;
  card.cvr.format = ccd ? CvrFormat::ccd : visa ? CvrFormat::visa : CvrFormat::mchip;
  card.cvr.bytes = input.take(ccd ? 5 : visa ? 4 : 6);
  card.iad = {{IadPiece::Kind::fixed, input.take(input.below(24))}, {IadPiece::Kind::cvr, {}}};
  card.counters = input.take(8);
  if (input.below(4) == 0) card.iad.push_back({IadPiece::Kind::counters, {}});
  card.mask = input.take(input.below(46));
  return card;
}

std::string text(Input& input, unsigned most) {
  const auto bytes = input.take(input.below(most));
  return {bytes.begin(), bytes.end()};
}

Submission submission(Input& input) {
  Submission made;
  made.mode = static_cast<Mode>(input.below(4));
  const bool any = input.below(4) == 0;
  if (any || made.mode == Mode::respond) made.challenge = any ? text(input, 12) : "4711";
  if (any || made.mode == Mode::sign) made.amount = any ? text(input, 16) : "1234";
  if (any || made.mode == Mode::sign) made.currency = any ? text(input, 5) : "978";
  if (made.mode == Mode::tds) made.tds = {any ? text(input, 12) : "0815", "42"};
  return made;
}

// As a reader shows them.
std::string digits(const CardRecord& card, const keys::Mac& ac, std::uint16_t atc, const IssuerData& data) {
  cap::TokenInput token;
  if ((card.iaf & 0x40) != 0) token.psn = card.psn;
  token.cid = 0x80;
  token.atc = {static_cast<std::uint8_t>(atc >> 8), static_cast<std::uint8_t>(atc)};
  token.ac = ac;
  token.iad = data.iad;
  cap::Digits shown;
  if (card.rule == CodeRule::belgian) {
    cap::token_belgian(token, shown);
  } else {
    require(!cap::token_by_ipb(cap::token_data(token), card.mask, shown), "the mask fits the data");
  }
  return {shown.begin(), shown.end()};
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  Input input(bytes, size);
  const CardRecord card = record(input);
  Submission given = submission(input);
  const auto last = static_cast<std::uint16_t>(input.byte() << 8 | input.byte());
  Judge judge(card);

  given.code = SecretString(text(input, 60));
  Verdict verdict = judge.judge(given, last);
  require((verdict.outcome == Outcome::could_not_check) == fault(card).has_value(),
          "a fault is named, and nothing else");
  require(verdict.candidates <= card.window, "no ATC beyond the window is tried");
  require((verdict.outcome == Outcome::good) == verdict.atc.has_value(), "a good code has an ATC");
  why_refused(card, given, last, verdict);

  Inputs inputs;
  if (fault(card) || read_inputs(given, card, inputs) || last == 0xFFFF) return 0;
  const auto atc =
      static_cast<std::uint16_t>(std::min<unsigned>(0xFFFF, last + 1U + input.below(card.window)));
  const IssuerData data = *issuer_data(card, {});
  ExpectedAc expected(card);
  expected.expect(inputs, data, {});
  given.code = SecretString(digits(card, expected.at(atc), atc, data));
  verdict = judge.judge(given, last);
  require(verdict.outcome == Outcome::good && *verdict.atc >= atc, "a right code is good");
  return 0;
}
