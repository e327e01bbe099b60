#include "host/card/iso7816/outbox.hpp"

#include <algorithm>

#include "host/card/iso7816/convention.hpp"

namespace sesame::card::iso7816 {

std::uint8_t Outbox::on_line(std::uint8_t character) const {
  return inverse_ ? inverted(character) : character;
}

void Outbox::plan(std::uint8_t on_line, bool parity_ok, Micros after) {
  using Fate = Behavior::Fate;
  if (queue_.empty()) begun_ = false;
  const Fate fate = behavior_.next_character();
  if (fate == Fate::lost) {
    gap_ += after;
    return;
  }
  queue_.push_back({on_line, parity_ok, gap_ + after, fate});
  gap_ = 0;
}

void Outbox::say_first(std::uint8_t on_line, bool parity_ok, Micros after) {
  gap_ = 0;
  plan(on_line, parity_ok, after);
}

void Outbox::say(Bytes characters) {
  for (const std::uint8_t character : characters) plan(on_line(character), true, pace_.character);
}

void Outbox::say_in_turn(Bytes characters, unsigned times) {
  if (characters.empty()) return;
  if (queue_.empty()) gap_ = 0;
  const Micros at_least = queue_.empty() ? pace_.turnaround : pace_.character;
  const Micros slowly = pace_.waiting * times * behavior_.asked().slow / 100;
  plan(on_line(characters[0]), true, std::max(at_least, slowly));
  say(characters.subspan(1));
}

std::optional<Outbox::Outgoing> Outbox::front() const {
  if (queue_.empty()) return std::nullopt;
  using Fate = Behavior::Fate;
  const Planned& planned = queue_.front();
  const unsigned flipped = planned.fate == Fate::corrupt ? 0x10U : 0U;
  return Outgoing{static_cast<std::uint8_t>(planned.character ^ flipped),
                  planned.parity_ok && planned.fate != Fate::wrong_parity, since_ + planned.after};
}

void Outbox::sent(Micros now) {
  since_ = now;
  begun_ = true;
  repeats_ = 0;
  queue_.pop_front();
}

void Outbox::again(Micros now) {
  since_ = now;
  begun_ = true;
  ++repeats_;
  queue_.front().after = pace_.character;
  queue_.front().fate = Behavior::Fate::fine;
}

}  // namespace sesame::card::iso7816
