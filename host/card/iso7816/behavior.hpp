// When a card misbehaves: a Misbehavior, and what it counts over all resets.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "host/card/iso7816/misbehavior.hpp"

namespace sesame::card::iso7816 {

class Behavior {
 public:
  explicit Behavior(const Misbehavior& misbehavior) : asked_(misbehavior), random_(misbehavior.seed) {}

  const Misbehavior& asked() const { return asked_; }

  // Each counts one more.
  bool hears_command() { return asked_.mute_after == 0 || ++commands_ <= asked_.mute_after; }
  bool spoils_block() { return ++blocks_ == asked_.bad_lrc; }
  // The characters instead of this answer, if it is the one.
  std::optional<std::vector<std::uint8_t>> garbles_answer();

  enum class Fate : std::uint8_t { fine, lost, corrupt, wrong_parity };
  Fate next_character();

 private:
  Misbehavior asked_;
  std::minstd_rand random_;
  std::uint64_t commands_ = 0, answers_ = 0, blocks_ = 0, characters_ = 0;
};

}  // namespace sesame::card::iso7816
