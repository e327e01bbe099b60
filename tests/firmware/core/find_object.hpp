// The value of the first object with this tag, at any depth, in order of appearance; for a test that looks
// into something. Nothing where there is none, or where the bytes are not TLV up to that point.
#pragma once

#include <optional>

#include "firmware/core/emv/tlv.hpp"

namespace sesame::test {

inline std::optional<Bytes> find_object(Bytes bytes, emv::Tag tag, int depth = 1) {
  for (emv::TlvReader reader(bytes); depth <= emv::kMaxDepth && reader.more();) {
    const auto element = reader.next();
    if (!element) return std::nullopt;
    if (element->tag == tag) return element->value;
    if (!element->constructed()) continue;
    if (const auto found = find_object(element->value, tag, depth + 1)) return found;
  }
  return std::nullopt;
}

}  // namespace sesame::test
