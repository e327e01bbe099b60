// A virtual card in a live reader, with counters in memory or on a disk.
#pragma once

#include <memory>
#include <string>

#include "host/card/virtual_card.hpp"
#include "host/state/counters.hpp"
#include "sim/reader/card.hpp"

namespace sesame::sim {

class VirtualSimCard final : public Card {
 public:
  enum class Counting : std::uint8_t { in_memory, durably };

  // Cards may share a personalization.
  VirtualSimCard(std::shared_ptr<const card::Personalization> personalization,
                 std::unique_ptr<state::CounterStore> store, Counting counting);

  CardSlot& slot() override { return card_; }
  const std::string& name() const override { return personalization_->name; }
  std::string kind() const override { return "virtual"; }
  std::optional<CardState> state() const override;
  // The ATC is set for all applications; a durable card's others are raised to it at least.
  void set_state(std::optional<std::uint16_t> atc, std::optional<std::uint8_t> tries_left) override;

 private:
  void check(std::optional<std::uint16_t> atc, std::optional<std::uint8_t> tries_left) const;

  std::shared_ptr<const card::Personalization> personalization_;
  std::unique_ptr<state::CounterStore> store_;
  Counting counting_;
  card::VirtualCard card_;
};

}  // namespace sesame::sim
