// A card's file as it stands, without anything that was issued.
#pragma once

#include <string_view>

#include "host/card/file/card_file.hpp"

namespace sesame::card::test {

inline Personalization read(std::string_view text, std::string_view file) { return read_card(text, file); }

}  // namespace sesame::card::test
