#include "firmware/core/signing/link.hpp"

#include <utility>

namespace sesame::signing {

namespace {

std::span<const char> characters(Bytes text) {
  return {reinterpret_cast<const char*>(text.data()), text.size()};
}

}  // namespace

// A computer waits where a person has begun something.
const Link::Line Link::kTransitions[] = {
    {State::prompt, Signal::computer_pin, &Link::refuse_busy},
    {State::pin, Signal::computer_pin, &Link::refuse_busy},
    {State::working, Signal::computer_pin, &Link::refuse_busy},
    {State::last_try, Signal::computer_pin, &Link::refuse_busy},
    {State::wrong_pin, Signal::computer_pin, &Link::refuse_busy},
    {State::code, Signal::computer_pin, &Link::refuse_busy},
    {State::menu, Signal::computer_pin, &Link::refuse_busy},
    {std::nullopt, Signal::computer_pin, &Link::ask_pin},

    {State::signing, Signal::computer_show, &Link::show_text},
    {State::signing, Signal::computer_sign, &Link::sign_text},
    {State::signing, Signal::computer_cryptogram, &Link::generate},
    {State::approve, Signal::ok, &Link::accept_page},

    {std::nullopt, Signal::computer_show, &Link::refuse_order},
    {std::nullopt, Signal::computer_sign, &Link::refuse_order},
    {std::nullopt, Signal::computer_cryptogram, &Link::refuse_order},
    {std::nullopt, Signal::computer_unplug, &Link::unplugged},
};

std::span<const Link::Line> Link::manual() { return kTransitions; }

std::optional<Answer> Link::answer() const {
  if (!told_) return std::nullopt;
  return Answer{answers_, *told_, code_};
}

std::optional<Signal> Link::signal_of(const Event& event) {
  if (event.kind != Event::Kind::computer) return std::nullopt;
  told_.reset();
  code_.wipe();
  switch (event.computer) {
    case ComputerCommand::Kind::pin: return Signal::computer_pin;
    case ComputerCommand::Kind::show: return Signal::computer_show;
    case ComputerCommand::Kind::sign: return Signal::computer_sign;
    case ComputerCommand::Kind::cryptogram: return Signal::computer_cryptogram;
    case ComputerCommand::Kind::unplug: break;
  }
  return Signal::computer_unplug;
}

HostSide::Outcome Link::run(Control& control, Signal signal) {
  switch (signal) {
    case Signal::clear:
    case Signal::hold_clear: ends_with_ = Told::cancelled; break;
    case Signal::timeout:
      ends_with_ = control.state == State::working ? Told::failed : Told::timed_out;
      break;
    default: ends_with_ = Told::failed; break;
  }
  for (const Line& transition : kTransitions) {
    if (transition.fits(control.state, signal)) return (this->*transition.action)(control);
  }
  return Outcome::passed;
}

HostSide::Outcome Link::tell(Told told) {
  told_ = told;
  ++answers_;
  return Outcome::done;
}

// ---- how it ends

void Link::removed() { end(Told::no_card); }
void Link::forget() { end(ends_with_); }

void Link::end(Told how) {
  if (std::exchange(begun_, false)) tell(how);
  text_.wipe();
  page_ = {};
}

HostSide::Outcome Link::unplugged(Control& control) {
  if (!std::exchange(begun_, false)) return Outcome::done;
  control.pin.wipe();
  control.release_card();
  control.language = control.own_language();
  control.enter(State::choose_function);
  return Outcome::forgotten;
}

// ---- the PIN

HostSide::Outcome Link::ask_pin(Control& control) {
  if (!control.card_present) return tell(Told::no_card);
  begun_ = false;  // what another PIN was for is not told to be over
  end(Told::ok);
  begun_ = true;
  return Outcome::begin;
}

// A reader that begins by itself is not busy before something is typed.
HostSide::Outcome Link::refuse_busy(Control& control) {
  return begun_ || control.begun_by_itself ? ask_pin(control) : tell(Told::busy);
}

void Link::verified() { tell(Told::ok); }

// ---- the text

// Of one screen: nobody turns its pages.
HostSide::Outcome Link::show_text(Control& control) {
  const Bytes text = control.event->bytes;
  Page page;
  if (is_text(text)) {
    lay_out(characters(text), 0, control.profile.display.rows, control.profile.display.columns, page);
  }
  if (page.rows.empty() || page.more) return tell(Told::bad_text);
  page_ = page;
  control.enter(State::signing);
  return Outcome::done;
}

HostSide::Outcome Link::sign_text(Control& control) {
  const Bytes text = control.event->bytes;
  if (!is_text(text) || !text_.assign(characters(text))) return tell(Told::bad_text);
  control.enter(State::approve);
  page_number_ = 0;
  show_page(control);
  return tell(Told::ok);
}

// The last row says what OK does.
void Link::show_page(const Control& control) {
  const Display& display = control.profile.display;
  lay_out(text_, page_number_, display.rows - 1U, display.columns, page_);
}

HostSide::Outcome Link::accept_page(Control& control) {
  if (page_.more) {
    ++page_number_;
    show_page(control);
    return Outcome::done;
  }
  page_ = {};
  control.enter(State::signing);
  return tell(Told::ok);
}

void Link::look(View& view) const {
  view.entry = page_.rows;
  view.more = page_.more;
}

// ---- the cryptogram

HostSide::Outcome Link::generate(Control&) {
  page_ = {};
  return Outcome::generate;
}

void Link::sign(cap::TdsNumbers& numbers) {
  if (!text_.empty()) append_numbers(text_, numbers);
}

void Link::signed_with(std::span<const char> code) {
  begun_ = false;
  tell(Told::cryptogram);
  static_cast<void>(code_.assign(code));
}

HostSide::Outcome Link::refuse_order(Control&) { return tell(Told::out_of_order); }

}  // namespace sesame::signing
