#include "firmware/core/reader.hpp"

#include <algorithm>
#include <utility>

#include "firmware/core/emv/apdu.hpp"
#include "firmware/core/iso7816/atr.hpp"

namespace sesame {

namespace {

bool is_digit(Key key) { return key <= Key::d9; }
char character(Key key) { return key == Key::point ? '.' : static_cast<char>('0' + static_cast<int>(key)); }
bool carries_command(SlotRequest::Kind kind) {
  return kind == SlotRequest::Kind::transmit || kind == SlotRequest::Kind::verify_on_pad;
}
// What the reader does for a signature that a computer begins: no key, and no prompt.
constexpr Function kForComputer{};

bool is_hosts(State state) {
  return state == State::connected || state == State::signing || state == State::approve;
}

char lower(std::uint8_t letter) { return static_cast<char>(letter | 0x20); }
std::size_t function_index(Key key) {
  return static_cast<std::size_t>(key) - static_cast<std::size_t>(Key::f1);
}

}  // namespace

const Reader::Line Reader::kTransitions[] = {
    {std::nullopt, Signal::inserted, act<&Reader::start>},
    {State::off, Signal::removed, act<&Reader::ignore>},
    {std::nullopt, Signal::removed, act<&Reader::show_removed>},

    {State::off, Signal::any_key, act<&Reader::start>},
    {State::insert_card, Signal::function, act<&Reader::open_menu>},
    {State::insert_card, Signal::timeout, act<&Reader::power_off>},

    {State::starting, Signal::answer, act<&Reader::take_answer>},
    {State::starting, Signal::timeout, act<&Reader::card_took_too_long>},

    {State::choose_function, Signal::function, act<&Reader::begin_function>},
    {State::choose_function, Signal::timeout, act<&Reader::power_off>},

    {State::prompt, Signal::digit, act<&Reader::add_to_number>},
    {State::prompt, Signal::clear, act<&Reader::correct_number>},
    {State::prompt, Signal::hold_clear, act<&Reader::choose_function>},
    {State::prompt, Signal::ok, act<&Reader::accept_number>},
    {State::prompt, Signal::function, act<&Reader::begin_instead>},
    {State::prompt, Signal::timeout, act<&Reader::power_off>},

    {State::pin, Signal::digit, act<&Reader::add_to_pin>},
    {State::pin, Signal::clear, act<&Reader::correct_pin>},
    {State::pin, Signal::hold_clear, act<&Reader::choose_function>},
    {State::pin, Signal::ok, act<&Reader::accept_pin>},
    {State::pin, Signal::function, act<&Reader::begin_instead>},
    {State::pin, Signal::pin_on_pad, act<&Reader::leave_pin_to_pad>},
    {State::pin, Signal::timeout, act<&Reader::power_off>},

    {State::working, Signal::answer, act<&Reader::take_answer>},
    {State::working, Signal::clear, act<&Reader::choose_function>},
    {State::working, Signal::hold_clear, act<&Reader::choose_function>},
    {State::working, Signal::timeout, act<&Reader::card_took_too_long>},

    {State::last_try, Signal::ok, act<&Reader::send_last_pin>},
    {State::last_try, Signal::clear, act<&Reader::choose_function>},
    {State::last_try, Signal::hold_clear, act<&Reader::choose_function>},
    {State::last_try, Signal::timeout, act<&Reader::power_off>},

    {State::wrong_pin, Signal::ok, act<&Reader::enter_pin>},
    {State::wrong_pin, Signal::clear, act<&Reader::choose_function>},
    {State::wrong_pin, Signal::hold_clear, act<&Reader::choose_function>},
    {State::wrong_pin, Signal::timeout, act<&Reader::power_off>},

    {State::code, Signal::function, act<&Reader::begin_function>},
    {State::code, Signal::ok, act<&Reader::choose_function>},
    {State::code, Signal::clear, act<&Reader::choose_function>},
    {State::code, Signal::hold_clear, act<&Reader::choose_function>},
    {State::code, Signal::timeout, act<&Reader::power_off>},

    {State::notice, Signal::ok, act<&Reader::start>},
    {State::notice, Signal::clear, act<&Reader::start>},
    {State::notice, Signal::hold_clear, act<&Reader::start>},
    {State::notice, Signal::timeout, act<&Reader::power_off>},

    {State::menu, Signal::function, act<&Reader::next_item>},
    {State::menu, Signal::digit, act<&Reader::change_setting>},
    {State::menu, Signal::ok, act<&Reader::keep_setting>},
    {State::menu, Signal::clear, act<&Reader::leave_menu>},
    {State::menu, Signal::hold_clear, act<&Reader::leave_menu>},
    {State::menu, Signal::timeout, act<&Reader::power_off>},

    {State::signing, Signal::clear, act<&Reader::choose_function>},
    {State::signing, Signal::hold_clear, act<&Reader::choose_function>},
    {State::signing, Signal::timeout, act<&Reader::power_off>},

    {State::approve, Signal::clear, act<&Reader::choose_function>},
    {State::approve, Signal::hold_clear, act<&Reader::choose_function>},
    {State::approve, Signal::timeout, act<&Reader::power_off>},
};

std::span<const Reader::Line> Reader::manual() { return kTransitions; }

Reader::Reader(const ReaderProfile& profile, HostSide* host) : control_(profile), host_(host) {}

// ---- events in

void Reader::handle(const Event& event, Millis now) {
  control_.now = now;
  control_.event = &event;
  // Time goes first: a key that comes after the 35 seconds finds the reader off.
  if (control_.deadline && control_.now >= *control_.deadline) run(Signal::timeout);
  if (const auto signal = signal_of(event)) run(*signal);
  control_.event = nullptr;
}

std::optional<Signal> Reader::signal_of(const Event& event) {
  switch (event.kind) {
    case Event::Kind::inserted: control_.card_present = true; return Signal::inserted;
    case Event::Kind::removed: control_.card_present = false; return Signal::removed;
    case Event::Kind::tick: return std::nullopt;
    case Event::Kind::answer:
      if (!control_.request || event.number != control_.request_number) return std::nullopt;  // stale
      if (*control_.request != SlotRequest::Kind::deactivate) return Signal::answer;
      control_.request.reset();
      return std::nullopt;
    case Event::Kind::pin_on_pad: return Signal::pin_on_pad;
    case Event::Kind::host:
    case Event::Kind::computer: return host_ ? host_->signal_of(event) : std::nullopt;
    case Event::Kind::press:
    case Event::Kind::hold: break;
  }
  if (is_digit(event.key) || event.key == Key::point) return Signal::digit;
  if (event.key == Key::ok) return Signal::ok;
  if (event.key == Key::clear) return event.kind == Event::Kind::hold ? Signal::hold_clear : Signal::clear;
  const std::size_t index = function_index(event.key);
  if (index < profile().functions.size() && !profile().functions[index].on_insertion) return Signal::function;
  return control_.state == State::off ? std::optional(Signal::any_key) : std::nullopt;
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
  if (is_key(signal) && keys_prolong(control_.state)) {
    control_.deadline.emplace(control_.now + profile().timeouts.inactivity);
  }
  if (host_) {
    switch (host_->run(control_, signal)) {
      case HostSide::Outcome::passed: break;
      case HostSide::Outcome::done: return;
      case HostSide::Outcome::forgotten:
        fault_ = {};
        forget();
        if (control_.state == State::choose_function) wait_for_function();
        return;
      case HostSide::Outcome::begin: return_to_functions(); return begin(kForComputer);
      case HostSide::Outcome::generate: host_->sign(tds_); return after_prompts(PromptPlace::after_pin);
    }
  }
  for (const Line& transition : kTransitions) {
    if (transition.fits(control_.state, signal)) return transition.action(*this);
  }
}

// ---- on and off

// Woken by a card or a key, or sent back here after a notice.
void Reader::start() {
  forget();
  control_.language = control_.own_language();  // the last card's says nothing about the next
  if (!control_.card_present) return control_.enter(State::insert_card);
  control_.enter(State::starting);
  warm_reset_done_ = false;
  control_.ask(SlotRequest::Kind::activate);
}

void Reader::power_off() {
  forget();
  control_.release_card();
  control_.enter(State::off);
}

void Reader::show_removed() {
  control_.card_is_gone();
  if (host_) host_->removed();
  show(Notice::card_removed);
}

void Reader::show(Notice notice) {
  fault_ = transaction_.fault();
  forget();
  control_.show(notice);
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
  item_ = 0;
  tried_contrast_ = contrast_;
  control_.begun_by_itself = false;
  control_.entry.clear();
  control_.pin.wipe();
  code_.wipe();
  pin_on_pad_ = false;
  sesame::wipe(&inputs_, sizeof inputs_);
  typed_later_ = {};
  tds_.wipe();
}

// ---- a function and its prompts

void Reader::choose_function() {
  if (host_) host_->forget();
  return_to_functions();
}

void Reader::return_to_functions() {
  // A card whose application is only selected can wait for the next function as it is.
  const bool fresh = transaction_.state() == cap::TransactionState::selected && control_.card_powered;
  forget_inputs();
  if (!fresh) {
    transaction_.wipe();
    control_.release_card();
  }
  wait_for_function();
}

// Of a person, or begins the one that needs no key.
void Reader::wait_for_function() {
  control_.enter(State::choose_function);
  for (const Function& function : profile().functions) {
    if (!function.on_insertion) continue;
    begin(function);
    control_.begun_by_itself = true;
  }
}

bool Reader::for_computer() const { return function_ == &kForComputer; }

const Function& Reader::pressed() const { return profile().functions[function_index(control_.event->key)]; }

void Reader::begin_function() {
  if (control_.state != State::choose_function) choose_function();
  begin(pressed());
}

// In the place of one that nobody has chosen.
void Reader::begin_instead() {
  if (control_.begun_by_itself) begin_function();
}

void Reader::begin(const Function& function) {
  control_.begun_by_itself = false;
  function_ = &function;
  if (in_menu()) return show_item();
  typed_later_ = {};
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

// Asks the next prompt of this place, or goes on after the last one.
void Reader::next_prompt(PromptPlace place) {
  if (!prompts_remain(place)) return after_prompts(place);
  while (function_->prompts[prompt_].place != place) ++prompt_;
  control_.enter(State::prompt);
}

bool Reader::prompts_remain(PromptPlace place) const {
  const auto rest = function_->prompts.subspan(prompt_);
  return std::any_of(rest.begin(), rest.end(), [&](const Prompt& prompt) { return prompt.place == place; });
}

void Reader::after_prompts(PromptPlace place) {
  switch (place) {
    case PromptPlace::before_pin: return enter_pin();
    case PromptPlace::after_pin:
      control_.enter(State::working);
      if (!transaction_.currency_used()) inputs_.currency = {};
      if (!transaction_.amount_used()) inputs_.amount = {};
      transaction_.generate(inputs_);
      return go_on();
    case PromptPlace::after_card: return show_code();
  }
}

void Reader::add_to_number() {
  control_.begun_by_itself = false;
  const char c = character(control_.event->key);
  if (accepts(prompt(), profile().currency.exponent, control_.entry, c))
    static_cast<void>(control_.entry.push(c));
}

void Reader::correct_number() {
  if (control_.entry.empty()) return choose_function();
  control_.entry.pop();
}

void Reader::accept_number() {
  const Prompt& answered = prompt();
  const bool no_more = answers_ > 0 && control_.entry.empty();  // one number is enough
  if (!no_more && !complete(answered, control_.entry)) return;
  control_.begun_by_itself = false;
  const bool more_tds = answered.kind == PromptKind::tds && !control_.entry.empty() &&
                        answers_ + 1 < answered.repeat && tds_.size() + 1 < cap::kMaxTdsNumbers;
  store_number();
  answers_ = static_cast<std::uint8_t>(more_tds ? answers_ + 1 : 0);
  if (!more_tds) ++prompt_;
  next_prompt(answered.place);
}

void Reader::store_number() {
  switch (prompt().kind) {
    case PromptKind::challenge:
    case PromptKind::reference: inputs_.unpredictable_number = to_bcd<4>(control_.entry); break;
    case PromptKind::amount:
      if (control_.entry.empty()) break;
      inputs_.amount = amount_bcd(control_.entry, profile().currency.exponent);
      inputs_.currency = profile().currency.code;
      break;
    case PromptKind::tds: {
      cap::TdsNumber number;
      if (!control_.entry.empty() && number.append(control_.entry)) static_cast<void>(tds_.push(number));
      break;
    }
  }
}

// ---- the PIN

void Reader::enter_pin() {
  control_.pin.wipe();
  control_.enter(State::pin);
}

void Reader::add_to_pin() {
  control_.begun_by_itself = false;
  if (control_.event->key != Key::point) static_cast<void>(control_.pin.push(character(control_.event->key)));
}

void Reader::correct_pin() {
  if (control_.pin.empty()) return choose_function();
  control_.pin.pop();
}

void Reader::accept_pin() {
  if (control_.pin.size() >= profile().min_pin_digits) pin_is_typed();
}

// At the reader or at the slot's pad. After a wrong one the dialogue goes on where it is.
void Reader::pin_is_typed() {
  if (profile().reset_after_pin && transaction_.state() == cap::TransactionState::selected) {
    transaction_.wipe();
  }
  control_.begun_by_itself = false;
  control_.enter(State::working);
  go_on();
}

// The warning holds for this PIN alone.
void Reader::send_last_pin() {
  control_.enter(State::working);
  send_pin();
}

void Reader::leave_pin_to_pad() {
  control_.pin.wipe();
  pin_on_pad_ = true;
  pin_is_typed();
}

// ---- the menu

// The one thing that needs no card.
void Reader::open_menu() {
  if (!pressed().menu.empty()) begin(pressed());
}

// A setting that was not kept is as it was. Another function does not begin here.
void Reader::next_item() {
  if (&pressed() != function_) return;
  ++item_;
  show_item();
}

// Without a card there is no counter to show.
void Reader::show_item() {
  const auto& menu = function_->menu;
  if (item_ < menu.size() && item() == MenuItem::counter && !control_.card_present) ++item_;
  if (item_ == menu.size()) return leave_menu();
  tried_contrast_ = contrast_;
  choose_language();
  if (item() != MenuItem::counter) return control_.enter(State::menu);
  const bool selected = transaction_.state() == cap::TransactionState::selected && control_.card_powered;
  if (!selected) transaction_.wipe();
  control_.enter(State::working);
  go_on();
}

void Reader::change_setting() {
  const Key key = control_.event->key;
  if (key != Key::d1 && key != Key::d3) return;
  const bool more = key == Key::d3;
  if (item() == MenuItem::contrast && tried_contrast_ != (more ? kMostContrast : kLeastContrast)) {
    tried_contrast_ = static_cast<std::uint8_t>(tried_contrast_ + (more ? 1 : -1));
  }
  if (item() == MenuItem::language) {
    const auto languages = profile().languages;
    const Language* const first = languages.data();
    const Language* const last = first + (languages.size() - 1);
    const Language*& now = control_.language;
    now = more ? (now == last ? first : now + 1) : (now == first ? last : now - 1);
  }
}

void Reader::keep_setting() {
  if (item() == MenuItem::contrast) contrast_ = tried_contrast_;
  if (item() == MenuItem::language) control_.chosen = control_.language;
  leave_menu();
}

void Reader::leave_menu() {
  choose_language();
  if (control_.card_present) return choose_function();
  forget_inputs();
  control_.enter(State::insert_card);
}

// ---- the dialogue with the card

void Reader::take_answer() {
  const SlotRequest::Kind asked = *control_.request;
  control_.request.reset();
  switch (control_.event->status) {
    case SlotStatus::ok: break;
    case SlotStatus::removed: return show_removed();
    case SlotStatus::mute:
    case SlotStatus::garbled:
      if (carries_command(asked) && transaction_.no_answer()) return go_on();
      return show(control_.event->status == SlotStatus::mute ? Notice::card_mute : Notice::card_error);
  }
  if (carries_command(asked)) {
    transaction_.answer(control_.event->bytes);
    return go_on();
  }

  // An ATR. Whether its check character is right was checked by the receiver of the characters; recorded
  // cards carry an ATR with bytes masked.
  if (control_.event->bytes.empty()) return show(Notice::card_mute);
  if (iso7816::wants_warm_reset(control_.event->bytes) && !warm_reset_done_) {
    warm_reset_done_ = true;
    return control_.ask(SlotRequest::Kind::warm_reset);
  }
  transaction_.select(profile().card);
  go_on();
}

void Reader::card_took_too_long() {
  if (transaction_.no_answer()) return go_on();
  show(Notice::card_mute);
}

// The next step of the dialogue, from wherever it rests.
void Reader::go_on() {
  if (transaction_.pending()) return control_.ask(SlotRequest::Kind::transmit);
  switch (transaction_.state()) {
    case cap::TransactionState::idle:
      warm_reset_done_ = false;
      return control_.ask(SlotRequest::Kind::activate);
    case cap::TransactionState::selected: return on_selected();
    case cap::TransactionState::counted: control_.release_card(); return control_.enter(State::menu);
    case cap::TransactionState::prepared: return on_prepared();
    case cap::TransactionState::verified:
      if (!for_computer()) return first_prompt(PromptPlace::after_pin);
      control_.enter(State::signing);
      return host_->verified();
    case cap::TransactionState::done: control_.release_card(); return first_prompt(PromptPlace::after_card);
    case cap::TransactionState::failed: return show_fault();
    case cap::TransactionState::selecting:
    case cap::TransactionState::counting:
    case cap::TransactionState::preparing:
    case cap::TransactionState::verifying:
    case cap::TransactionState::generating: break;  // these have a command pending
  }
}

void Reader::on_selected() {
  choose_language();
  if (control_.state == State::starting) return wait_for_function();
  in_menu() ? transaction_.read_counter() : transaction_.prepare(inputs_, typed_later_);
  go_on();
}

void Reader::on_prepared() {
  const bool has_pin = !control_.pin.empty() || pin_on_pad_;
  if (transaction_.pin_was_wrong() && !has_pin) return control_.enter(State::wrong_pin);
  if (transaction_.tries_left() == 1) return control_.enter(State::last_try);
  send_pin();
}

void Reader::send_pin() {
  transaction_.verify(control_.pin);
  control_.pin.wipe();
  if (!std::exchange(pin_on_pad_, false)) return go_on();
  control_.ask(SlotRequest::Kind::verify_on_pad);
  control_.deadline.emplace(control_.now + profile().timeouts.inactivity +
                            profile().timeouts.card);  // the user types, then the card works
}

// The card's languages stand in its order of preference, in letters of either case (EMV 4.3 Book 1, annex B);
// the first that the model has is used, unless one was chosen by key.
void Reader::choose_language() {
  control_.language = control_.own_language();
  if (!profile().card_language || control_.chosen != nullptr) return;
  const Bytes preference = transaction_.language_preference();
  for (std::size_t i = 0; i + 1 < preference.size(); i += 2) {
    if (speak({lower(preference[i]), lower(preference[i + 1])})) return;
  }
}

bool Reader::speak(const std::array<char, 2>& code) {
  for (const Language& language : profile().languages) {
    if (language.code != code) continue;
    control_.language = &language;
    return true;
  }
  return false;
}

// Not inlined: on a board its digits would stand on the stack of every dialogue with the card.
[[gnu::noinline]] void Reader::show_code() {
  cap::Digits digits;
  if (!transaction_.code(tds_, digits)) return show_fault();
  const bool padded = cap::pad_with_zeros(digits, profile().code.min_digits);
  if (!padded || digits.size() > profile().code.max_digits || !code_.assign(digits)) {
    return show(Notice::code_too_long);
  }
  tds_.wipe();
  sesame::wipe(&inputs_, sizeof inputs_);
  if (!for_computer()) return control_.enter(State::code);
  host_->signed_with(code_);
  choose_function();
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

std::optional<SlotRequest> Reader::request() const {
  if (!control_.request) return std::nullopt;
  if (!carries_command(*control_.request)) return SlotRequest{control_.request_number, *control_.request, {}};
  return SlotRequest{control_.request_number, *control_.request,
                     control_.state == State::connected ? host_->command() : transaction_.command()};
}

// ---- what the user sees

std::uint8_t Reader::contrast() const { return control_.state == State::menu ? tried_contrast_ : contrast_; }

Screen Reader::screen() const {
  View view;
  view.state = control_.state;
  view.notice = control_.notice;
  view.entry = control_.entry;
  view.masked = control_.pin.size();
  view.code = code_;
  view.pin_ok = transaction_.state() == cap::TransactionState::generating;
  view.contrast = contrast();
  const auto left = transaction_.tries_left();
  view.number = left ? *left : View::kUnknown;
  if (is_hosts(control_.state)) host_->look(view);
  if (control_.state == State::prompt) {
    view.prompt = prompt().kind;
    view.number = static_cast<std::uint32_t>(tds_.size() + 1);
  }
  if (control_.state == State::menu) {
    view.item = item();
    const auto counter = transaction_.counter();
    view.number = item() == MenuItem::contrast ? tried_contrast_ : counter ? *counter : View::kUnknown;
  }
  return render(view, profile(), *control_.language);
}

}  // namespace sesame
