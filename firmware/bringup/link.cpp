#include "firmware/bringup/link.hpp"

#include "firmware/hal/clock.hpp"
#include "firmware/hal/panel.hpp"

namespace sesame::bringup {

namespace {

using panel::Type;

struct Put {
  void operator()(std::uint8_t byte) const { hal::panel::send(byte); }
};
using Frame = panel::FrameWriter<Put>;

void write(Frame& frame, std::string_view text) {
  for (const char c : text) frame.byte(static_cast<std::uint8_t>(c));
}

}  // namespace

void tell(const iso7816::Contacts& contacts) {
  Frame frame({}, Type::contacts);
  frame.byte(
      static_cast<std::uint8_t>((contacts.vcc ? 1 : 0) | (contacts.rst ? 2 : 0) | (contacts.clk ? 4 : 0)));
  frame.end();
}

std::optional<Link::Done> Link::poll(const Screen& screen) {
  std::optional<Done> done;
  while (const auto byte = hal::panel::receive()) {
    if (frames_.take(*byte)) take_frame(screen, done);
  }
  return done;
}

void Link::take_frame(const Screen& screen, std::optional<Done>& done) {
  const Bytes body = frames_.body();
  if (body.empty()) return;
  const std::uint8_t sequence = body.back();
  const bool again = handled_ == sequence;
  handled_ = sequence;
  switch (static_cast<Type>(frames_.type())) {
    case Type::hello: introduce(screen); break;
    case Type::test: {
      if (body.size() != 3) return;
      if (!again) {
        last_ = {body[0], bench_.run(body[0], body[1])};
        done = last_;
      }
      Frame frame({}, Type::result);
      frame.byte(last_.test);
      for (const std::uint8_t value : last_.result) frame.byte(value);
      frame.end();
      break;
    }
    case Type::key:
    case Type::presence: break;  // of a reader: there is none
    default: return;
  }
  Frame frame({}, Type::acknowledge);
  frame.byte(sequence);
  frame.time(hal::clock::now());
  frame.end();
}

void Link::introduce(const Screen& screen) const {
  Frame identity({}, Type::identity);
  identity.byte(panel::kVersion);
  identity.long_word(0);  // of no profile
  for (const std::string_view name : {panel::kBringUp, image_.board, image_.software, image_.revision}) {
    write(identity, name);
    if (name.data() != image_.revision.data()) identity.byte(0);
  }
  identity.end();
  tell(iso7816::Contacts{});
  Frame shown({}, Type::screen);
  shown.byte(static_cast<std::uint8_t>(State::off));
  shown.byte(static_cast<std::uint8_t>(Notice::none));
  shown.byte(panel::kNoTries);
  shown.byte(screen.lit ? 1 : 0);
  shown.byte(screen.rows);
  shown.byte(screen.columns);
  for (std::size_t row = 0; row < screen.rows; ++row) {
    for (const char16_t cell : screen.row(row)) shown.word(cell);
  }
  shown.end();
  Frame power({}, Type::power);
  power.byte(1);
  power.time(hal::clock::now());
  power.end();
}

}  // namespace sesame::bringup
