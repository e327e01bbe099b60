// The application cryptograms that a card would have made, ATC by ATC: EMV 4.3 Book 2, 8.1, and the choices
// of the schemes. Its ciphers are fetched once and keyed anew for each.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "host/issuer/card_record.hpp"
#include "host/issuer/issuer_data.hpp"
#include "host/issuer/submission.hpp"
#include "host/keys/mac.hpp"

namespace sesame::issuer {

// Not for two threads at once.
class ExpectedAc {
 public:
  // The record outlives it, and has no fault().
  explicit ExpectedAc(const CardRecord& card);

  // From here on at() is about an answer with these inputs and this IAD.
  void expect(const Inputs& inputs, const IssuerData& data, const Circumstances& circumstances);
  // What stands in the place of the AC: with numbers signed, what the reader made of both.
  keys::Mac at(std::uint16_t atc);

 private:
  keys::Mac signed_with(const keys::Mac& ac);

  const CardRecord& card_;
  const keys::SchemeRules& scheme_;
  keys::SessionKeys session_keys_;
  std::optional<keys::MacKey> mac_key_, tds_key_;
  keys::Un un_{};
  ByteString input_;           // of the MAC
  std::size_t atc_place_ = 0;  // in it
  ByteString signed_data_;
};

}  // namespace sesame::issuer
