// The reader's end of a served card: contacts and characters to a card elsewhere.
//
//   LineClient card(connect(parse_endpoint("unix:/run/card")));
//   card.contacts(true, true, true, now);
//   …wait until card.descriptor() is readable; card.receive(now);
//   while (const auto character = card.take_character()) …
#pragma once

#include <chrono>
#include <deque>

#include "host/contacts/endpoint.hpp"
#include "host/contacts/records.hpp"
#include "host/reader/panel/card_line.hpp"

namespace sesame::contacts {

class LineClient final : public CardLine {
 public:
  explicit LineClient(Descriptor socket) : records_(std::move(socket)) {}

  // False until the card's side has said otherwise.
  bool present() const override { return present_.value_or(false); }
  // Until it has; false where it does not in that time: a server serves one reader at a time. Throws as
  // receive().
  bool wait_for_presence(std::chrono::milliseconds limit);
  // These throw Failure(Failure::environment) where the card's side is gone.
  void contacts(bool vcc, bool clk, bool rst, Micros now) override;
  void received(std::uint8_t character, Micros now) override { send(character, true, now); }
  void send(std::uint8_t character, bool parity_ok, Micros now);
  void receive(Micros now) override;

  struct Character {
    std::uint8_t value = 0;
    bool parity_ok = true;
  };
  std::optional<Character> take_character();
  // The same without the parity.
  std::optional<std::uint8_t> take(Micros now) override;
  std::optional<Micros> due() const override;
  int descriptor() const override { return records_.descriptor(); }

 private:
  void send(Record record);

  Records records_;
  std::deque<Character> characters_;
  Micros arrived_ = 0;  // the last of them
  std::optional<bool> present_;
};

}  // namespace sesame::contacts
