#include "firmware/core/pinpad/connection.hpp"

#include <algorithm>

#include "firmware/core/emv/status_word.hpp"

namespace sesame {

using namespace std::string_view_literals;  // a bare literal may cost a strlen

std::string_view to_string(HostStatus status) {
  switch (status) {
    case HostStatus::done: return "done"sv;
    case HostStatus::busy: return "busy"sv;
    case HostStatus::no_card: return "no_card"sv;
    case HostStatus::no_power: return "no_power"sv;
    case HostStatus::mute: return "mute"sv;
    case HostStatus::garbled: return "garbled"sv;
  }
  return {};
}

namespace pinpad {

namespace {

constexpr std::size_t kShortestCommand = 4;  // CLA INS P1 P2
constexpr std::size_t kStatusWord = 2;

bool carries_command(SlotRequest::Kind kind) { return kind == SlotRequest::Kind::transmit; }

char digit(Key key) { return static_cast<char>('0' + static_cast<int>(key)); }

}  // namespace

// A program waits where a person has begun something.
const Connection::Line Connection::kTransitions[] = {
    {State::connected, Signal::inserted, &Connection::ignore},
    {State::host_pin, Signal::inserted, &Connection::ignore},

    {State::prompt, Signal::host_activate, &Connection::refuse_busy},
    {State::pin, Signal::host_activate, &Connection::refuse_busy},
    {State::working, Signal::host_activate, &Connection::refuse_busy},
    {State::last_try, Signal::host_activate, &Connection::refuse_busy},
    {State::wrong_pin, Signal::host_activate, &Connection::refuse_busy},
    {State::code, Signal::host_activate, &Connection::refuse_busy},
    {State::menu, Signal::host_activate, &Connection::refuse_busy},
    {std::nullopt, Signal::host_activate, &Connection::connect},

    {State::connected, Signal::host_command, &Connection::pass_on},
    {State::connected, Signal::host_verify, &Connection::ask_pin},
    {State::connected, Signal::host_deactivate, &Connection::disconnect},
    {State::connected, Signal::answer, &Connection::pass_back},
    {State::connected, Signal::timeout, &Connection::waited_too_long},

    {State::host_pin, Signal::host_command, &Connection::pass_on},
    {State::host_pin, Signal::host_verify, &Connection::ask_pin},
    {State::host_pin, Signal::host_deactivate, &Connection::disconnect},
    {State::host_pin, Signal::digit, &Connection::add_to_pin},
    {State::host_pin, Signal::clear, &Connection::correct_pin},
    {State::host_pin, Signal::hold_clear, &Connection::cancel_pin},
    {State::host_pin, Signal::ok, &Connection::accept_pin},
    {State::host_pin, Signal::timeout, &Connection::pin_timed_out},

    {std::nullopt, Signal::host_command, &Connection::refuse_no_power},
    {std::nullopt, Signal::host_verify, &Connection::refuse_no_power},
    {std::nullopt, Signal::host_deactivate, &Connection::stay_as_it_is},
};

std::span<const Connection::Line> Connection::manual() { return kTransitions; }

std::optional<Signal> Connection::signal_of(const Event& event) {
  if (event.kind != Event::Kind::host) return std::nullopt;
  number_ = event.number;
  waits_ = true;
  status_.reset();
  switch (event.host) {
    case HostRequest::Kind::activate: return Signal::host_activate;
    case HostRequest::Kind::warm_reset:
    case HostRequest::Kind::transmit: return Signal::host_command;
    case HostRequest::Kind::verify_pin: return Signal::host_verify;
    case HostRequest::Kind::deactivate: break;
  }
  return Signal::host_deactivate;
}

HostSide::Outcome Connection::run(Control& control, Signal signal) {
  for (const Line& transition : kTransitions) {
    if (transition.fits(control.state, signal)) return (this->*transition.action)(control);
  }
  return Outcome::passed;
}

void Connection::removed() {
  if (waits_) answer(HostStatus::no_card, {});
}

// A status word stays: the program may not have seen yet that its PIN timed out, where the card is pulled out
// then.
void Connection::forget() {
  pin_sw_.reset();
  pin_sent_ = false;
  if (bytes_.size() > kStatusWord) bytes_.wipe();
}

void Connection::look(View& view) const {
  if (!pin_sw_) return;
  const bool blocked =
      *pin_sw_ == emv::sw::authentication_blocked || *pin_sw_ == emv::sw::referenced_data_invalidated;
  view.pin_ok = *pin_sw_ == emv::sw::ok;
  view.pin_wrong = blocked || emv::sw::is_wrong_pin(*pin_sw_);
  const auto left = emv::sw::tries_left(*pin_sw_);
  view.number = blocked ? 0U : left ? *left : View::kUnknown;
}

HostSide::Outcome Connection::connect(Control& control) {
  if (!control.card_present) return answer(HostStatus::no_card, {});
  end_command(control);
  control.ask(SlotRequest::Kind::activate);
  return Outcome::forgotten;
}

// A reader that begins by itself is not busy before something is typed.
HostSide::Outcome Connection::refuse_busy(Control& control) {
  return control.begun_by_itself ? connect(control) : answer(HostStatus::busy, {});
}
HostSide::Outcome Connection::refuse_no_power(Control& control) {
  return answer(control.card_present ? HostStatus::no_power : HostStatus::no_card, {});
}
HostSide::Outcome Connection::stay_as_it_is(Control&) { return answer(HostStatus::done, {}); }

HostSide::Outcome Connection::pass_on(Control& control) {
  end_command(control);
  const Event& event = *control.event;
  if (event.host == HostRequest::Kind::warm_reset) {
    control.ask(SlotRequest::Kind::warm_reset);
    return Outcome::done;
  }
  const bool apdu = event.bytes.size() >= kShortestCommand && bytes_.assign(event.bytes);
  if (!apdu) return answer(HostStatus::garbled, {});
  control.ask(SlotRequest::Kind::transmit);
  return Outcome::done;
}

// What the program asked for is over, answered or not: it may be asking for something else already.
void Connection::end_command(Control& control) {
  control.request.reset();
  pin_sent_ = false;
  pin_sw_.reset();
  bytes_.wipe();
  control.pin.wipe();
  control.enter(State::connected);
}

HostSide::Outcome Connection::pass_back(Control& control) {
  const bool reset = !carries_command(*control.request);
  const bool verified = pin_sent_;
  end_command(control);
  const Event& event = *control.event;
  switch (event.status) {
    case SlotStatus::ok: break;
    case SlotStatus::removed:
      control.card_is_gone();
      removed();
      control.show(Notice::card_removed);
      return Outcome::forgotten;
    case SlotStatus::mute: return pass_failure_back(control, HostStatus::mute, reset);
    case SlotStatus::garbled: return pass_failure_back(control, HostStatus::garbled, reset);
  }
  if (reset) return pass_atr_back(control);
  const auto response = emv::parse_response(event.bytes);
  if (!response) return answer(HostStatus::garbled, {});
  if (!verified) return answer(HostStatus::done, event.bytes);
  // The status word alone, and nothing in its place: a card could send the PIN back.
  if (!emv::sw::is_status_word(response->sw)) return answer(HostStatus::garbled, {});
  pin_sw_.emplace(response->sw);
  return answer(response->sw);
}

HostSide::Outcome Connection::pass_atr_back(Control& control) {
  if (control.event->bytes.empty()) return pass_failure_back(control, HostStatus::mute, true);
  return answer(HostStatus::done, control.event->bytes);
}

HostSide::Outcome Connection::waited_too_long(Control& control) {
  const bool reset = !carries_command(*control.request);
  end_command(control);
  return pass_failure_back(control, HostStatus::mute, reset);
}

// A card that was reset and gives no ATR is of no use to the program, and the person at the reader may know.
HostSide::Outcome Connection::pass_failure_back(Control& control, HostStatus status, bool reset) {
  const Outcome answered = answer(status, {});
  if (!reset) return answered;
  control.show(status == HostStatus::mute ? Notice::card_mute : Notice::card_error);
  return Outcome::forgotten;
}

HostSide::Outcome Connection::disconnect(Control& control) {
  control.pin.wipe();
  control.release_card();
  control.language = control.own_language();  // not the program's
  control.enter(State::choose_function);
  answer(HostStatus::done, {});
  return Outcome::forgotten;
}

// Its PIN: the order says how long, of how many digits, and where it goes.
HostSide::Outcome Connection::ask_pin(Control& control) {
  end_command(control);
  const auto how = pinpad::parse_pin_verify(control.event->bytes);
  if (!how || !bytes_.assign(how->command)) return answer(kPinOrderUnusable);
  pin_ = *how;
  pin_.command = {};
  speak(control);
  control.enter(State::host_pin);
  pin_latest_ = control.now + kLongestPinEntry;
  wait_for_pin(control, pin_.timeout);
  return Outcome::done;
}

// The language of this order, if the model has it, else the model's own: not that of an order before.
void Connection::speak(Control& control) {
  const auto primary = [](std::uint16_t id) { return id & 0x3FF; };  // without the country
  const auto wanted = primary(pin_.language_id);
  control.language = control.own_language();
  for (const Language& language : control.profile.languages) {
    if (wanted != 0 && primary(language.language_id) == wanted) control.language = &language;
  }
}

void Connection::wait_for_pin(Control& control, std::uint8_t seconds) {
  const Millis wait = seconds == 0 ? control.profile.timeouts.inactivity : Millis{1000} * seconds;
  control.deadline.emplace(std::min(control.now + wait, pin_latest_));
}

HostSide::Outcome Connection::add_to_pin(Control& control) {
  wait_for_pin(control, pin_.timeout_after_key);
  const Key key = control.event->key;
  if (key == Key::point || control.pin.size() >= pin_.most) return Outcome::done;
  static_cast<void>(control.pin.push(digit(key)));
  if (!pin_.ends_at_most || control.pin.size() < pin_.most) return Outcome::done;
  return send_pin(control);
}

HostSide::Outcome Connection::correct_pin(Control& control) {
  wait_for_pin(control, pin_.timeout_after_key);
  if (control.pin.empty()) return cancel_pin(control);
  control.pin.pop();
  return Outcome::done;
}

HostSide::Outcome Connection::accept_pin(Control& control) {
  wait_for_pin(control, pin_.timeout_after_key);
  return control.pin.size() >= pin_.least ? send_pin(control) : Outcome::done;
}

HostSide::Outcome Connection::pin_timed_out(Control& control) {
  if (pin_.ends_at_timeout && control.pin.size() >= pin_.least) return send_pin(control);
  return end_pin(control, kPinTimedOut);
}

HostSide::Outcome Connection::cancel_pin(Control& control) { return end_pin(control, kPinCancelled); }

HostSide::Outcome Connection::end_pin(Control& control, std::uint16_t sw) {
  end_command(control);
  return answer(sw);
}

HostSide::Outcome Connection::send_pin(Control& control) {
  const bool fits = pinpad::insert_pin(pin_, control.pin, bytes_);
  if (!fits) return end_pin(control, kPinOrderUnusable);
  control.pin.wipe();
  control.enter(State::connected);
  pin_sent_ = true;
  control.ask(SlotRequest::Kind::transmit);
  return Outcome::done;
}

// A command may hold a PIN: nothing of it stays once there is an answer.
HostSide::Outcome Connection::answer(HostStatus status, Bytes bytes) {
  bytes_.wipe();
  const bool fits = bytes_.assign(bytes);
  status_ = fits ? status : HostStatus::garbled;
  waits_ = false;
  return Outcome::done;
}

HostSide::Outcome Connection::answer(std::uint16_t sw) {
  const std::array<std::uint8_t, 2> bytes{static_cast<std::uint8_t>(sw >> 8), static_cast<std::uint8_t>(sw)};
  return answer(HostStatus::done, bytes);
}

std::optional<HostAnswer> Connection::answer() const {
  if (!status_) return std::nullopt;
  return HostAnswer{number_, *status_, bytes_};
}

}  // namespace pinpad

}  // namespace sesame
