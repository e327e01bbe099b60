// What a reader sent where the card's CDOL1 asks for terminal data: the issuer's own reading of what readers
// do.
#pragma once

#include <cstddef>
#include <optional>

#include "firmware/core/emv/tlv.hpp"
#include "host/issuer/card_record.hpp"
#include "host/issuer/submission.hpp"

namespace sesame::issuer {

// The data for the list. Nothing where it is malformed or asks for more than 255 bytes.
std::optional<ByteString> terminal_data(Bytes dol, Terminal terminal, const Inputs& inputs);

// Where the value of `tag` stands in the data for the list; nothing where it does not ask for it, or is
// malformed.
struct Place {
  std::size_t offset = 0, length = 0;
};
std::optional<Place> place_in(Bytes dol, emv::Tag tag);

}  // namespace sesame::issuer
