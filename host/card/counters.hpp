// What a card must not forget: its ATCs and its PIN try counter. Every change is durable before the caller
// gets control back, and so before the card answers with it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/card/personalization.hpp"
#include "host/state/counters.hpp"

namespace sesame::card {

// Names one card: PAN, F up to 20 digits, PSN. Files with the same two are the same card. Its PIN tries
// belong to the card; an ATC to an application and its key, too. So no change to a card file gives back a
// try, nor an ATC that a key has been used with.
std::string card_id(const Personalization& card);

class CardCounters {
 public:
  static constexpr std::uint16_t kLastAtc = 0xFFFF;

  // The store outlives the counters, and the card has no others there meanwhile: they would not see each
  // other's changes. A card that the store does not know begins at ATC 0, with all tries.
  CardCounters(const Personalization& card, state::CounterStore& store);

  // The ATC of the application's last transaction.
  std::uint16_t atc(std::size_t application) const { return applications_[application].atc; }
  // For the next transaction. At kLastAtc there is no next one: check before.
  void increment_atc(std::size_t application);
  // The next transaction will have this ATC, 1 or more; for a fresh card that must be reproducible.
  void set_next_atc(std::size_t application, std::uint16_t atc);
  // As if the last transaction had had this ATC; for simulators of a card, which may go back.
  void set_atc(std::size_t application, std::uint16_t atc);

  // As one that was never used: every cryptogram may come a second time. For the owner of the keys.
  void begin_anew(std::size_t application);

  std::uint16_t last_online_atc(std::size_t application) const {
    return applications_[application].last_online;
  }
  bool blocked(std::size_t application) const;

  std::uint8_t tries_left() const { return tries_; }
  // Before the PIN is compared.
  void take_try();
  void restore_tries();
  // At most the card's try limit; for simulators of a card.
  void set_tries_left(std::uint8_t tries);

 private:
  struct Application {
    std::string id;
    std::uint16_t atc = 0;
    std::uint16_t last_online = 0;
    bool blocked = false;
  };
  void save_atc(Application& application, std::uint16_t atc);
  void save_tries(std::uint8_t tries);

  state::CounterStore& store_;
  std::string id_;
  std::uint8_t try_limit_;
  std::uint8_t tries_;
  std::vector<Application> applications_;
};

}  // namespace sesame::card
