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

constexpr State kAnyState{0xFF};
constexpr std::size_t kShortestCommand = 4;  // CLA INS P1 P2
constexpr std::size_t kStatusWord = 2;

bool carries_command(SlotRequest::Kind kind) { return kind == SlotRequest::Kind::transmit; }

char digit(Key key) { return static_cast<char>('0' + static_cast<int>(key)); }

}  // namespace

using Signal = Reader::Signal;

// As the reader's own table, and asked before it. A program waits where a person has begun something.
const Connection::Transition Connection::kTransitions[] = {
    {State::connected, Signal::inserted, &Connection::ignore},
    {State::host_pin, Signal::inserted, &Connection::ignore},

    {State::prompt, Signal::host_activate, &Connection::refuse_busy},
    {State::pin, Signal::host_activate, &Connection::refuse_busy},
    {State::working, Signal::host_activate, &Connection::refuse_busy},
    {State::last_try, Signal::host_activate, &Connection::refuse_busy},
    {State::wrong_pin, Signal::host_activate, &Connection::refuse_busy},
    {State::code, Signal::host_activate, &Connection::refuse_busy},
    {kAnyState, Signal::host_activate, &Connection::connect},

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

    {kAnyState, Signal::host_command, &Connection::refuse_no_power},
    {kAnyState, Signal::host_verify, &Connection::refuse_no_power},
    {kAnyState, Signal::host_deactivate, &Connection::stay_as_it_is},
};

Signal Connection::signal_of(const Event& event) {
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

bool Connection::run(Reader& reader, Signal signal) {
  for (const Transition& transition : kTransitions) {
    if (transition.state != kAnyState && transition.state != reader.state_) continue;
    if (transition.signal != signal) continue;
    (this->*transition.action)(reader);
    return true;
  }
  return false;
}

void Connection::removed() {
  if (waits_) answer(HostStatus::no_card, {});
}

// A status word stays: the program may not have seen yet that its PIN timed out, where the card is pulled out then.
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
  view.number = blocked ? std::uint8_t{0} : emv::sw::tries_left(*pin_sw_).value_or(View::kUnknown);
}

void Connection::connect(Reader& reader) {
  if (!reader.card_present_) return answer(HostStatus::no_card, {});
  reader.forget();
  end_command(reader);
  reader.ask(SlotRequest::Kind::activate);
}

void Connection::refuse_busy(Reader&) { answer(HostStatus::busy, {}); }
void Connection::refuse_no_power(Reader& reader) {
  answer(reader.card_present_ ? HostStatus::no_power : HostStatus::no_card, {});
}
void Connection::stay_as_it_is(Reader&) { answer(HostStatus::done, {}); }

void Connection::pass_on(Reader& reader) {
  end_command(reader);
  if (reader.event_->host == HostRequest::Kind::warm_reset) return reader.ask(SlotRequest::Kind::warm_reset);
  const bool apdu = reader.event_->bytes.size() >= kShortestCommand && bytes_.assign(reader.event_->bytes);
  if (!apdu) return answer(HostStatus::garbled, {});
  reader.ask(SlotRequest::Kind::transmit);
}

// What the program asked for is over, answered or not: it may be asking for something else already.
void Connection::end_command(Reader& reader) {
  reader.request_.reset();
  pin_sent_ = false;
  pin_sw_.reset();
  bytes_.wipe();
  reader.pin_.wipe();
  reader.enter(State::connected);
}

void Connection::pass_back(Reader& reader) {
  const bool reset = !carries_command(*reader.request_);
  const bool verified = pin_sent_;
  end_command(reader);
  switch (reader.event_->status) {
    case SlotStatus::ok: break;
    case SlotStatus::removed: reader.card_present_ = false; return reader.show_removed();
    case SlotStatus::mute: return pass_failure_back(reader, HostStatus::mute, reset);
    case SlotStatus::garbled: return pass_failure_back(reader, HostStatus::garbled, reset);
  }
  if (reset) return pass_atr_back(reader);
  const auto response = emv::parse_response(reader.event_->bytes);
  if (!response) return answer(HostStatus::garbled, {});
  if (!verified) return answer(HostStatus::done, reader.event_->bytes);
  // The status word alone, and nothing in its place: a card could send the PIN back.
  if (!emv::sw::is_status_word(response->sw)) return answer(HostStatus::garbled, {});
  pin_sw_ = response->sw;
  answer(response->sw);
}

void Connection::pass_atr_back(Reader& reader) {
  if (reader.event_->bytes.empty()) return pass_failure_back(reader, HostStatus::mute, true);
  answer(HostStatus::done, reader.event_->bytes);
}

void Connection::waited_too_long(Reader& reader) {
  const bool reset = !carries_command(*reader.request_);
  end_command(reader);
  pass_failure_back(reader, HostStatus::mute, reset);
}

// A card that was reset and gives no ATR is of no use to the program, and whoever stands there may know.
void Connection::pass_failure_back(Reader& reader, HostStatus status, bool reset) {
  answer(status, {});
  if (reset) reader.show(status == HostStatus::mute ? Notice::card_mute : Notice::card_error);
}

void Connection::disconnect(Reader& reader) {
  reader.forget();
  reader.release_card();
  reader.language_ = &reader.profile_.languages[0];  // not the program's
  reader.enter(State::choose_function);
  answer(HostStatus::done, {});
}

// Its PIN: the order says how long, of how many digits, and where it goes.
void Connection::ask_pin(Reader& reader) {
  end_command(reader);
  const auto how = pinpad::parse_pin_verify(reader.event_->bytes);
  if (!how || !bytes_.assign(how->command)) return answer(kPinOrderUnusable);
  pin_ = *how;
  pin_.command = {};
  speak(reader);
  reader.enter(State::host_pin);
  pin_latest_ = reader.now_ + kLongestPinEntry;
  wait_for_pin(reader, pin_.timeout);
}

// The language of this order, if the model has it, else the model's own: not that of an order before.
void Connection::speak(Reader& reader) {
  const auto primary = [](std::uint16_t id) { return id & 0x3FF; };  // without the country
  const auto wanted = primary(pin_.language_id);
  reader.language_ = &reader.profile_.languages[0];
  for (const Language& language : reader.profile_.languages) {
    if (wanted != 0 && primary(language.language_id) == wanted) reader.language_ = &language;
  }
}

void Connection::wait_for_pin(Reader& reader, std::uint8_t seconds) {
  const Millis wait = seconds == 0 ? reader.profile_.timeouts.inactivity : Millis{1000} * seconds;
  reader.deadline_ = std::min(reader.now_ + wait, pin_latest_);
}

void Connection::add_to_pin(Reader& reader) {
  wait_for_pin(reader, pin_.timeout_after_key);
  if (reader.event_->key == Key::point || reader.pin_.size() >= pin_.most) return;
  static_cast<void>(reader.pin_.push(digit(reader.event_->key)));
  if (pin_.ends_at_most && reader.pin_.size() == pin_.most) send_pin(reader);
}

void Connection::correct_pin(Reader& reader) {
  wait_for_pin(reader, pin_.timeout_after_key);
  if (reader.pin_.empty()) return cancel_pin(reader);
  reader.pin_.pop();
}

void Connection::accept_pin(Reader& reader) {
  wait_for_pin(reader, pin_.timeout_after_key);
  if (reader.pin_.size() >= pin_.least) send_pin(reader);
}

void Connection::pin_timed_out(Reader& reader) {
  if (pin_.ends_at_timeout && reader.pin_.size() >= pin_.least) return send_pin(reader);
  end_pin(reader, kPinTimedOut);
}

void Connection::cancel_pin(Reader& reader) { end_pin(reader, kPinCancelled); }

void Connection::end_pin(Reader& reader, std::uint16_t sw) {
  end_command(reader);
  answer(sw);
}

void Connection::send_pin(Reader& reader) {
  const bool fits = pinpad::insert_pin(pin_, reader.pin_, bytes_);
  if (!fits) return end_pin(reader, kPinOrderUnusable);
  reader.pin_.wipe();
  reader.enter(State::connected);
  pin_sent_ = true;
  reader.ask(SlotRequest::Kind::transmit);
}

// A command may hold a PIN: nothing of it stays behind the answer.
void Connection::answer(HostStatus status, Bytes bytes) {
  bytes_.wipe();
  const bool fits = bytes_.assign(bytes);
  status_ = fits ? status : HostStatus::garbled;
  waits_ = false;
}

void Connection::answer(std::uint16_t sw) {
  const std::array<std::uint8_t, 2> bytes{static_cast<std::uint8_t>(sw >> 8), static_cast<std::uint8_t>(sw)};
  answer(HostStatus::done, bytes);
}

std::optional<HostAnswer> Connection::answer() const {
  if (!status_) return std::nullopt;
  return HostAnswer{number_, *status_, bytes_};
}

}  // namespace pinpad

}  // namespace sesame
