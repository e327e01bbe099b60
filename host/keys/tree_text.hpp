// The shape of an EMV2000 key tree as people write it.
#pragma once

#include <string_view>

#include "host/keys/derivation.hpp"

namespace sesame::keys {

// "4/8", "4/8/0", or "4/8/" and 16 bytes of hex: branch factor, height, and the IV, which is zeros if not
// given. Anything else is a std::invalid_argument (keys::ImpossibleTree where there are too few keys) whose
// text is one clause.
keys::Tree parse_tree(std::string_view text);

}  // namespace sesame::keys
