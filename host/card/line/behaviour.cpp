#include "host/card/line/behaviour.hpp"

namespace sesame::card::line {

std::optional<std::vector<std::uint8_t>> Behaviour::garbles_answer() {
  if (++answers_ != asked_.garbage) return std::nullopt;
  std::vector<std::uint8_t> characters(1 + random_() % 40);
  for (std::uint8_t& character : characters) character = static_cast<std::uint8_t>(random_() >> 8);
  return characters;
}

Behaviour::Fate Behaviour::next_character() {
  ++characters_;
  if (characters_ == asked_.lose) return Fate::lost;
  if (characters_ == asked_.corrupt) return Fate::corrupt;
  return characters_ == asked_.parity ? Fate::wrong_parity : Fate::fine;
}

}  // namespace sesame::card::line
