// A whole dialogue with a card that is a list of steps: the code that it ends in, or the fault.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "firmware/core/cap/transaction.hpp"
#include "tests/firmware/core/dialogue.hpp"
#include "tests/firmware/core/hex.hpp"
#include "tests/firmware/core/profiles.hpp"

namespace sesame::test {

using cap::Transaction;
using cap::TransactionState;

inline const cap::TransactionRules kCapOnly{{kDedicatedOnly, 1}, false, false};  // tries one application
inline const cap::TransactionRules kCapAndDpa{kDedicatedOnly, false, false};
inline const cap::TransactionRules kWithDirectory{{kDedicatedOnly, 1}, true, false};
inline const cap::TransactionRules kBelgian{kAllApplications, false, true};

// A card that has one answer, to one command, at each step; anything else fails the test.
class ScriptedCard {
 public:
  explicit ScriptedCard(Dialogue dialogue) : dialogue_(std::move(dialogue)) {}

  ByteVector answer(Bytes command) {
    const std::string sent = hex(command);
    if (next_ == dialogue_.size()) FAIL("the card expected no more commands, and got " << sent);
    const Step& step = dialogue_[next_++];
    if (sent != hex(bytes(step.command))) {
      FAIL("at " << step.name << " the card expected " << step.command << " and got " << sent);
    }
    return bytes(step.response);
  }

  bool finished() const { return next_ == dialogue_.size(); }

 private:
  Dialogue dialogue_;
  std::size_t next_ = 0;
};

template <class Card>
TransactionState play(Transaction& transaction, Card& card) {
  while (transaction.pending()) transaction.answer(card.answer(transaction.command()));
  return transaction.state();
}

inline void verify(Transaction& transaction, std::string_view digits) {
  cap::Pin pin;
  REQUIRE(pin.append(digits));
  transaction.verify(pin);
}

// The whole dialogue, as far as it goes.
template <class Card>
TransactionState run(Transaction& transaction, Card& card, const cap::TransactionRules& rules = kCapOnly,
                     const cap::Inputs& inputs = {}) {
  transaction.select(rules);
  if (play(transaction, card) != TransactionState::selected) return transaction.state();
  transaction.prepare();
  if (play(transaction, card) != TransactionState::prepared) return transaction.state();
  verify(transaction, "1234");
  if (play(transaction, card) != TransactionState::verified) return transaction.state();
  transaction.generate(inputs);
  return play(transaction, card);
}

inline std::string code(Transaction& transaction, const std::vector<cap::TdsNumber>& tds = {}) {
  cap::Digits digits;
  if (!transaction.code(tds, digits)) return "no code: " + std::string(why(transaction.fault()));
  return text(digits);
}

// The code that a dialogue ends in; every step of it must happen.
inline std::string code_of(const Dialogue& dialogue, const cap::TransactionRules& rules = kCapOnly,
                           const cap::Inputs& inputs = {}) {
  ScriptedCard card(dialogue);
  Transaction transaction;
  const TransactionState state = run(transaction, card, rules, inputs);
  INFO(to_string(transaction.fault().command) << ": " << why(transaction.fault()));
  REQUIRE(state == TransactionState::done);
  REQUIRE(card.finished());
  REQUIRE(transaction.fault().kind == cap::Fault::Kind::none);
  return code(transaction);
}

// The fault that a dialogue ends in; every step of it must happen.
inline cap::Fault fault_of(const Dialogue& dialogue, const cap::TransactionRules& rules = kCapOnly) {
  ScriptedCard card(dialogue);
  Transaction transaction;
  REQUIRE(run(transaction, card, rules) == TransactionState::failed);
  REQUIRE(card.finished());
  REQUIRE_FALSE(transaction.pending());
  return transaction.fault();
}

inline std::string record(const std::string& content) { return tlv("70", content) + kOk; }

inline const Dialogue kNoCap = {{"SELECT CAP", "00A4040007A000000004800200", "6A82"}};

// The session with the card's Visa application, of this name; a Visa application is told another date.
inline Dialogue visa(std::string_view aid, std::string_view proprietary = "") {
  Dialogue dialogue = with(identify(), "SELECT", fci(aid, proprietary));
  dialogue[0].command = "00A4040007" + std::string(aid) + "00";
  const std::string data = cdol1_data("000000000000", "0000", "00000000", "010101");
  dialogue[6].command = first_generate_ac(data);
  dialogue[7].command = second_generate_ac(data);
  return dialogue;
}
inline Dialogue dpa() { return visa("A0000000038002"); }

inline std::string visa_default_code() {
  cap::TokenInput input;
  input.cid = 0x80;
  input.atc = array<2>("00B4");
  input.ac = array<8>("7F32A79FDA945643");
  const ByteVector iad = bytes("06770A03A48000");
  input.iad = iad;
  cap::Digits digits;
  REQUIRE_FALSE(cap::token_by_ipb(cap::token_data(input), cap::kVisaDefaultIpb, digits));
  return text(digits);
}

}  // namespace sesame::test
