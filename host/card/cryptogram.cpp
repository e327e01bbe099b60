#include "host/card/cryptogram.hpp"

#include <algorithm>
#include <stdexcept>

#include "firmware/core/emv/tags.hpp"

namespace sesame::card {

namespace tag = emv::tag;

// ---- what the CVR tells

namespace {

// Byte and bits that all three formats share: the types of both cryptograms. 10 in the place of the second:
// not asked for yet.
std::uint8_t ac_types(const TransactionFacts& facts) {
  const auto second = facts.second ? static_cast<std::uint8_t>(*facts.second) : 0x80;
  return static_cast<std::uint8_t>(second | static_cast<std::uint8_t>(facts.first) >> 2);
}

void set(std::uint8_t& byte, std::uint8_t bits, bool on) {
  byte = static_cast<std::uint8_t>(on ? byte | bits : byte & ~bits);
}

void set_types(std::uint8_t& byte, const TransactionFacts& facts) {
  byte = static_cast<std::uint8_t>((byte & 0x0F) | ac_types(facts));
}

}  // namespace

Cvr card_verification_results(const CvrTemplate& cvr, const TransactionFacts& facts) {
  Cvr out;
  if (!out.assign(cvr.bytes)) throw std::length_error("CVR template: more than 6 bytes");
  const bool pin_failed = facts.pin_performed && !facts.pin_ok;
  switch (cvr.format) {
    case CvrFormat::visa:  // out[0] is the length 03
      set_types(out[1], facts);
      set(out[1], 0x04, facts.pin_performed);
      set(out[1], 0x02, pin_failed);
      set(out[1], 0x01, facts.unable_to_go_online);
      break;
    case CvrFormat::mchip:
      set_types(out[0], facts);
      set(out[0], 0x04, facts.pin_performed);
      set(out[0], 0x01, facts.pin_performed && facts.pin_ok);
      break;
    case CvrFormat::ccd:  // EMV 4.3 Book 3, annex C9.3
      set_types(out[0], facts);
      out[1] = static_cast<std::uint8_t>((out[1] & 0x01) | facts.tries_left << 4);
      set(out[1], 0x08, facts.pin_performed);
      set(out[1], 0x04, pin_failed);
      set(out[1], 0x02, facts.tries_left == 0);
      break;
  }
  return out;
}

// ---- IAD and MAC

Cryptograms::Cryptograms(const Application& application)
    : application_(application),
      scheme_(keys::rules(application.cryptogram.scheme)),
      session_keys_(scheme_.session_key, application.cryptogram.master_key, application.cryptogram.tree),
      un_(find_in_dol(application.cdol1, tag::unpredictable_number)) {
  find_listed_data();
}

void Cryptograms::find_listed_data() {
  static constexpr std::array<emv::Tag, 8> kList{
      tag::amount_authorised,    tag::amount_other,     tag::terminal_country, tag::tvr,
      tag::transaction_currency, tag::transaction_date, tag::transaction_type, tag::unpredictable_number};
  for (const emv::Tag wanted : kList) {
    const auto in_first = find_in_dol(application_.cdol1, wanted);
    const auto in_second = find_in_dol(application_.cdol2, wanted);
    if (in_first) listed_[0].push_back({*in_first, 0});
    // What the second list does not repeat is as it was.
    if (in_first || in_second) listed_[1].push_back(in_second ? Listed{*in_second, 1} : Listed{*in_first, 0});
  }
}

void Cryptograms::begin(std::uint16_t atc, Bytes cdol1_data) {
  atc_ = atc;
  cdol1_data_.assign(cdol1_data.begin(), cdol1_data.end());
  keys::Un un{};
  if (un_ && un_->length == un.size()) {
    const Bytes sent = un_->of(cdol1_data_);
    std::copy(sent.begin(), sent.end(), un.begin());
  }
  mac_key_.emplace(scheme_.mac, session_keys_.derive(atc, un));
}

Cryptograms::Answer Cryptograms::generate(const TransactionFacts& facts, Bytes data) {
  Answer answer;
  build_iad(facts, answer.iad);
  input_.clear();
  append_terminal_data(facts.second ? 1 : 0, data);
  append(input_, application_.aip);
  input_.push_back(static_cast<std::uint8_t>(atc_ >> 8));
  input_.push_back(static_cast<std::uint8_t>(atc_));
  append_tail(facts, answer.iad);
  answer.ac = mac_key_->mac(input_, scheme_.padding);
  return answer;
}

void Cryptograms::build_iad(const TransactionFacts& facts, Buffer<32>& iad) const {
  bool fits = true;
  const CryptogramRules& rules = application_.cryptogram;
  for (const IadPiece& piece : rules.iad) {
    switch (piece.kind) {
      case IadPiece::Kind::fixed: fits = fits && iad.append(piece.bytes); break;
      case IadPiece::Kind::cvr: fits = fits && iad.append(card_verification_results(rules.cvr, facts)); break;
      case IadPiece::Kind::counters: fits = fits && iad.append(rules.counters); break;
    }
  }
  if (!fits) throw std::length_error("IAD template: more than 32 bytes");
}

void Cryptograms::append_terminal_data(std::size_t which, Bytes data) {
  if (application_.cryptogram.mac_input == MacInput::cdol) return append(input_, data);
  for (const Listed& listed : listed_[which]) {
    append(input_, listed.part.of(listed.sent_with == which ? data : Bytes(cdol1_data_)));
  }
}

void Cryptograms::append_tail(const TransactionFacts& facts, Bytes iad) {
  using keys::Scheme;
  const CryptogramRules& rules = application_.cryptogram;
  switch (rules.scheme) {
    case Scheme::cvn18:
    case Scheme::ccd_3des:
    case Scheme::ccd_aes: return append(input_, iad);
    case Scheme::cvn10:
    case Scheme::cvn16:
    case Scheme::cvn17:
    case Scheme::cvn20:
    case Scheme::cvn21:
    case Scheme::tree: append(input_, card_verification_results(rules.mac_cvr.value_or(rules.cvr), facts));
  }
  if (rules.scheme == Scheme::cvn17 || rules.scheme == Scheme::cvn21) append(input_, rules.counters);
}

}  // namespace sesame::card
