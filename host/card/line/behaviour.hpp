// When a card misbehaves: a Misbehaviour, and what it counts over all resets.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "host/card/line/misbehaviour.hpp"

namespace sesame::card::line {

class Behaviour {
 public:
  explicit Behaviour(const Misbehaviour& misbehaviour) : asked_(misbehaviour), random_(misbehaviour.seed) {}

  const Misbehaviour& asked() const { return asked_; }

  // Each counts one more.
  bool hears_command() { return asked_.mute_after == 0 || ++commands_ <= asked_.mute_after; }
  bool spoils_block() { return ++blocks_ == asked_.bad_lrc; }
  // The characters instead of this answer, if it is the one.
  std::optional<std::vector<std::uint8_t>> garbles_answer();

  enum class Fate : std::uint8_t { fine, lost, corrupt, wrong_parity };
  Fate next_character();

 private:
  Misbehaviour asked_;
  std::minstd_rand random_;
  std::uint64_t commands_ = 0, answers_ = 0, blocks_ = 0, characters_ = 0;
};

}  // namespace sesame::card::line
