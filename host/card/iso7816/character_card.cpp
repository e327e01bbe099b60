#include "host/card/iso7816/character_card.hpp"

#include <bit>

#include "host/card/iso7816/convention.hpp"
#include "host/card/iso7816/t0_side.hpp"
#include "host/card/iso7816/t1_side.hpp"

namespace sesame::card::iso7816 {

namespace {

// 6.2.2: the answer to reset begins 400 to 40 000 clock periods after RST.
constexpr unsigned kResetClocks = 10'000;
// As a reader in direct convention sees it (8.1).
constexpr std::uint8_t kInverseTs = 0x03, kNoTs = 0x3C;
constexpr std::uint8_t kPpss = 0xFF;
constexpr unsigned kMostRepeats = 4;

Pace pace(const AtrParameters& parameters, int protocol, Rate rate, std::uint32_t clock_hz) {
  const bool t0 = protocol == 0;
  return {etus(t0 ? 12 : 11, rate, clock_hz), etus(t0 ? 16 : 22, rate, clock_hz),
          parameters.waiting_time(protocol, clock_hz, rate)};
}

}  // namespace

CharacterCard::CharacterCard(CardSlot& card, const Misbehavior& misbehavior, std::uint32_t clock_hz)
    : card_(card), behavior_(misbehavior), clock_hz_(clock_hz), outbox_(behavior_) {}

// ---- contacts and reset

void CharacterCard::contacts(bool vcc, bool clk, bool rst, Micros now) {
  if (!vcc) {
    if (phase_ != Phase::off) card_.deactivate();
    was_reset_ = false;
  }
  if (!vcc || !rst) {
    outbox_.clear();
    dialogue_.reset();
    phase_ = vcc ? Phase::held : Phase::off;
  } else if (clk && (phase_ == Phase::off || phase_ == Phase::held)) {
    reset(now);
  }
}

void CharacterCard::reset(Micros now) {
  phase_ = Phase::silent;  // also where the card throws
  emv::ResponseBuffer atr;
  const SlotStatus status = was_reset_ ? card_.warm_reset(atr) : card_.activate(atr);
  was_reset_ = true;
  if (status == SlotStatus::ok && !atr.empty() && !behavior_.asked().mute) answer_reset(atr, now);
}

void CharacterCard::answer_reset(Bytes atr, Micros now) {
  parameters_ = read_parameters(atr);
  protocol_ = parameters_.first;
  rate_ = {};
  rate_agreed_.reset();
  pps_.clear();
  phase_ = Phase::answering;
  outbox_.heard(now);
  outbox_.set_pace(pace(parameters_, 0, rate_, clock_hz_));
  outbox_.set_inverse(parameters_.inverse);
  const std::uint8_t ts = parameters_.inverse ? kInverseTs : parameters_.atr[0];
  const bool spoiled = behavior_.asked().bad_atr;
  outbox_.say_first(spoiled ? kNoTs : ts, spoiled || !parameters_.inverse,
                    clocks(kResetClocks, clock_hz_) + etus(10, rate_, clock_hz_));
  outbox_.say(parameters_.atr.view().subspan(1));
}

// ---- characters that come

bool CharacterCard::breaks_in() const {
  return phase_ == Phase::dialogue && protocol_ == 1 && !outbox_.begun();
}

void CharacterCard::received(std::uint8_t character, bool parity_ok, Micros now) {
  // While the card sends it does not hear; a block that it has still to begin is overtaken.
  if (!outbox_.empty() && !breaks_in()) return;
  outbox_.clear();
  outbox_.heard(now);
  heard_ = now;
  hear(parameters_.inverse ? inverted(character) : character, parity_ok);
}

void CharacterCard::hear(std::uint8_t character, bool parity_ok) {
  switch (phase_) {
    case Phase::off:
    case Phase::held:
    case Phase::answering:
    case Phase::agreed:
    case Phase::silent: return;
    case Phase::fresh:
      if (!parity_ok && error_signal()) return;
      if (parameters_.negotiable && character == kPpss) {
        phase_ = Phase::pps;
        return hear_pps(character, parity_ok);
      }
      start_dialogue(protocol_);
      return to_dialogue(character, parity_ok);
    case Phase::pps: return hear_pps(character, parity_ok);
    case Phase::dialogue: return to_dialogue(character, parity_ok);
  }
}

void CharacterCard::to_dialogue(std::uint8_t character, bool parity_ok) {
  dialogue_->received(character, parity_ok);
  if (dialogue_->silent()) phase_ = Phase::silent;
}

void CharacterCard::start_dialogue(int protocol) {
  protocol_ = protocol;
  phase_ = Phase::dialogue;
  outbox_.set_pace(pace(parameters_, protocol, rate_, clock_hz_));
  if (protocol == 0) {
    dialogue_ = std::make_unique<T0Side>(card_, behavior_, outbox_);
  } else {
    dialogue_ = std::make_unique<T1Side>(card_, behavior_, outbox_, parameters_);
  }
}

// ---- PPS (9): FF, PPS0, what bits 5 to 7 of it announce, PCK

void CharacterCard::hear_pps(std::uint8_t character, bool parity_ok) {
  if (!parity_ok && error_signal()) return;
  if (!parity_ok) return fall_silent();
  static_cast<void>(pps_.push(character));
  if (pps_.size() < 3) return;
  const auto optional = static_cast<unsigned>(std::popcount(pps_[1] & 0x70U));
  if (pps_.size() == 3 + optional) answer_pps();
}

// A request that is wrong is not answered (9.3).
void CharacterCard::answer_pps() {
  std::uint8_t sum = 0;
  for (const std::uint8_t byte : pps_) sum = static_cast<std::uint8_t>(sum ^ byte);
  const int protocol = pps_[1] & 0x0F;
  const bool offered = protocol == 0 ? parameters_.t0 : protocol == 1 && parameters_.t1;
  if (sum != 0 || !offered || (pps_[1] & 0x80) != 0) return fall_silent();

  // PPS1 is echoed where the card can; else it is left out, and the rate is the default.
  const bool asked = (pps_[1] & 0x10) != 0;
  const bool faster = asked && pps_[2] == parameters_.ta1;
  const bool echoed = faster || (asked && pps_[2] == 0x11);
  Buffer<4> response;
  bool fits =
      response.push(kPpss) && response.push(static_cast<std::uint8_t>(protocol | (echoed ? 0x10 : 0x00)));
  if (echoed) fits = fits && response.push(pps_[2]);
  sum = 0;
  for (const std::uint8_t byte : response) sum = static_cast<std::uint8_t>(sum ^ byte);
  if (!fits || !response.push(sum)) return fall_silent();
  protocol_ = protocol;
  rate_agreed_ = faster ? parameters_.fastest : Rate{};
  phase_ = Phase::agreed;
  outbox_.say_in_turn(response);
}

// ---- characters that go

std::optional<CharacterCard::Outgoing> CharacterCard::next() const { return outbox_.front(); }

void CharacterCard::sent(bool taken, Micros now) {
  if (outbox_.empty()) return;
  if (!taken && protocol_ == 0) {
    return outbox_.repeats() < kMostRepeats ? outbox_.again(now) : fall_silent();
  }
  outbox_.sent(now);
  if (outbox_.empty()) all_sent();
}

void CharacterCard::all_sent() {
  if (phase_ == Phase::answering) {
    phase_ = Phase::fresh;
    rate_ = parameters_.rate;
    outbox_.set_pace(pace(parameters_, protocol_, rate_, clock_hz_));
  } else if (phase_ == Phase::agreed) {
    rate_ = *rate_agreed_;
    start_dialogue(protocol_);
  }
}

void CharacterCard::fall_silent() {
  phase_ = Phase::silent;
  outbox_.clear();
}

// ---- time

// Well before the reader gives up: it may then be told, and not only repeat into the rest of a block.
std::optional<Micros> CharacterCard::deadline() const {
  if (phase_ != Phase::dialogue || !dialogue_->in_block()) return std::nullopt;
  return heard_ + parameters_.waiting_time(protocol_, clock_hz_, rate_) / 2;
}

void CharacterCard::tick(Micros now) {
  const auto due = deadline();
  if (!due || now < *due) return;
  outbox_.heard(now);
  dialogue_->broke_off();
}

bool CharacterCard::error_signal() const {
  return protocol_ == 0 && (phase_ == Phase::fresh || phase_ == Phase::pps || phase_ == Phase::dialogue);
}

}  // namespace sesame::card::iso7816
