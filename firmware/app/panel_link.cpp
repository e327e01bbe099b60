#include "firmware/app/panel_link.hpp"

#include "firmware/hal/panel.hpp"

namespace sesame::app {

namespace {

using panel::Type;
using Writer = panel::FrameWriter<void (*)(std::uint8_t)>;

void write(Writer& out, std::string_view text) {
  for (const char c : text) out.byte(static_cast<std::uint8_t>(c));
}

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

void PanelLink::introduce(const Reader& reader, const iso7816::Contacts& contacts, Millis now) {
  Writer out(hal::panel::send, Type::identity);
  out.byte(panel::kVersion);
  out.long_word(image_.digest);
  write(out, reader_);
  out.byte(0);
  write(out, image_.board);
  out.end();
  tell(contacts);
  tell_screen(reader.screen());
  tell_power(now);
}

void PanelLink::show(const Reader& reader, const Screen& screen, Millis now) {
  if (!on_) return;
  const std::uint8_t tries = tries_shown(reader);
  if (screen == screen_ && reader.state() == state_ && reader.notice() == notice_ && tries == tries_) return;
  screen_ = screen;
  state_ = reader.state();
  notice_ = reader.notice();
  tries_ = tries;
  tell_screen(screen);
  tell_power(now);
}

void PanelLink::tell_screen(const Screen& screen) {
  Writer out(hal::panel::send, Type::screen);
  out.byte(static_cast<std::uint8_t>(state_));
  out.byte(static_cast<std::uint8_t>(notice_));
  out.byte(tries_);
  out.byte(screen.lit ? 1 : 0);
  out.byte(screen.rows);
  out.byte(screen.columns);
  for (std::size_t row = 0; row < screen.rows; ++row) {
    for (const char16_t cell : screen.row(row)) out.word(cell);
  }
  out.end();
}

void PanelLink::tell_power(Millis now) {
  Writer out(hal::panel::send, Type::power);
  out.byte(state_ == State::off ? 0 : 1);
  out.time(now);
  out.end();
}

void PanelLink::tell(const iso7816::Contacts& contacts) {
  if (!on_) return;
  Writer out(hal::panel::send, Type::contacts);
  out.byte(
      static_cast<std::uint8_t>((contacts.vcc ? 1 : 0) | (contacts.rst ? 2 : 0) | (contacts.clk ? 4 : 0)));
  out.end();
}

void PanelLink::acknowledge(std::uint8_t sequence, Millis now) {
  Writer out(hal::panel::send, Type::acknowledge);
  out.byte(sequence);
  out.time(now);
  out.end();
}

}  // namespace sesame::app
