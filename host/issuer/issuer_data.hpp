// The issuer application data (IAD, 9F10) that a card must have answered with, and the card verification
// results (CVR) under its MAC, from the templates of its record.
#pragma once

#include "host/issuer/card_record.hpp"

namespace sesame::issuer {

// What has to have happened in the card for its answer. An accepted code is of an ARQC after a right PIN; the
// others are for the audit of a code that was refused.
struct Circumstances {
  enum class Pin : std::uint8_t { right, not_asked, wrong };
  bool arqc = true;  // else the card declined, with an AAC
  Pin pin = Pin::right;
};

struct IssuerData {
  Buffer<kMaxIad> iad;
  // Bits of the IAD that have to be as they are there: which cryptogram, and what became of the PIN. All
  // others the issuer cannot foresee where the mask takes them: they are as the code has them.
  Buffer<kMaxIad> of_cryptogram, of_pin;
  std::size_t cvr = 0, counters = 0;  // where these begin in the IAD, where it has them
};

// Nothing where the templates of the record do not make 1 to 32 bytes.
std::optional<IssuerData> issuer_data(const CardRecord& card, const Circumstances& circumstances);

// What stands after the ATC under the MAC: `data` as the code changed it.
ByteString mac_tail(const CardRecord& card, const IssuerData& data, const Circumstances& circumstances);

std::size_t cvr_size(CvrFormat format);
// Whether a card of this scheme has the whole IAD under its MAC; else it has a CVR there.
bool whole_iad_under_mac(keys::Scheme scheme);

}  // namespace sesame::issuer
