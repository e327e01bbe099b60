#include "firmware/core/iso7816/link.hpp"

#include <algorithm>

#include "firmware/core/iso7816/atr.hpp"

namespace sesame::iso7816 {
namespace {

// 6.4 wants VCC to be gone: so long, in ms, also that characters on their way are over.
constexpr std::uint32_t kPowerOff = 10;
// RST is low for 400 clock periods at least (6.2.2, 6.2.3), and in a terminal for 40,000 to 45,000 (EMV 4.3
// Book 1, 6.1.3), as near as a clock of milliseconds comes to that: one has begun already, and where the card
// had no power the clock comes one after the order to give it.
constexpr std::uint32_t kResetLow = 40'000;
constexpr std::uint32_t kBegun = 1, kPowerRises = 1;  // ms

// 6.2.2: from RST high to TS, in clock periods. 8.1: between two characters; EMV 4.3 Book 1, 8.1: for all of
// them.
constexpr std::uint32_t kAtrBegins = 40'000;
constexpr std::uint32_t kInitialWaitingTime = 9'600 * 372;
constexpr std::uint32_t kAtrEnds = 20'160 * 372;

// A card that has spoken listens 22 etu after the leading edge of its last character at T=1 (11.4.3), and 16
// at T=0 (EMV 4.3 Book 1, 9.2.2.1). What was received has taken 10 of them.
constexpr std::uint32_t kTurnEtus = 12;

constexpr std::uint8_t kImplicitRate = 0x10;  // TA2
constexpr std::uint8_t kMinimumGuard = 255;   // TC1

constexpr std::size_t kShortestApdu = 4, kLongestApdu = 261;

int first_offered(const Atr& atr) {
  return atr.interface.empty() ? 0 : atr.interface[0].td.value_or(0) & 0x0F;
}

// N of TC1 (8.3). The minimum is 12 etu, which also suits T=1, where a card would do with 11.
std::uint8_t guard(const Atr& atr) {
  const int n = atr.extra_guard_time();
  return n == kMinimumGuard ? std::uint8_t{0} : static_cast<std::uint8_t>(n);
}

}  // namespace

// Requests

void Link::activate(Millis now) {
  begin();
  pps_failed_ = false;
  warm_ = false;
  power_off(now);
}

void Link::warm_reset(Millis now) {
  begin();
  warm_ = true;
  hold_reset(now);
}

void Link::transmit(Bytes command, Millis now) {
  begin();
  if (protocol_ == Protocol::none) return finish(LinkError::mute);
  if (command.size() < kShortestApdu || command.size() > kLongestApdu) {
    return finish(LinkError::protocol);
  }
  limit_ = now + kLongestCommand;
  if (protocol_ == Protocol::t0) {
    t0_.start(command, response_);
    converse(Phase::apdu, t0_, now);
  } else {
    t1_.start(command, response_);
    converse(Phase::apdu, t1_, now);
  }
}

void Link::deactivate(Millis /*now*/) {
  begin();
  contacts_ = {};
  settings_ = {};
  protocol_ = Protocol::none;
  finish(LinkError::none);
}

void Link::abandon() {
  begin();
  phase_ = Phase::idle;
}

// A card that was interrupted is in a state unknown.
void Link::begin() {
  if (outstanding()) protocol_ = Protocol::none;
  exchange_ = nullptr;
  deadline_.reset();
  response_.wipe();  // a cryptogram, maybe
  characters_ = 0;
  pausing_ = false;
}

std::optional<Link::Outcome> Link::outcome() const {
  if (phase_ != Phase::ended) return std::nullopt;
  if (error_ != LinkError::none) return Outcome{error_, {}};
  return Outcome{error_, response_};
}

void Link::finish(LinkError error) {
  phase_ = Phase::ended;
  error_ = error;
  exchange_ = nullptr;
  deadline_.reset();
  pausing_ = false;
  if (error != LinkError::none) protocol_ = Protocol::none;
}

// Contacts: 6.2

void Link::power_off(Millis now) {
  phase_ = Phase::off;
  exchange_ = nullptr;
  protocol_ = Protocol::none;
  contacts_ = {};
  deadline_.emplace(now + kPowerOff);
}

void Link::hold_reset(Millis now) {
  phase_ = Phase::reset;
  exchange_ = nullptr;
  protocol_ = Protocol::none;
  const std::uint32_t rising = contacts_.vcc ? 0 : kPowerRises;
  contacts_ = {true, true, false};
  settings_ = {};
  deadline_.emplace(now + to_millis(kResetLow, interface_.clock_hz) + kBegun + rising);
}

void Link::release_reset(Millis now) {
  contacts_.rst = true;
  const std::uint32_t begins = to_millis(kAtrBegins, interface_.clock_hz);
  limit_ = now + begins + to_millis(kAtrEnds, interface_.clock_hz) + kSlack;
  atr_.start(response_, begins, to_millis(kInitialWaitingTime, interface_.clock_hz));
  converse(Phase::atr, atr_, now);
}

// Characters

std::optional<std::uint8_t> Link::to_send() const {
  if (exchange_ == nullptr || pausing_ || exchange_->turn() != Exchange::Turn::ours) return std::nullopt;
  const std::uint8_t character = exchange_->to_send();
  return settings_.inverse ? inverted(character) : character;
}

void Link::sent(bool taken, Millis now) {
  if (!to_send()) return;
  exchange_->sent(taken);
  // What was refused comes again 2 etu after that was seen (7.3), or later.
  if (!taken || exchange_->turn() != Exchange::Turn::ours) go_on(now);
}

void Link::received(std::uint8_t character, bool parity_ok, Millis now) {
  if (exchange_ == nullptr || exchange_->turn() != Exchange::Turn::cards) return;
  if (now >= limit_) return waited(now);
  if (characters_ == kMostCharacters) return finish(LinkError::protocol);
  ++characters_;
  if (phase_ == Phase::atr) {
    exchange_->received(character, parity_ok);
    settings_.inverse = atr_.inverse();
  } else {
    exchange_->received(settings_.inverse ? inverted(character) : character, parity_ok);
  }
  go_on(now);
}

void Link::tick(Millis now) {
  if (!deadline_ || now < *deadline_) return;
  switch (phase_) {
    case Phase::off: return hold_reset(now);
    case Phase::reset: return release_reset(now);
    case Phase::atr:
    case Phase::pps:
    case Phase::apdu: return waited(now);
    case Phase::idle:
    case Phase::ended: return;
  }
}

void Link::waited(Millis now) {
  if (now >= limit_ && phase_ == Phase::apdu) return finish(LinkError::mute);
  if (now < limit_ && pausing_) {
    pausing_ = false;
    deadline_.emplace(limit_);
    return;
  }
  exchange_->silence();
  go_on(now);
}

void Link::converse(Phase phase, Exchange& exchange, Millis now) {
  phase_ = phase;
  exchange_ = &exchange;
  go_on(now);
}

// Where the turn may have changed.
void Link::go_on(Millis now) {
  switch (exchange_->turn()) {
    case Exchange::Turn::over: return exchange_over(now);
    case Exchange::Turn::cards: return wait(exchange_->wait() + kSlack, now);
    case Exchange::Turn::ours:
      pausing_ = true;
      // One more, as the present millisecond may be over already.
      return wait(to_millis(kTurnEtus * settings_.f / settings_.d, interface_.clock_hz) + 1, now);
  }
}

void Link::wait(std::uint32_t millis, Millis now) { deadline_.emplace(std::min(limit_, now + millis)); }

void Link::exchange_over(Millis now) {
  if (phase_ == Phase::atr) return atr_over(now);
  if (phase_ == Phase::pps) return pps_over(now);
  finish(exchange_->error());
}

// What the card says of itself, and what is made of it

void Link::atr_over(Millis now) {
  if (atr_.error() == LinkError::mute) return finish(LinkError::mute);
  const auto atr = parse_atr(response_);
  if (!atr || atr_.error() != LinkError::none || !choose(*atr)) return bad_atr(now);

  const bool specific = atr->specific_protocol().has_value();
  const bool faster = atr->f() < 372 * atr->d() && can(*atr);
  if (specific || !faster || pps_failed_) return settle(*atr, specific ? Rate::of_ta1 : Rate::initial, now);

  settings_.guard = guard(*atr);
  limit_ = now + kLongestCommand;
  pps_.start(protocol_ == Protocol::t1 ? 1 : 0, atr->interface[0].ta.value_or(0x11),
             to_millis(kInitialWaitingTime, interface_.clock_hz));
  converse(Phase::pps, pps_, now);
}

void Link::bad_atr(Millis now) {
  if (warm_) return finish(LinkError::bad_atr);
  warm_ = true;
  hold_reset(now);
}

void Link::pps_over(Millis now) {
  const auto atr = parse_atr(response_);
  if (atr && pps_.error() == LinkError::none) return settle(*atr, Rate::of_ta1, now);
  pps_failed_ = true;
  if (warm_) return hold_reset(now);  // as the caller who asked for this card's warm reset wants it
  power_off(now);
}

// 8.3: the protocol of TA2, or else the first that is offered. False: nothing that we can speak.
bool Link::choose(const Atr& atr) {
  const auto specific = atr.specific_protocol();
  if (specific && ((*atr.interface[1].ta & kImplicitRate) != 0 || !can(atr))) return false;
  const int protocol = specific.value_or(first_offered(atr));
  protocol_ = protocol == 0 ? Protocol::t0 : Protocol::t1;
  return protocol <= 1;
}

// The rate of TA1: not a reserved one, and not too fast.
bool Link::can(const Atr& atr) const {
  return atr.d() != 0 && atr.f() != 0 && atr.f() >= interface_.least_clocks_per_etu * atr.d();
}

void Link::settle(const Atr& atr, Rate rate, Millis now) {
  if (rate == Rate::of_ta1) {
    settings_.f = static_cast<std::uint16_t>(atr.f());
    settings_.d = static_cast<std::uint8_t>(atr.d());
  }
  settings_.guard = guard(atr);
  if (protocol_ == Protocol::t0) {
    settings_.error_signal = true;
    // Fi is the card's word, whether it is used or not (10.2).
    const auto fi = static_cast<std::uint32_t>(std::max(atr.f(), int{settings_.f}));
    t0_.configure(to_millis(waiting_integer(atr) * 960 * fi, interface_.clock_hz));
  } else {
    const auto parameters = t1_parameters(atr, settings_.f, settings_.d, interface_.clock_hz);
    if (!parameters) return bad_atr(now);
    t1_.configure(*parameters);
  }
  finish(LinkError::none);
}

}  // namespace sesame::iso7816
