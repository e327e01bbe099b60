#include "host/card/iso7816/behavior.hpp"

namespace sesame::card::iso7816 {

std::optional<std::vector<std::uint8_t>> Behavior::garbles_answer() {
  if (++answers_ != asked_.garbage) return std::nullopt;
  std::vector<std::uint8_t> characters(1 + random_() % 40);
  for (std::uint8_t& character : characters) character = static_cast<std::uint8_t>(random_() >> 8);
  return characters;
}

Behavior::Fate Behavior::next_character() {
  ++characters_;
  if (characters_ == asked_.lose) return Fate::lost;
  if (characters_ == asked_.corrupt) return Fate::corrupt;
  return characters_ == asked_.parity ? Fate::wrong_parity : Fate::fine;
}

}  // namespace sesame::card::iso7816
