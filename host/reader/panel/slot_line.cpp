#include "host/reader/panel/slot_line.hpp"

#include <algorithm>

namespace sesame {

std::optional<std::uint8_t> SlotLine::take(Micros now) {
  if (const auto deadline = line_.deadline(); deadline && *deadline <= now) line_.tick(now);
  const auto next = line_.next();
  if (!next || next->at > now) return std::nullopt;
  line_.sent(true, now);
  return next->character;
}

std::optional<CardLine::Micros> SlotLine::due() const {
  const auto deadline = line_.deadline();
  const auto next = line_.next();
  if (!next) return deadline;
  return deadline ? std::min(*deadline, next->at) : next->at;
}

}  // namespace sesame
