#include "firmware/core/control.hpp"

namespace sesame {

using namespace std::string_view_literals;  // a bare literal may cost a strlen

std::string_view to_string(Signal signal) {
  switch (signal) {
    case Signal::any_key: return "any key"sv;
    case Signal::digit: return "digit"sv;
    case Signal::ok: return "OK"sv;
    case Signal::clear: return "C"sv;
    case Signal::hold_clear: return "C held"sv;
    case Signal::function: return "function key"sv;
    case Signal::inserted: return "card inserted"sv;
    case Signal::removed: return "card removed"sv;
    case Signal::answer: return "answer"sv;
    case Signal::timeout: return "timeout"sv;
    case Signal::pin_on_pad: return "PIN on the slot's pad"sv;
    case Signal::host_activate: return "program: activate"sv;
    case Signal::host_command: return "program: command"sv;
    case Signal::host_verify: return "program: verify PIN"sv;
    case Signal::host_deactivate: return "program: deactivate"sv;
    case Signal::computer_pin: return "computer: PIN"sv;
    case Signal::computer_show: return "computer: show"sv;
    case Signal::computer_sign: return "computer: sign"sv;
    case Signal::computer_cryptogram: return "computer: cryptogram"sv;
    case Signal::computer_unplug: return "computer: unplugged"sv;
  }
  return {};
}

bool is_key(Signal signal) {
  switch (signal) {
    case Signal::any_key:
    case Signal::digit:
    case Signal::ok:
    case Signal::clear:
    case Signal::hold_clear:
    case Signal::function: return true;
    default: return false;
  }
}

void Control::enter(State next) {
  state = next;
  notice = Notice::none;
  entry.clear();
  switch (next) {
    case State::off:
    case State::connected: deadline.reset(); break;
    case State::code: deadline.emplace(now + profile.timeouts.code); break;
    case State::starting:
    case State::working: deadline.emplace(now + profile.timeouts.card); break;
    default: deadline.emplace(now + profile.timeouts.inactivity); break;
  }
}

void Control::show(Notice what) {
  release_card();
  enter(State::notice);
  notice = what;
}

void Control::ask(SlotRequest::Kind kind) {
  request = kind;
  ++request_number;
  card_powered = kind != SlotRequest::Kind::deactivate;
  if (card_powered) deadline.emplace(now + profile.timeouts.card);
}

void Control::release_card() {
  if (card_powered) ask(SlotRequest::Kind::deactivate);
}

void Control::card_is_gone() {
  card_present = false;
  card_powered = false;
  request.reset();
}

}  // namespace sesame
