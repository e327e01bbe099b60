// How an application of a card file computes its cryptograms: [applications.cryptogram].
#pragma once

#include <cstddef>

#include "host/card/file/issued.hpp"
#include "host/card/personalization.hpp"
#include "host/document/value.hpp"

namespace sesame::card {

struct CardCryptogram {
  card::CryptogramRules rules;
  std::size_t iad_size = 0;  // bytes, with the placeholders filled in
};

// `card` has PAN and PSN, for a key derived from the issuer's. See card_file.hpp.
CardCryptogram read_cryptogram(const document::Value& value, const card::Personalization& card,
                               const Issued& issued);

}  // namespace sesame::card
