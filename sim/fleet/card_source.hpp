// Where the cards of live readers come from. For any number of threads.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "host/card/file/card_spec.hpp"
#include "host/card/personalization.hpp"
#include "host/io/descriptor.hpp"
#include "sim/reader/card.hpp"
#include "sim/reader/live_reader.hpp"

namespace sesame::sim {

class CardSource {
 public:
  struct Options {
    bool real_cards = false;
    std::string state_folder;  // empty: none
  };
  // Locks the folder. Failure (environment): another simulator has it, or it cannot be made.
  explicit CardSource(Options options);
  CardSource(const CardSource&) = delete;
  CardSource& operator=(const CardSource&) = delete;
  ~CardSource();

  // A card for the reader `reader`, whose clock is of this kind; one with changes is new, in memory. `left`
  // is called, on any thread, when a real card was pulled out of its PC/SC reader. Cards must not outlive the
  // source. Refusal: unknown_card, bad_card, card_in_use, real_cards_off, virtual_clock. Failure: no PC/SC
  // service, no such PC/SC reader, no card in it; a state file that is damaged or cannot be read.
  std::unique_ptr<Card> make(const CardSpec& spec, const std::string& reader, ClockKind clock,
                             std::function<void()> left);
  // Whether this would be a card that `reader` holds already, so that it must be pulled out first.
  bool held_by(const CardSpec& spec, const std::string& reader);

 private:
  class Hold;
  using SharedCard = std::shared_ptr<const card::Personalization>;

  SharedCard shipped(const std::string& name);
  std::unique_ptr<Card> changed(const CardSpec& spec);
  std::unique_ptr<Card> durable(SharedCard card, const std::string& reader);
  std::unique_ptr<Card> from_reader(const std::string& wanted, ClockKind clock, std::function<void()> left);

  Options options_;
  io::Descriptor lock_;
  std::mutex mutex_;
  std::map<std::string, SharedCard, std::less<>> shipped_;
  std::map<std::string, std::string> held_;  // durable cards in a reader: card id, reader
};

}  // namespace sesame::sim
