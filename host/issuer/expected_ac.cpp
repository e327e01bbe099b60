#include "host/issuer/expected_ac.hpp"

#include <algorithm>

#include "firmware/core/emv/tags.hpp"
#include "host/issuer/terminal_values.hpp"

namespace sesame::issuer {

namespace {

namespace tag = emv::tag;

// The first key is made with its cipher, each later one is set.
keys::MacKey& keyed(std::optional<keys::MacKey>& mac_key, keys::MacAlgorithm algorithm,
                    const keys::Key& key) {
  if (mac_key) {
    mac_key->rekey(key);
  } else {
    mac_key.emplace(algorithm, key);
  }
  return *mac_key;
}

}  // namespace

ExpectedAc::ExpectedAc(const CardRecord& card)
    : card_(card),
      scheme_(keys::rules(card.scheme)),
      session_keys_(scheme_.session_key, card.master_key, card.tree) {}

void ExpectedAc::expect(const Inputs& inputs, const IssuerData& data, const Circumstances& circumstances) {
  static constexpr std::array<emv::Tag, 8> kList{
      tag::amount_authorised,    tag::amount_other,     tag::terminal_country, tag::tvr,
      tag::transaction_currency, tag::transaction_date, tag::transaction_type, tag::unpredictable_number};
  const ByteString sent = terminal_data(card_.cdol1, card_.terminal, inputs).value_or(ByteString{});
  input_.clear();
  if (card_.mac_input == MacInput::cdol) {
    append(input_, sent);
  } else {
    for (const emv::Tag each : kList) {
      if (const auto place = place_in(card_.cdol1, each)) {
        append(input_, Bytes(sent).subspan(place->offset, place->length));
      }
    }
  }
  append(input_, card_.aip);
  atc_place_ = input_.size();
  append(input_, std::array<std::uint8_t, 2>{});
  append(input_, mac_tail(card_, data, circumstances));

  // What the session key sees is what the card was sent.
  const auto un = place_in(card_.cdol1, tag::unpredictable_number);
  un_ = {};
  if (un && un->length == un_.size())
    std::copy_n(sent.begin() + static_cast<std::ptrdiff_t>(un->offset), un_.size(), un_.begin());
  signed_data_ = inputs.signed_data;
}

keys::Mac ExpectedAc::at(std::uint16_t atc) {
  input_[atc_place_] = static_cast<std::uint8_t>(atc >> 8);
  input_[atc_place_ + 1] = static_cast<std::uint8_t>(atc);
  const bool same_key = scheme_.session_key == keys::SessionKeyMethod::none && mac_key_;
  keys::MacKey& key = same_key ? *mac_key_ : keyed(mac_key_, scheme_.mac, session_keys_.derive(atc, un_));
  const keys::Mac ac = key.mac(input_, scheme_.padding);
  return signed_data_.empty() ? ac : signed_with(ac);
}

// A CBC-MAC with single DES under the AC: algorithm 3 with both halves of its key the same.
keys::Mac ExpectedAc::signed_with(const keys::Mac& ac) {
  keys::Key key;
  std::copy(ac.begin(), ac.end(), key.bytes().begin());
  std::copy(ac.begin(), ac.end(), key.bytes().begin() + 8);
  return keyed(tds_key_, keys::MacAlgorithm::tdes_retail, key).mac(signed_data_, keys::Padding::method2);
}

}  // namespace sesame::issuer
