#include "tests/firmware/usart/line_card.hpp"

#include <algorithm>

namespace sesame::board::model {

LineCard::LineCard(Line& line, CardSlot& card, std::uint32_t clock_hz, const Manners& manners,
                   const card::iso7816::Misbehavior& misbehavior)
    : line_(line), card_(card, misbehavior, clock_hz), clock_hz_(clock_hz), manners_(manners) {}

Time LineCard::etu() const {
  const auto rate = card_.rate();
  return static_cast<Time>(rate.f) * kSecond / (static_cast<Time>(rate.d) * clock_hz_);
}

void LineCard::contacts(bool vcc, bool clk, bool rst, Time now) {
  if (!power.empty() && power.back().vcc == vcc && power.back().clk == clk && power.back().rst == rst) return;
  power.push_back({now, vcc, clk, rst});
  card_.contacts(vcc, clk, rst, micros(now));
  if (!running()) {
    if (doing_ != Doing::nothing) line_.cut(now);
    doing_ = Doing::nothing;
    free_at_ = now;
    first_ = true;
    odd_parity_ = false;
  }
}

// The start bit of the next character: so that its last bit is there when the engine says. Two of a card's
// own are as far apart as the engine's pace has it, which counts in whole microseconds: not less than 11 etu.
std::optional<Time> LineCard::sends_at() const {
  const auto next = card_.next();
  if (!next) return std::nullopt;
  const Time last_bit = kept(next->at);
  const Time start = last_bit > 10 * etu() ? last_bit - 10 * etu() : 0;
  return std::max(start, free_at_);
}

std::optional<Time> LineCard::next() const {
  if (doing_ != Doing::nothing) return over_at_;
  if (!running()) return std::nullopt;
  std::optional<Time> first = sends_at();
  const auto consider = [&](std::optional<Time> time) {
    if (time && (!first || *time < *first)) first = time;
  };
  consider(line_.falls_after(free_at_ == 0 ? 0 : free_at_ - 1));
  const auto deadline = card_.deadline();
  if (deadline) consider(kept(*deadline));
  return first;
}

void LineCard::happen(Time now) {
  switch (doing_) {
    case Doing::sending: return sent(now);
    case Doing::hearing: return hear(now);
    case Doing::signaling:
      doing_ = Doing::nothing;
      free_at_ = now;
      return;
    case Doing::nothing: break;
  }
  if (const auto falls = line_.falls_after(free_at_ == 0 ? 0 : free_at_ - 1); falls && *falls <= now) {
    doing_ = Doing::hearing;
    start_ = *falls;
    over_at_ = start_ + 21 * etu() / 2;
  } else if (const auto at = sends_at(); at && *at <= now) {
    send(now);
  } else if (const auto deadline = card_.deadline(); deadline && kept(*deadline) <= now) {
    card_.tick(micros(now) + 1);
  }
}

void LineCard::send(Time now) {
  outgoing_ = *card_.next();
  spoiled_ = manners_.spoils.count(++sent_count_) != 0;
  // TS tells the convention, and with it what parity is from there on; it itself is as direct has it, wrong.
  std::uint16_t bits = Line::frame(outgoing_.character, odd_parity_);
  if (!outgoing_.parity_ok) bits ^= 0x100;
  if (spoiled_) bits ^= 0x100;
  line_.put(bits, now, etu());
  if (first_) odd_parity_ = !outgoing_.parity_ok;
  first_ = false;
  doing_ = Doing::sending;
  start_ = now;
  over_at_ = start_ + 11 * etu();
}

// At 11 etu a card that signals and repeats looks whether the reader does (7.3).
void LineCard::sent(Time now) {
  const bool refused = !line_.high(now);
  const Time length = etu();
  characters.push_back({start_, outgoing_.character, false, outgoing_.parity_ok != spoiled_, !refused});
  card_.sent(!refused, micros(start_ + 10 * length));
  doing_ = Doing::nothing;
  // It may go on at once; what it repeats comes two etu after the signal (7.3).
  free_at_ = refused ? start_ + 27 * length / 2 : now;
}

void LineCard::hear(Time now) {
  std::uint16_t bits = 0;
  for (unsigned i = 0; i < 9; ++i) {
    if (line_.high(start_ + (2 * i + 3) * etu() / 2)) bits = static_cast<std::uint16_t>(bits | 1U << i);
  }
  const auto character = static_cast<std::uint8_t>(bits & 0xFF);
  const bool signals = card_.error_signal();
  const bool refused = manners_.refuses.count(++heard_count_) != 0;
  const bool parity_ok = bits == Line::frame(character, odd_parity_) && !refused;
  const bool stopped = line_.high(now);
  characters.push_back({start_, character, true, parity_ok && stopped, !(signals && !parity_ok)});
  const Time length = etu();
  card_.received(character, parity_ok && stopped, micros(start_ + 10 * length));
  if (!parity_ok && signals) {
    line_.pull(now, now + 3 * length / 2);
    doing_ = Doing::signaling;
    over_at_ = now + 3 * length / 2;
  } else {
    doing_ = Doing::nothing;
    free_at_ = now;
  }
}

}  // namespace sesame::board::model
