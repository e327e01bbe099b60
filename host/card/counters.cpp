#include "host/card/counters.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "host/base/hex.hpp"
#include "host/keys/fingerprint.hpp"

namespace sesame::card {

namespace {

constexpr std::string_view kAtc = "atc", kLastOnline = "last-online", kBlocked = "blocked", kTries = "tries";

// A value that the counter cannot have is a file that was changed by hand: it wears the card out, never makes
// it younger.
template <class Number>
Number at_most(std::uint32_t value, Number limit) {
  return value < limit ? static_cast<Number>(value) : limit;
}

}  // namespace

std::string card_id(const Personalization& card) { return fmt::format("{:F<20}{}", card.pan, card.psn); }

CardCounters::CardCounters(const Personalization& card, state::CounterStore& store)
    : store_(store), id_(card_id(card)), try_limit_(card.try_limit), tries_(card.try_limit) {
  if (const auto saved = store_.get(id_)) {
    tries_ = at_most(saved->find(kTries).value_or(card.try_limit), card.try_limit);
  }
  for (const card::Application& application : card.applications) {
    const keys::Key* key = &application.cryptogram.master_key;
    Application& mine = applications_.emplace_back();
    mine.id = id_ + to_hex(application.aid) + to_hex(Bytes(keys::fingerprint({&key, 1})).first(4));
    const auto saved = store_.get(mine.id);
    if (!saved) continue;
    mine.atc = at_most(saved->find(kAtc).value_or(0), kLastAtc);
    mine.last_online = at_most(saved->find(kLastOnline).value_or(0), kLastAtc);
    mine.blocked = saved->find(kBlocked).value_or(0) != 0;
  }
}

void CardCounters::increment_atc(std::size_t application) {
  save_atc(applications_[application], static_cast<std::uint16_t>(atc(application) + 1));
}

void CardCounters::set_next_atc(std::size_t application, std::uint16_t atc) {
  save_atc(applications_[application], static_cast<std::uint16_t>(atc - 1));
}

void CardCounters::set_atc(std::size_t application, std::uint16_t atc) {
  save_atc(applications_[application], atc);
}

void CardCounters::begin_anew(std::size_t application) {
  Application& mine = applications_[application];
  store_.put(mine.id, {{kAtc, 0}, {kLastOnline, 0}, {kBlocked, 0}});
  mine.atc = mine.last_online = 0;
  mine.blocked = false;
}

// EMV 4.3 Book 2, D3: no two cryptograms under one ATC; so the last one closes the application.
bool CardCounters::blocked(std::size_t application) const {
  return applications_[application].blocked || atc(application) == kLastAtc;
}

void CardCounters::take_try() { save_tries(static_cast<std::uint8_t>(tries_ - 1)); }

void CardCounters::restore_tries() {
  if (tries_ != try_limit_) save_tries(try_limit_);
}

void CardCounters::set_tries_left(std::uint8_t tries) { save_tries(std::min(tries, try_limit_)); }

void CardCounters::save_atc(Application& application, std::uint16_t atc) {
  store_.put(application.id, {{kAtc, atc}});
  application.atc = atc;
}

void CardCounters::save_tries(std::uint8_t tries) {
  store_.put(id_, {{kTries, tries}});
  tries_ = tries;
}

}  // namespace sesame::card
