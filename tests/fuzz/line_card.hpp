// A card at character level for fuzz targets, whose reader does anything; with what holds whatever it does.
#pragma once

#include <optional>

#include "host/card/iso7816/character_card.hpp"
#include "host/card/virtual_card.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/host/card/cards.hpp"

namespace sesame::fuzz {

// Passes on, and checks that a card is only asked what is a command.
class Watched final : public CardSlot {
 public:
  explicit Watched(CardSlot& card) : card_(card) {}
  SlotStatus carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) override {
    require(request.command.size() <= emv::kMaxCommand, "no command is longer than any");
    if (request.is_command()) ++asked;
    return card_.carry_out(request, answer);
  }
  std::size_t asked = 0;

 private:
  CardSlot& card_;
};

class LineCard {
 public:
  LineCard(const card::Personalization& personalization, const card::iso7816::Misbehavior& misbehavior)
      : virtual_(personalization, store_), watched(virtual_), card(watched, misbehavior) {}

  void power_up() {
    card.contacts(false, false, false, now);
    card.contacts(true, true, false, now);
    card.contacts(true, true, true, now);
  }
  // All that it says by itself. It must come to an end.
  std::size_t drain(Input& input) {
    for (std::size_t said = 0;; ++said) {
      require(said < 100'000, "a card that is not spoken to falls silent");
      if (const auto next = card.next()) {
        now = std::max(now, next->at);
        card.sent(input.byte() % 16 != 15, now);
      } else if (const auto deadline = card.deadline()) {
        now = std::max(now, *deadline);
        card.tick(now);
        require(card.deadline() != deadline, "a deadline passes");
      } else {
        return said;
      }
    }
  }
  void say(std::uint8_t character, bool parity_ok = true) {
    now += 1'000;
    card.received(character, parity_ok, now);
  }

  // Anything that can happen at the contacts and on the line.
  void anything(Input& input) {
    now += input.byte() * 10'000ULL;
    switch (input.below(8)) {
      case 0: {
        const unsigned bits = input.byte();
        return card.contacts((bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, now);
      }
      case 1: return card.tick(now);
      case 2: return say(input.byte(), false);
      case 3: return card.sent(input.below(2) == 0, now);
      case 4: drain(input); return;
      default:
        for (const std::uint8_t character : input.chunk()) say(character);
    }
  }

  // Whatever went before: after a reset it is back.
  void require_back() {
    power_up();
    require(card.next().has_value(), "after a reset the card answers");
  }

 private:
  state::EphemeralStore store_;
  card::VirtualCard virtual_;

 public:
  Watched watched;
  card::iso7816::CharacterCard card;
  card::iso7816::Micros now = 0;
};

inline card::iso7816::Misbehavior any_misbehavior(Input& input) {
  card::iso7816::Misbehavior made;
  made.nulls = static_cast<std::uint16_t>(input.below(3));
  made.single = input.below(2) == 1;
  made.slow = static_cast<std::uint16_t>(input.below(200));
  made.wtx = static_cast<std::uint16_t>(input.below(3));
  made.mute_after = static_cast<std::uint16_t>(input.below(8));
  made.garbage = static_cast<std::uint16_t>(input.below(4));
  made.bad_lrc = static_cast<std::uint16_t>(input.below(8));
  made.lose = input.byte();
  made.corrupt = input.byte();
  made.parity = input.byte();
  return made;
}

}  // namespace sesame::fuzz
