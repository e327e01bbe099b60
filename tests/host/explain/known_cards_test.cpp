// Lists of known ATRs, in the form of pcsc-tools.
#include "host/explain/known_cards.hpp"

#include <catch2/catch.hpp>

using namespace sesame;
using explain::known_as;
using Words = std::vector<std::string>;

TEST_CASE("a list of known ATRs tells the card, by regular expressions") {
  constexpr std::string_view kList =
      "# a made-up list\n"
      "3B 01 AA\n\tone card\n\tof many words\n\n"
      "3b .. AA\n\tany of two bytes\r\n"
      "3B 0[12] [\n\tno expression\n"
      "3B 0[12] A[AB]\n\tsome\n"
      "3B 01\n\tshorter";
  const std::vector<std::uint8_t> atr{0x3B, 0x01, 0xAA};
  CHECK(known_as(kList, atr) == Words{"one card", "of many words", "any of two bytes", "some"});
  const std::vector<std::uint8_t> shorter{0x3B, 0x01};
  CHECK(known_as(kList, shorter) == Words{"shorter"});
  CHECK(known_as("", atr).empty());
}
