#include "firmware/app/shell.hpp"

#include <cstddef>
#include <new>
#include <utility>

#include "firmware/core/words.hpp"
#include "firmware/hal/card.hpp"
#include "firmware/hal/clock.hpp"
#include "firmware/hal/display.hpp"
#include "firmware/hal/keys.hpp"
#include "firmware/hal/supply.hpp"

namespace sesame::app {

namespace {

SlotStatus status(iso7816::LinkError error) {
  switch (error) {
    case iso7816::LinkError::none: return SlotStatus::ok;
    case iso7816::LinkError::mute: return SlotStatus::mute;
    case iso7816::LinkError::bad_atr:
    case iso7816::LinkError::parity:
    case iso7816::LinkError::protocol:
    case iso7816::LinkError::too_long: break;
  }
  return SlotStatus::garbled;
}

}  // namespace

Shell::Shell(const ReaderProfile& profile, const Image& image, const iso7816::Interface& interface)
    : reader_(profile),
      link_(interface),
      panel_(profile.name, image),
      identity_(profile, image),
      low_battery_words_(image.low_battery) {}

bool Shell::turn() {
  now_ = hal::clock::now();
  bool worked = poll_panel();
  worked |= poll_keys();
  worked |= poll_card_detect();
  worked |= serve_slot();
  worked |= poll_time();
  show();
  return worked;
}

// ---- events in

bool Shell::poll_panel() {
  if (panel_.go_on()) return true;
  const auto input = panel_.poll();
  if (!input) return false;
  if (input->event) handle(*input->event);
  set_line();
  show();
  panel_.answer(*input, now_);
  return true;
}

bool Shell::poll_keys() {
  if (panel_.on()) return false;
  const auto event = hal::keys::poll(now_);
  if (event) take_key(*event);
  return event.has_value();
}

void Shell::take_key(const Event& event) {
  if (!identity_.take(event, now_)) return handle(event);
  changed_ = true;
}

bool Shell::poll_card_detect() {
  if (panel_.on()) return false;
  const bool in = hal::card::present();
  if (in == card_in_) return false;
  card_in_ = in;
  handle(in ? Event::inserted() : Event::removed());
  return true;
}

bool Shell::poll_time() {
  if (const auto until = identity_.shown_until(); until && now_ >= *until) {
    identity_.end();
    changed_ = true;
  }
  changed_ |= low_battery_.over(now_);
  const auto deadline = reader_.deadline();
  if (!deadline || now_ < *deadline) return false;
  handle(Event::tick());
  return true;
}

// A card that is gone takes its power with it, whatever the reader was doing.
void Shell::handle(const Event& event) {
  const bool was_off = reader_.state() == State::off;
  reader_.handle(event, now_);
  low_battery_.after(event, was_off, reader_.state() == State::off, now_, hal::supply::millivolts);
  if (event.kind == Event::Kind::removed) link_.deactivate(now_);
  take_request();
  changed_ = true;
}

// ---- the slot

// The reader may have replaced the request, whose command the link then no longer holds.
void Shell::take_request() {
  const auto request = reader_.request();
  if (!request) {
    if (request_) link_.abandon();
    request_.reset();
  } else if (request->number != request_) {
    request_ = request->number;
    character_out_ = false;  // what is still going out belongs to no request
    begin(*request);
  }
}

void Shell::begin(const SlotRequest& request) {
  switch (request.kind) {
    case SlotRequest::Kind::activate: return link_.activate(now_);
    case SlotRequest::Kind::warm_reset: return link_.warm_reset(now_);
    case SlotRequest::Kind::transmit: return link_.transmit(request.command, now_);
    case SlotRequest::Kind::deactivate: return link_.deactivate(now_);
    case SlotRequest::Kind::verify_on_pad: break;  // no slot with a pinpad of its own here: never asked for
  }
  handle(Event::answer(request.number, SlotStatus::garbled, {}));
}

bool Shell::serve_slot() {
  set_line();
  bool worked = move_characters();
  if (const auto deadline = link_.deadline(); deadline && now_ >= *deadline) {
    link_.tick(now_);
    worked = true;
  }
  set_line();
  return end_request() || worked;
}

void Shell::set_line() {
  if (!(link_.settings() == settings_)) {
    settings_ = link_.settings();
    hal::card::set(settings_);
  }
  if (!(link_.contacts() == contacts_)) {
    contacts_ = link_.contacts();
    hal::card::set(contacts_);
    panel_.tell(contacts_);
  }
}

bool Shell::move_characters() {
  if (hal::card::sending() == hal::card::Sending::busy) return true;  // its end comes without an interrupt
  if (std::exchange(character_out_, false)) {
    link_.sent(hal::card::taken(), now_);
    return true;
  }
  if (const auto character = link_.to_send()) {
    while (hal::card::receive()) continue;  // out of turn
    hal::card::send(*character);
    character_out_ = true;
    return true;
  }
  const auto character = hal::card::receive();
  if (character) link_.received(character->value, character->parity_ok, now_);
  return character.has_value();
}

bool Shell::end_request() {
  if (!request_) return false;
  const auto outcome = link_.outcome();
  if (!outcome) return false;
  const std::uint32_t number = *request_;
  request_.reset();
  handle(Event::answer(number, status(outcome->error), outcome->bytes));
  return true;
}

// ---- what the user sees

void Shell::show() {
  if (!std::exchange(changed_, false)) return;
  const Screen screen = low_battery_.shown() ? low_battery() : reader_.screen();
  hal::display::show(identity_.shown_until() ? identity_.screen() : screen);
  panel_.show(reader_, screen, now_);
}

Screen Shell::low_battery() const {
  const auto language = static_cast<std::size_t>(&reader_.language() - reader_.profile().languages.data());
  const std::string_view words =
      language < low_battery_words_.size() ? low_battery_words_[language] : std::string_view();
  return words_alone(words, reader_.profile().display, reader_.contrast());
}

void Shell::sleep() {
  const bool idle =
      reader_.state() == State::off && !request_ && !hal::keys::busy() && !identity_.shown_until();
  idle ? hal::clock::stop() : hal::clock::sleep();
}

Shell& the_shell(const ReaderProfile& profile, const Image& image, const iso7816::Interface& interface) {
  alignas(Shell) static std::byte memory[sizeof(Shell)];
  static Shell* const shell = new (memory) Shell(profile, image, interface);
  return *shell;
}

}  // namespace sesame::app
