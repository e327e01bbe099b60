#include "firmware/app/panel_link.hpp"

#include "firmware/hal/fatal.hpp"
#include "firmware/hal/panel.hpp"

namespace sesame::app {

namespace {

using panel::Type;

std::optional<Event> key_event(std::uint8_t kind, std::uint8_t key) {
  if (key > static_cast<std::uint8_t>(Key::f8)) return std::nullopt;
  switch (kind) {
    case 0: return Event::press(static_cast<Key>(key));
    case 1: return Event::hold(static_cast<Key>(key));
    default: return std::nullopt;
  }
}

std::optional<Event> event_of(std::uint8_t type, Bytes body) {
  switch (static_cast<Type>(type)) {
    case Type::key: return key_event(body[0], body[1]);
    case Type::presence: return body[0] == 0 ? Event::removed() : Event::inserted();
    default: return std::nullopt;
  }
}

// Body and sequence number together; 0 for what a host does not send.
std::size_t size_of(std::uint8_t type) {
  switch (static_cast<Type>(type)) {
    case Type::hello: return 1;
    case Type::presence: return 2;
    case Type::key: return 3;
    default: return 0;
  }
}

// Where the screen says how many tries are left.
std::uint8_t tries_shown(const Reader& reader) {
  const bool told = reader.state() == State::wrong_pin || reader.state() == State::last_try;
  return told ? reader.tries_left().value_or(panel::kNoTries) : panel::kNoTries;
}

}  // namespace

PanelLink::PanelLink(std::string_view reader, const Image& image)
    : reader_(reader), image_(image), on_(hal::panel::on()) {}

std::optional<PanelLink::Input> PanelLink::poll() {
  if (!on_) return std::nullopt;
  while (const auto byte = hal::panel::receive()) {
    if (!frames_.take(*byte)) continue;
    const auto input = take_frame();
    frames_.wipe();
    if (input) return input;
  }
  return std::nullopt;
}

std::optional<PanelLink::Input> PanelLink::take_frame() {
  const Bytes body = frames_.body();
  const std::size_t size = size_of(frames_.type());
  if (size == 0 || body.size() != size) return std::nullopt;
  Input input;
  input.sequence = body[size - 1];
  input.hello = frames_.type() == static_cast<std::uint8_t>(Type::hello);
  const bool again = handled_ == input.sequence;
  handled_ = input.sequence;
  if (!again) input.event = event_of(frames_.type(), body);
  return input;
}

// ---- what it says

void PanelLink::show(const Reader& reader, const Screen& screen, Millis now) {
  if (!on_) return;
  const std::uint8_t tries = tries_shown(reader);
  if (screen == screen_ && reader.state() == state_ && reader.notice() == notice_ && tries == tries_) return;
  finish();
  screen_ = screen;
  state_ = reader.state();
  notice_ = reader.notice();
  tries_ = tries;
  Window out;
  tell_screen(out);
  tell_power(out, now);
}

void PanelLink::tell(const iso7816::Contacts& contacts) {
  if (!on_) return;
  finish();
  contacts_ = contacts;
  Window out;
  tell_contacts(out);
}

void PanelLink::answer(const Input& input, Millis now) { answer_ = Answer{input.hello, input.sequence, now}; }

bool PanelLink::go_on() {
  if (!answer_) return false;
  if (hal::panel::ready()) say(1);
  return true;
}

void PanelLink::finish() {
  if (answer_) say(kAll);
}

// The answer is made anew each time, without what went out before: nothing that is in it changes meanwhile.
void PanelLink::say(std::uint16_t most) {
  Window out{answer_->said, most};
  if (answer_->hello) {
    tell_identity(out);
    tell_contacts(out);
    tell_fault(out);
    tell_screen(out);
    tell_power(out, answer_->at);
  }
  Frame frame(out, Type::acknowledge);
  frame.byte(answer_->sequence);
  frame.time(answer_->at);
  frame.end();
  answer_->said = static_cast<std::uint16_t>(answer_->said + most - out.room);
  if (out.room != 0) answer_.reset();
}

void PanelLink::Window::operator()(std::uint8_t byte) {
  if (before != 0) {
    --before;
  } else if (room != 0) {
    --room;
    hal::panel::send(byte);
  }
}

void PanelLink::write(Frame& frame, std::string_view text) {
  for (const char c : text) frame.byte(static_cast<std::uint8_t>(c));
}

void PanelLink::tell_identity(Window& out) const {
  Frame frame(out, Type::identity);
  frame.byte(panel::kVersion);
  frame.long_word(image_.digest);
  write(frame, reader_);
  frame.byte(0);
  write(frame, image_.board);
  frame.byte(0);
  write(frame, image_.software);
  frame.byte(0);
  write(frame, image_.revision);
  frame.end();
}

void PanelLink::tell_contacts(Window& out) const {
  Frame frame(out, Type::contacts);
  frame.byte(
      static_cast<std::uint8_t>((contacts_.vcc ? 1 : 0) | (contacts_.rst ? 2 : 0) | (contacts_.clk ? 4 : 0)));
  frame.end();
}

void PanelLink::tell_fault(Window& out) {
  static_assert(std::size(panel::kFaultCauses) == static_cast<std::size_t>(hal::FaultCause::watchdog) + 1);
  const auto fault = hal::last_fault();
  if (!fault) return;
  Frame frame(out, Type::fault);
  frame.byte(static_cast<std::uint8_t>(fault->cause));
  frame.byte(fault->vector);
  frame.long_word(fault->pc);
  frame.long_word(fault->lr);
  frame.long_word(fault->cfsr);
  frame.end();
}

void PanelLink::tell_screen(Window& out) const {
  Frame frame(out, Type::screen);
  frame.byte(static_cast<std::uint8_t>(state_));
  frame.byte(static_cast<std::uint8_t>(notice_));
  frame.byte(tries_);
  frame.byte(screen_.lit ? 1 : 0);
  frame.byte(screen_.rows);
  frame.byte(screen_.columns);
  for (std::size_t row = 0; row < screen_.rows; ++row) {
    for (const char16_t cell : screen_.row(row)) frame.word(cell);
  }
  frame.end();
}

void PanelLink::tell_power(Window& out, Millis now) const {
  Frame frame(out, Type::power);
  frame.byte(state_ == State::off ? 0 : 1);
  frame.time(now);
  frame.end();
}

}  // namespace sesame::app
