// Any characters to a card at T=0: it asks for, and gives, no more than an APDU has, falls silent by itself,
// and is back after a reset.
#include "tests/fuzz/line_card.hpp"

using namespace sesame;
using namespace sesame::fuzz;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const card::Personalization personalization = card::test::personalization(card::Protocol::t0);
  Input input(data, size);
  const auto misbehavior = input.below(2) == 1 ? any_misbehavior(input) : card::iso7816::Misbehavior{};
  LineCard line(personalization, misbehavior);
  line.power_up();
  line.drain(input);
  while (input.more()) {
    if (input.below(8) == 0) {
      line.anything(input);
      continue;
    }
    const std::size_t asked = line.watched.asked;
    for (const std::uint8_t character : input.take(5)) line.say(character);
    const std::size_t said = line.drain(input);
    require(line.watched.asked <= asked + 1, "five characters are no more than a command");
    // Each of at most 258 procedure bytes, with the NULLs before it, and 256 of data; each said five times.
    require(said <= 5 * (258 * (1 + misbehavior.nulls) + 256), "an answer is no longer than it can be");
  }
  line.require_back();
  return 0;
}
