#include "sim/reader/virtual_sim_card.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/reader/refusal.hpp"

namespace sesame::sim {

VirtualSimCard::VirtualSimCard(std::shared_ptr<const card::Personalization> personalization,
                               std::unique_ptr<state::CounterStore> store, Counting counting)
    : personalization_(std::move(personalization)),
      store_(std::move(store)),
      counting_(counting),
      card_(*personalization_, *store_) {}

std::optional<CardState> VirtualSimCard::state() const {
  return CardState{card_.counters().atc(0), card_.counters().tries_left()};
}

void VirtualSimCard::check(std::optional<std::uint16_t> atc, std::optional<std::uint8_t> tries_left) const {
  const card::CardCounters& counters = card_.counters();
  if (tries_left && *tries_left > personalization_->try_limit) {
    throw Refusal(Why::bad_state,
                  fmt::format("tries_left: this card has at most {}", personalization_->try_limit));
  }
  if (counting_ == Counting::in_memory) return;
  if (atc && *atc < counters.atc(0)) {
    throw Refusal(Why::not_rewindable,
                  fmt::format("the ATC of {} is {:04X} and never goes back", name(), counters.atc(0)),
                  "a simulator without --state has cards that can be rewound");
  }
  if (tries_left && *tries_left > counters.tries_left()) {
    throw Refusal(Why::not_rewindable, fmt::format("{} does not get back a PIN try", name()),
                  "a simulator without --state has cards that can be rewound");
  }
}

void VirtualSimCard::set_state(std::optional<std::uint16_t> atc, std::optional<std::uint8_t> tries_left) {
  check(atc, tries_left);
  card::CardCounters& counters = card_.counters();
  for (std::size_t i = 0; atc && i < personalization_->applications.size(); ++i) {
    const bool keeps = counting_ == Counting::durably;
    counters.set_atc(i, keeps ? std::max(*atc, counters.atc(i)) : *atc);
  }
  if (tries_left) counters.set_tries_left(*tries_left);
}

}  // namespace sesame::sim
