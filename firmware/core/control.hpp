// What the reader does at the moment, for a person (reader.hpp) or for a program on the computer
// (pinpad/connection.hpp, signing/link.hpp). Each has a table of transitions; its actions work on the one
// Control.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "firmware/core/cap/transaction.hpp"
#include "firmware/core/entry.hpp"
#include "firmware/core/event.hpp"
#include "firmware/core/profile.hpp"
#include "firmware/core/state.hpp"

namespace sesame {

// What an event means to the tables.
enum class Signal : std::uint8_t {
  any_key,  // in a table: whatever key it is
  digit,
  ok,
  clear,
  hold_clear,
  function,
  inserted,
  removed,
  answer,
  timeout,
  pin_on_pad,
  host_activate,
  host_command,  // warm_reset, transmit
  host_verify,
  host_deactivate,
  computer_pin,
  computer_show,
  computer_sign,
  computer_cryptogram,
  computer_unplug,
};

std::string_view to_string(Signal signal);
bool is_key(Signal signal);

// A line of a table: in this state, or in any, this signal leads to that action.
template <class Action>
struct Transition {
  std::optional<State> state;
  Signal signal;
  Action action;

  bool fits(State in, Signal what) const {
    return (!state || *state == in) && (signal == what || (signal == Signal::any_key && is_key(what)));
  }
};

struct Control {
  explicit Control(const ReaderProfile& model) : profile(model), language(&model.languages[0]) {}

  // The one chosen by key, else the model's own: of a card that says nothing.
  const Language* own_language() const { return chosen ? chosen : &profile.languages[0]; }

  void enter(State next);  // with its deadline, and nothing typed
  void show(Notice what);  // lets go of the card, and enters State::notice
  void ask(SlotRequest::Kind kind);
  void release_card();
  void card_is_gone();

  const ReaderProfile& profile;
  const Language* language;
  const Language* chosen = nullptr;  // by key, until the reader has no power any more
  State state = State::off;
  Notice notice = Notice::none;

  Millis now = 0;
  // By emplace(): to assign a number copies a whole optional, and with it what the stack had behind its flag.
  std::optional<Millis> deadline;
  const Event* event = nullptr;  // the one being handled: a digit of a PIN leaves no copy

  bool card_present = false;
  bool card_powered = false;
  bool begun_by_itself = false;  // the function, by the card that was put in; nothing is typed yet
  std::uint32_t request_number = 0;
  std::optional<SlotRequest::Kind> request;  // outstanding

  Entry entry;   // the number being typed
  cap::Pin pin;  // the PIN being typed
};

}  // namespace sesame
