// The names of data elements, for people: all of EMV 4.3 Book 3, annex A, and some that cards have beside
// them.
#pragma once

#include <string_view>

#include "firmware/core/emv/tlv.hpp"

namespace sesame::explain {

enum class TagForm { bytes, text, digits, dol };

struct TagName {
  emv::Tag tag;
  std::string_view name;
  TagForm form;
};

// Nothing known: an empty name.
TagName tag_name(emv::Tag tag);

}  // namespace sesame::explain
