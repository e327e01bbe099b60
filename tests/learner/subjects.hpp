// What is learned: a card by the commands of a transaction, a reader by what its user does. Each reset is a
// new one: a card with all tries, a reader that was never used.
#pragma once

#include <memory>
#include <string_view>

#include "host/card/personalization.hpp"
#include "tests/learner/learn_mealy.hpp"

namespace sesame::learner {

// By its first application: the commands of EMV that a terminal sends, right and wrong, with the PIN 1234.
// An answer is the status word; of a cryptogram, its type.
std::unique_ptr<Subject> card_of(card::Personalization card);

// A shipped model, with a Sésame card of which the PIN is 1234: card, keys, a PIN with OK, and time. An
// answer is the state that it comes to rest in.
std::unique_ptr<Subject> reader_of(std::string_view name);

// The same of a model with a connected mode, at its cable: what its user does, and the computer. An answer is
// the state, and what the computer is told, if anything.
std::unique_ptr<Subject> connected_reader_of(std::string_view name);

// The same by the inputs and outputs of the study of the e.dentifier2 (connected_test.cpp): the card is in,
// the robot types the PIN 1234 where it is asked for.
std::unique_ptr<Subject> edentifier2();

}  // namespace sesame::learner
