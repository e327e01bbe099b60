#include "firmware/core/emv/dol.hpp"

namespace sesame::emv {

using namespace std::string_view_literals;  // a bare literal may cost a strlen

std::string_view to_string(DolError error) {
  switch (error) {
    case DolError::truncated_tag: return "a tag of the list is cut short"sv;
    case DolError::tag_too_long: return "a tag of the list has more than four bytes"sv;
    case DolError::missing_length: return "the last tag of the list has no length"sv;
  }
  return "unknown error"sv;
}

Result<DolEntry, DolError> DolReader::next() {
  const auto byte = [&](std::uint8_t& out) {
    if (offset_ >= dol_.size()) return false;
    out = dol_[offset_++];
    return true;
  };
  std::uint8_t next = 0;
  if (!byte(next)) return DolError::truncated_tag;
  Tag tag = next;
  if ((tag & 0x1F) == 0x1F) {
    for (int bytes = 1;; ++bytes) {
      if (bytes == 4) return DolError::tag_too_long;
      if (!byte(next)) return DolError::truncated_tag;
      tag = tag << 8 | next;
      if ((next & 0x80) == 0) break;
    }
  }
  std::uint8_t length = 0;
  if (!byte(length)) return DolError::missing_length;
  return DolEntry{tag, length};
}

Result<std::size_t, DolError> data_length(Bytes dol) {
  std::size_t total = 0;
  for (DolReader reader(dol); reader.more();) {
    const auto entry = reader.next();
    if (!entry) return entry.error();
    total += entry->length;
  }
  return total;
}

}  // namespace sesame::emv
