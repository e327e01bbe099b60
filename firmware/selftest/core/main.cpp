// The core by itself: what of an image is the same on every board. It is linked as images are, to be measured
// (firmware/budgets.cmake), and never run: all that a board would tell it and hear of it are a few words
// that change by themselves.
#include <cstddef>
#include <new>

#include "firmware/core/iso7816/link.hpp"
#include "firmware/core/reader.hpp"
#include "firmware/generated/reader.hpp"

namespace {

using namespace sesame;

// In the place of a board.
volatile std::uint32_t from_board = 0;
volatile std::uint32_t to_board = 0;

std::uint8_t heard() { return static_cast<std::uint8_t>(from_board); }
bool so() { return from_board != 0; }
void say(std::uint32_t value) { to_board = value; }

// Never left: nothing is registered to destroy them.
template <class Part>
Part& one(const auto& what) {
  alignas(Part) static std::byte memory[sizeof(Part)];
  static Part* const part = new (memory) Part(what);
  return *part;
}
Reader& reader = one<Reader>(generated::kReader);
iso7816::Link& link = one<iso7816::Link>(iso7816::Interface{4'200'000, 31});

Event event() {
  const auto key = static_cast<Key>(heard());
  switch (heard()) {
    case 0: return Event::press(key);
    case 1: return Event::hold(key);
    case 2: return Event::inserted();
    case 3: return Event::removed();
    default: return Event::tick();
  }
}

void show(const Screen& screen) {
  for (std::size_t row = 0; row < screen.rows; ++row) {
    for (const char16_t cell : screen.row(row)) say(cell);
  }
  say(screen.lit);
  say(screen.contrast);
  say(static_cast<std::uint32_t>(reader.state()));
  say(static_cast<std::uint32_t>(reader.notice()));
  say(reader.tries_left().value_or(0));
}

void begin(const SlotRequest& request, Millis now) {
  switch (request.kind) {
    case SlotRequest::Kind::activate: return link.activate(now);
    case SlotRequest::Kind::warm_reset: return link.warm_reset(now);
    case SlotRequest::Kind::transmit: return link.transmit(request.command, now);
    case SlotRequest::Kind::deactivate:
    case SlotRequest::Kind::verify_on_pad: return link.deactivate(now);
  }
}

void set_line() {
  const iso7816::Contacts contacts = link.contacts();
  say(contacts.vcc);
  say(contacts.clk);
  say(contacts.rst);
  const iso7816::LineSettings line = link.settings();
  say(line.f);
  say(line.d);
  say(line.guard);
  say(line.inverse);
  say(line.error_signal);
}

void move_characters(Millis now) {
  if (const auto character = link.to_send()) {
    say(*character);
    link.sent(so(), now);
  }
  if (so()) link.received(heard(), so(), now);
  if (const auto deadline = link.deadline(); deadline && now >= *deadline) link.tick(now);
}

}  // namespace

int main() {
  std::uint32_t number = 0;
  for (Millis now = 0;; now += from_board) {
    reader.handle(event(), now);
    if (const auto request = reader.request(); !request) {
      link.abandon();
    } else if (request->number != number) {
      number = request->number;
      begin(*request, now);
    }
    set_line();
    move_characters(now);
    if (const auto outcome = link.outcome()) {
      reader.handle(Event::answer(number, static_cast<SlotStatus>(outcome->error), outcome->bytes), now);
    }
    if (const auto deadline = reader.deadline(); deadline && now >= *deadline)
      reader.handle(Event::tick(), now);
    show(reader.screen());
  }
}
