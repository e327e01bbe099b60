#include "firmware/core/reader.hpp"

#include <algorithm>
#include <utility>

#include "firmware/core/emv/apdu.hpp"
#include "firmware/core/iso7816/atr.hpp"

namespace sesame {

namespace {

constexpr State kAnyState{0xFF};

bool is_digit(Key key) { return key <= Key::d9; }
char character(Key key) { return key == Key::point ? '.' : static_cast<char>('0' + static_cast<int>(key)); }
bool carries_command(SlotRequest::Kind kind) {
  return kind == SlotRequest::Kind::transmit || kind == SlotRequest::Kind::verify_on_pad;
}
char lower(std::uint8_t letter) { return static_cast<char>(letter | 0x20); }
std::size_t function_index(Key key) {
  return static_cast<std::size_t>(key) - static_cast<std::size_t>(Key::f1);
}

}  // namespace

// The reader's manual, a line each. The first line that fits is taken; what no line names is ignored.
const Reader::Transition Reader::kTransitions[] = {
    {kAnyState, Signal::inserted, &Reader::start},
    {State::off, Signal::removed, &Reader::ignore},
    {kAnyState, Signal::removed, &Reader::show_removed},

    {State::off, Signal::any_key, &Reader::start},
    {State::insert_card, Signal::timeout, &Reader::power_off},

    {State::starting, Signal::answer, &Reader::take_answer},
    {State::starting, Signal::timeout, &Reader::card_took_too_long},

    {State::choose_function, Signal::function, &Reader::begin_function},
    {State::choose_function, Signal::timeout, &Reader::power_off},

    {State::prompt, Signal::digit, &Reader::add_to_number},
    {State::prompt, Signal::clear, &Reader::correct_number},
    {State::prompt, Signal::hold_clear, &Reader::choose_function},
    {State::prompt, Signal::ok, &Reader::accept_number},
    {State::prompt, Signal::timeout, &Reader::power_off},

    {State::pin, Signal::digit, &Reader::add_to_pin},
    {State::pin, Signal::clear, &Reader::correct_pin},
    {State::pin, Signal::hold_clear, &Reader::choose_function},
    {State::pin, Signal::ok, &Reader::accept_pin},
    {State::pin, Signal::pin_on_pad, &Reader::leave_pin_to_pad},
    {State::pin, Signal::timeout, &Reader::power_off},

    {State::working, Signal::answer, &Reader::take_answer},
    {State::working, Signal::clear, &Reader::choose_function},
    {State::working, Signal::hold_clear, &Reader::choose_function},
    {State::working, Signal::timeout, &Reader::card_took_too_long},

    {State::last_try, Signal::ok, &Reader::send_last_pin},
    {State::last_try, Signal::clear, &Reader::choose_function},
    {State::last_try, Signal::hold_clear, &Reader::choose_function},
    {State::last_try, Signal::timeout, &Reader::power_off},

    {State::wrong_pin, Signal::ok, &Reader::enter_pin},
    {State::wrong_pin, Signal::clear, &Reader::choose_function},
    {State::wrong_pin, Signal::hold_clear, &Reader::choose_function},
    {State::wrong_pin, Signal::timeout, &Reader::power_off},

    {State::code, Signal::function, &Reader::begin_function},
    {State::code, Signal::ok, &Reader::choose_function},
    {State::code, Signal::clear, &Reader::choose_function},
    {State::code, Signal::hold_clear, &Reader::choose_function},
    {State::code, Signal::timeout, &Reader::power_off},

    {State::notice, Signal::ok, &Reader::start},
    {State::notice, Signal::clear, &Reader::start},
    {State::notice, Signal::hold_clear, &Reader::start},
    {State::notice, Signal::timeout, &Reader::power_off},
};

Reader::Reader(const ReaderProfile& profile, HostSide* host)
    : profile_(profile), host_(host), language_(&profile.languages[0]) {}

// ---- events in

void Reader::handle(const Event& event, Millis now) {
  now_ = now;
  event_ = &event;
  // Time goes first: a key that comes after the 35 seconds finds the reader off.
  if (deadline_ && now_ >= *deadline_) run(Signal::timeout);
  if (const auto signal = signal_of(event)) run(*signal);
  event_ = nullptr;
}

std::optional<Reader::Signal> Reader::signal_of(const Event& event) {
  switch (event.kind) {
    case Event::Kind::inserted: card_present_ = true; return Signal::inserted;
    case Event::Kind::removed: card_present_ = false; return Signal::removed;
    case Event::Kind::tick: return std::nullopt;
    case Event::Kind::answer:
      if (!request_ || event.number != request_number_) return std::nullopt;  // stale
      if (*request_ != SlotRequest::Kind::deactivate) return Signal::answer;
      request_.reset();
      return std::nullopt;
    case Event::Kind::pin_on_pad: return Signal::pin_on_pad;
    case Event::Kind::host: return host_ ? std::optional(host_->signal_of(event)) : std::nullopt;
    case Event::Kind::press:
    case Event::Kind::hold: break;
  }
  if (is_digit(event.key) || event.key == Key::point) return Signal::digit;
  if (event.key == Key::ok) return Signal::ok;
  if (event.key == Key::clear) return event.kind == Event::Kind::hold ? Signal::hold_clear : Signal::clear;
  if (function_index(event.key) < profile_.functions.size()) return Signal::function;
  return state_ == State::off ? std::optional(Signal::any_key) : std::nullopt;
}

namespace {

// A key keeps the reader awake; but a code stays for its time, a card has its own, and so has a program.
bool keys_prolong(State state) {
  switch (state) {
    case State::off:
    case State::starting:
    case State::working:
    case State::code:
    case State::connected:
    case State::host_pin: return false;
    default: return true;
  }
}

}  // namespace

void Reader::run(Signal signal) {
  const bool key = signal < Signal::inserted;
  if (key && keys_prolong(state_)) {
    deadline_ = now_ + profile_.timeouts.inactivity;
  }
  if (host_ && host_->run(*this, signal)) return;
  for (const Transition& transition : kTransitions) {
    if (transition.state != kAnyState && transition.state != state_) continue;
    if (transition.signal != signal && !(key && transition.signal == Signal::any_key)) continue;
    return (this->*transition.action)();
  }
}

// ---- on and off

// Woken by a card or a key, or sent back here after a notice.
void Reader::start() {
  forget();
  language_ = &profile_.languages[0];  // the last card's says nothing about the next
  if (!card_present_) return enter(State::insert_card);
  enter(State::starting);
  warm_reset_done_ = false;
  ask(SlotRequest::Kind::activate);
}

void Reader::power_off() {
  forget();
  release_card();
  enter(State::off);
}

void Reader::show_removed() {
  card_powered_ = false;
  request_.reset();
  if (host_) host_->removed();
  show(Notice::card_removed);
}

void Reader::enter(State state) {
  state_ = state;
  notice_ = Notice::none;
  entry_.clear();
  switch (state) {
    case State::off:
    case State::connected: deadline_.reset(); break;
    case State::code: deadline_ = now_ + profile_.timeouts.code; break;
    case State::starting:
    case State::working: deadline_ = now_ + profile_.timeouts.card; break;
    default: deadline_ = now_ + profile_.timeouts.inactivity; break;
  }
}

void Reader::show(Notice notice) {
  fault_ = transaction_.fault();
  forget();
  release_card();
  enter(State::notice);
  notice_ = notice;
}

// Everything that belongs to one code.
void Reader::forget() {
  forget_inputs();
  if (host_) host_->forget();
  transaction_.wipe();
}

// What was typed and chosen, and the code.
void Reader::forget_inputs() {
  function_ = nullptr;
  prompt_ = 0;
  answers_ = 0;
  entry_.clear();
  pin_.wipe();
  code_.wipe();
  pin_on_pad_ = false;
  sesame::wipe(&inputs_, sizeof inputs_);
  typed_later_ = {};
  tds_.wipe();
}

// ---- a function and its prompts

void Reader::choose_function() {
  // A card whose application is only selected can wait for the next function as it is.
  const bool fresh = transaction_.state() == cap::TransactionState::selected && card_powered_;
  forget_inputs();
  if (!fresh) {
    transaction_.wipe();
    release_card();
  }
  enter(State::choose_function);
}

void Reader::begin_function() {
  if (state_ == State::code) choose_function();
  function_ = &profile_.functions[function_index(event_->key)];
  for (const Prompt& prompt : function_->prompts) {
    if (prompt.place != PromptPlace::after_pin) continue;
    (prompt.kind == PromptKind::amount ? typed_later_.amount : typed_later_.number) = true;
  }
  first_prompt(PromptPlace::before_pin);
}

void Reader::first_prompt(PromptPlace place) {
  prompt_ = 0;
  next_prompt(place);
}

// Asks the next prompt of this place, or goes on behind the last one.
void Reader::next_prompt(PromptPlace place) {
  if (!prompts_remain(place)) return after_prompts(place);
  while (function_->prompts[prompt_].place != place) ++prompt_;
  enter(State::prompt);
}

bool Reader::prompts_remain(PromptPlace place) const {
  const auto rest = function_->prompts.subspan(prompt_);
  return std::any_of(rest.begin(), rest.end(), [&](const Prompt& prompt) { return prompt.place == place; });
}

void Reader::after_prompts(PromptPlace place) {
  switch (place) {
    case PromptPlace::before_pin: return enter_pin();
    case PromptPlace::after_pin:
      enter(State::working);
      if (!transaction_.currency_used()) inputs_.currency = {};
      if (!transaction_.amount_used()) inputs_.amount = {};
      transaction_.generate(inputs_);
      return go_on();
    case PromptPlace::after_card: return show_code();
  }
}

void Reader::add_to_number() {
  const char c = character(event_->key);
  if (accepts(prompt(), profile_.currency.exponent, entry_, c)) static_cast<void>(entry_.push(c));
}

void Reader::correct_number() {
  if (entry_.empty()) return choose_function();
  entry_.pop();
}

void Reader::accept_number() {
  const Prompt& answered = prompt();
  const bool no_more = answers_ > 0 && entry_.empty();  // whoever gave one number need not give another
  if (!no_more && !complete(answered, entry_)) return;
  const bool more_tds = answered.kind == PromptKind::tds && !entry_.empty() &&
                        answers_ + 1 < answered.repeat && tds_.size() + 1 < cap::kMaxTdsNumbers;
  store_number();
  answers_ = static_cast<std::uint8_t>(more_tds ? answers_ + 1 : 0);
  if (!more_tds) ++prompt_;
  next_prompt(answered.place);
}

void Reader::store_number() {
  switch (prompt().kind) {
    case PromptKind::challenge:
    case PromptKind::reference: inputs_.unpredictable_number = to_bcd<4>(entry_); break;
    case PromptKind::amount:
      if (entry_.empty()) break;
      inputs_.amount = amount_bcd(entry_, profile_.currency.exponent);
      inputs_.currency = profile_.currency.code;
      break;
    case PromptKind::tds: {
      cap::TdsNumber number;
      if (!entry_.empty() && number.append(entry_)) static_cast<void>(tds_.push(number));
      break;
    }
  }
}

// ---- the PIN

void Reader::enter_pin() {
  pin_.wipe();
  enter(State::pin);
}

void Reader::add_to_pin() {
  if (event_->key != Key::point) static_cast<void>(pin_.push(character(event_->key)));
}

void Reader::correct_pin() {
  if (pin_.empty()) return choose_function();
  pin_.pop();
}

void Reader::accept_pin() {
  if (pin_.size() < cap::kMinPinDigits) return;
  enter(State::working);
  go_on();
}

// The warning holds for this PIN alone.
void Reader::send_last_pin() {
  enter(State::working);
  send_pin();
}

void Reader::leave_pin_to_pad() {
  pin_.wipe();
  pin_on_pad_ = true;
  enter(State::working);
  go_on();
}

// ---- the dialogue with the card

void Reader::take_answer() {
  const SlotRequest::Kind asked = *request_;
  request_.reset();
  switch (event_->status) {
    case SlotStatus::ok: break;
    case SlotStatus::removed: card_present_ = false; return show_removed();
    case SlotStatus::mute:
    case SlotStatus::garbled:
      if (carries_command(asked) && transaction_.no_answer()) return go_on();
      return show(event_->status == SlotStatus::mute ? Notice::card_mute : Notice::card_error);
  }
  if (carries_command(asked)) {
    transaction_.answer(event_->bytes);
    return go_on();
  }

  // An ATR. Whether its check character is right was for whoever received the characters; recorded cards
  // carry an ATR with bytes masked.
  if (event_->bytes.empty()) return show(Notice::card_mute);
  if (iso7816::wants_warm_reset(event_->bytes) && !warm_reset_done_) {
    warm_reset_done_ = true;
    return ask(SlotRequest::Kind::warm_reset);
  }
  transaction_.select(profile_.card);
  go_on();
}

void Reader::card_took_too_long() {
  if (transaction_.no_answer()) return go_on();
  show(Notice::card_mute);
}

// The next step of the dialogue, from wherever it rests.
void Reader::go_on() {
  if (transaction_.pending()) return ask(SlotRequest::Kind::transmit);
  switch (transaction_.state()) {
    case cap::TransactionState::idle: warm_reset_done_ = false; return ask(SlotRequest::Kind::activate);
    case cap::TransactionState::selected: return on_selected();
    case cap::TransactionState::prepared: return on_prepared();
    case cap::TransactionState::verified: return first_prompt(PromptPlace::after_pin);
    case cap::TransactionState::done: release_card(); return first_prompt(PromptPlace::after_card);
    case cap::TransactionState::failed: return show_fault();
    case cap::TransactionState::selecting:
    case cap::TransactionState::preparing:
    case cap::TransactionState::verifying:
    case cap::TransactionState::generating: break;  // these have a command pending
  }
}

void Reader::on_selected() {
  choose_language();
  if (state_ == State::starting) return enter(State::choose_function);
  transaction_.prepare(inputs_, typed_later_);
  go_on();
}

void Reader::on_prepared() {
  const bool has_pin = !pin_.empty() || pin_on_pad_;
  if (transaction_.pin_was_wrong() && !has_pin) return enter(State::wrong_pin);
  if (transaction_.tries_left() == 1) return enter(State::last_try);
  send_pin();
}

void Reader::send_pin() {
  transaction_.verify(pin_);
  pin_.wipe();
  if (!std::exchange(pin_on_pad_, false)) return go_on();
  ask(SlotRequest::Kind::verify_on_pad);
  deadline_ =
      now_ + profile_.timeouts.inactivity + profile_.timeouts.card;  // somebody types, then the card works
}

// The card's languages stand in its order of preference, in letters of either case (EMV 4.3 Book 1, annex B); the first
// that the model has is used.
void Reader::choose_language() {
  language_ = &profile_.languages[0];
  if (!profile_.card_language) return;
  const Bytes preference = transaction_.language_preference();
  for (std::size_t i = 0; i + 1 < preference.size(); i += 2) {
    if (speak({lower(preference[i]), lower(preference[i + 1])})) return;
  }
}

bool Reader::speak(const std::array<char, 2>& code) {
  for (const Language& language : profile_.languages) {
    if (language.code != code) continue;
    language_ = &language;
    return true;
  }
  return false;
}

// Not inlined: on a board its digits would stand on the stack of every dialogue with the card.
[[gnu::noinline]] void Reader::show_code() {
  cap::Digits digits;
  if (!transaction_.code(tds_, digits)) return show_fault();
  const bool padded = cap::pad_with_zeros(digits, profile_.code.min_digits);
  if (!padded || digits.size() > profile_.code.max_digits || !code_.assign(digits)) {
    return show(Notice::code_too_long);
  }
  tds_.wipe();
  sesame::wipe(&inputs_, sizeof inputs_);
  enter(State::code);
}

void Reader::show_fault() {
  switch (transaction_.fault().kind) {
    case cap::Fault::Kind::no_application:
    case cap::Fault::Kind::not_supported: return show(Notice::wrong_card);
    case cap::Fault::Kind::application_blocked: return show(Notice::card_blocked);
    case cap::Fault::Kind::pin_blocked: return show(Notice::pin_blocked);
    case cap::Fault::Kind::refused: return show(Notice::card_refused);
    case cap::Fault::Kind::none:
    case cap::Fault::Kind::nonsense: return show(Notice::card_error);
  }
}

// ---- what the slot should do

void Reader::ask(SlotRequest::Kind kind) {
  request_ = kind;
  ++request_number_;
  if (kind == SlotRequest::Kind::deactivate) {
    card_powered_ = false;
    return;
  }
  card_powered_ = true;
  deadline_ = now_ + profile_.timeouts.card;
}

void Reader::release_card() {
  if (card_powered_) ask(SlotRequest::Kind::deactivate);
}

std::optional<SlotRequest> Reader::request() const {
  if (!request_) return std::nullopt;
  if (!carries_command(*request_)) return SlotRequest{request_number_, *request_, {}};
  return SlotRequest{request_number_, *request_,
                     state_ == State::connected ? host_->command() : transaction_.command()};
}

// ---- what the user sees

Screen Reader::screen() const {
  View view;
  view.state = state_;
  view.notice = notice_;
  view.entry = entry_;
  view.masked = pin_.size();
  view.code = code_;
  view.pin_ok = transaction_.state() == cap::TransactionState::generating;
  view.number = transaction_.tries_left().value_or(View::kUnknown);
  if (state_ == State::connected) host_->look(view);
  if (state_ == State::prompt) {
    view.prompt = prompt().kind;
    view.number = static_cast<std::uint8_t>(tds_.size() + 1);
  }
  return render(view, profile_, *language_);
}

}  // namespace sesame
