// An ATR that is accepted is the sum of its parts.
#include "firmware/core/iso7816/atr.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace sesame;
using namespace sesame::fuzz;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input(data, size);
  const auto atr = iso7816::parse_atr(input);
  if (!atr) {
    require(!to_string(atr.error()).empty(), "an error has a text");
    return 0;
  }
  require(points_into(atr->historical, input), "historical bytes point into the input");

  std::vector<std::uint8_t> again{static_cast<std::uint8_t>(atr->inverse ? 0x3F : 0x3B), 0};
  std::uint8_t announced = input[1];
  for (const iso7816::InterfaceBytes& group : atr->interface) {
    const int present = (group.ta ? 1 : 0) | (group.tb ? 2 : 0) | (group.tc ? 4 : 0) | (group.td ? 8 : 0);
    require(announced >> 4 == present, "a group has the characters that were announced");
    for (const auto& character : {group.ta, group.tb, group.tc, group.td}) {
      if (character) again.push_back(*character);
    }
    announced = group.td.value_or(0);
  }
  again[1] = static_cast<std::uint8_t>((input[1] & 0xF0U) | atr->historical.size());
  again.insert(again.end(), atr->historical.begin(), atr->historical.end());
  if (atr->tck) again.push_back(*atr->tck);
  require(equal(again, input), "an ATR is the sum of its parts");

  require(atr->f() == 0 || (atr->f() >= 372 && atr->f() <= 2048), "F is a value of table 7, or 0");
  require(atr->d() >= 0 && atr->d() <= 64, "D is a value of table 8, or 0");
  require(atr->tck.has_value() || !atr->offers(1), "T=1 comes with a check character");
  return 0;
}
