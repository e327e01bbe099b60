#include "host/card/dol_part.hpp"

#include "firmware/core/emv/dol.hpp"

namespace sesame::card {

std::optional<DolPart> find_in_dol(Bytes dol, emv::Tag wanted) {
  if (!emv::data_length(dol)) return std::nullopt;
  std::size_t offset = 0;
  for (emv::DolReader reader(dol); reader.more();) {
    const auto entry = reader.next();
    if (entry->tag == wanted) return DolPart{offset, entry->length};
    offset += entry->length;
  }
  return std::nullopt;
}

}  // namespace sesame::card
