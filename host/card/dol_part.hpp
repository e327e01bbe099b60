// Where a data object stands in what the terminal sends for a data object list: EMV 4.3 Book 3, 5.4. A card
// finds it once, when it is made, and not at every GENERATE AC.
#pragma once

#include <cstddef>
#include <optional>

#include "firmware/core/emv/tlv.hpp"

namespace sesame::card {

struct DolPart {
  std::size_t offset = 0;
  std::size_t length = 0;

  // `data` is as long as the list asks for.
  Bytes of(Bytes data) const { return data.subspan(offset, length); }
};

// Nothing where the list does not ask for that tag, or is malformed.
std::optional<DolPart> find_in_dol(Bytes dol, emv::Tag wanted);

}  // namespace sesame::card
