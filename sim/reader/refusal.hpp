// Why the simulator does not do what it is asked: a Failure that a program can tell from others, too.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "host/base/failure.hpp"

namespace sesame::sim {

enum class Why : std::uint8_t {
  unknown_reader,    // never was, was deleted, or has expired
  reader_exists,     // another has that id
  reader_stays,      // the one that the simulator starts with is not deleted
  too_many_readers,  //
  unknown_profile,   //
  bad_profile,       // a reader file that cannot be used
  unknown_function,  // the model has no such key
  unknown_card,      // no shipped card has that name
  bad_card,          // a card file, transcript or PC/SC reader that cannot be used
  card_in_use,       // a durable card, which another reader holds
  no_card,           // none is in the reader
  real_cards_off,    // real cards were not allowed
  virtual_clock,     // a real card needs a real clock
  real_clock,        // only a virtual clock can be moved
  no_state,          // the card has no counters that could be read or set
  bad_state,         // a value that this card cannot have
  not_rewindable,    // a durable card never goes back
  bad_fault,         // a key or instruction that does not fit
  bad_input,         // a PIN or an input that cannot be typed, a text that cannot be shown
  no_cable,          // the model has none to a computer
};
// "unknown_reader": the code in an answer of the HTTP API.
std::string_view to_string(Why why);

class Refusal : public Failure {
 public:
  // `hint`: what to do, if there is something.
  Refusal(Why why, const std::string& message, std::string hint = {});

  Why why() const { return why_; }
  const std::string& message() const { return message_; }
  const std::string& hint() const { return hint_; }

 private:
  Why why_;
  std::string message_, hint_;
};

}  // namespace sesame::sim
