#include "host/reader/panel/panel_link.hpp"

#include <algorithm>
#include <sstream>

#include "host/base/failure.hpp"

namespace sesame {

namespace {

using panel::Type;

// What a hello is answered with, as bits.
constexpr std::uint8_t kIdentity = 1, kPower = 2, kContacts = 4, kScreen = 8, kAll = 15;
// A test.
constexpr std::uint8_t kResult = 16;

std::uint32_t long_word(Bytes four) {
  return static_cast<std::uint32_t>(four[0]) | static_cast<std::uint32_t>(four[1]) << 8 |
         static_cast<std::uint32_t>(four[2]) << 16 | static_cast<std::uint32_t>(four[3]) << 24;
}

}  // namespace

PanelLink::Order::Order(Type what, std::initializer_list<std::uint8_t> with) : type(what) {
  for (const std::uint8_t byte : with) static_cast<void>(body.push(byte));
}

PanelLink::PanelLink(const PanelLimits& limits, Time now) : limits_(limits), made_(now), heard_(now) {
  order(Type::hello, {});
}

void PanelLink::order(Type type, std::initializer_list<std::uint8_t> body) {
  orders_.emplace_back(type, body);
}

// ---- to the reader

PanelLink::Time PanelLink::due() const {
  if (orders_.empty()) return heard_ + limits_.quiet;
  return tries_ == 0 ? Time{} : resend_at_;
}

Bytes PanelLink::to_send(Time now) {
  if (now < due()) return {};
  if (orders_.empty()) order(Type::hello, {});
  give_up_on_silence(now);
  if (tries_ == 0) {
    ++sequence_;
    told_ = 0;
  }
  ++tries_;
  resend_at_ = now + (heard_any_ ? limits_.resend : limits_.knock);
  write(orders_.front());
  return frame_;
}

void PanelLink::give_up_on_silence(Time now) const {
  const bool over = heard_any_ ? tries_ >= limits_.tries : now >= made_ + limits_.boot;
  if (over) throw Failure(Failure::environment, "the reader does not answer on its panel link");
}

void PanelLink::write(const Order& order) {
  frame_.clear();
  const auto put = [this](std::uint8_t byte) { static_cast<void>(frame_.push(byte)); };
  panel::FrameWriter<decltype(put)> out(put, order.type);
  for (const std::uint8_t byte : order.body) out.byte(byte);
  out.byte(sequence_);
  out.end();
}

// ---- from the reader

void PanelLink::received(std::uint8_t byte, Time now) {
  if (frames_.take(byte)) {
    if (!heard_any_) tries_ = std::min(tries_, 1);  // those before it was there do not count
    heard_any_ = true;
    heard_ = now;
    take_frame();
  } else if (frames_.dropped() && heard_any_ && !(orders_.size() > 1 && orders_.back().type == Type::hello)) {
    // It may have been a screen: not before all is told again is there rest.
    order(Type::hello, {});
  }
}

void PanelLink::take_frame() {
  const Bytes body = frames_.body();
  switch (static_cast<Type>(frames_.type())) {
    case Type::identity: return take_identity(body);
    case Type::screen: return take_screen(body);
    case Type::power: return take_power(body);
    case Type::contacts: return take_contacts(body);
    case Type::result: return take_result(body);
    case Type::fault: return take_fault(body);
    case Type::acknowledge: return take_acknowledgement(body);
    case Type::hello:
    case Type::key:
    case Type::presence:
    case Type::test: return;
  }
}

void PanelLink::take_identity(Bytes body) {
  if (body.empty()) return;
  if (body[0] != panel::kVersion) {
    throw Failure(Failure::environment, "the reader speaks version " + std::to_string(body[0]) +
                                            " of the panel link, and this is version " +
                                            std::to_string(panel::kVersion) +
                                            "; flash firmware of the same release");
  }
  if (body.size() < 1 + 4) return;
  seen_.digest = long_word(body.subspan(1));
  std::istringstream names(std::string(body.begin() + 1 + 4, body.end()));
  for (std::string* const name : {&seen_.reader, &seen_.board, &seen_.software, &seen_.revision}) {
    name->clear();
    std::getline(names, *name, '\0');
  }
  told_ |= kIdentity;
}

void PanelLink::take_screen(Bytes body) {
  constexpr std::size_t kFront = 6;
  if (body.size() < kFront || body[0] >= std::size(kStateNames) || body[1] >= std::size(kNoticeNames)) {
    return;
  }
  Screen screen;  // blank beyond its size, as render() leaves it
  for (auto& row : screen.cells) row.fill(u' ');
  screen.lit = body[3] != 0;
  screen.rows = body[4];
  screen.columns = body[5];
  if (screen.rows > Screen::kMaxRows || screen.columns > Screen::kMaxColumns ||
      body.size() != kFront + std::size_t{2} * screen.rows * screen.columns) {
    return;
  }
  std::size_t at = kFront;
  for (std::size_t row = 0; row < screen.rows; ++row) {
    for (std::size_t column = 0; column < screen.columns; ++column, at += 2) {
      screen.cells[row][column] = static_cast<char16_t>(body[at] | body[at + 1] << 8);
    }
  }
  seen_.state = static_cast<State>(body[0]);
  seen_.notice = static_cast<Notice>(body[1]);
  seen_.tries = body[2] == panel::kNoTries ? std::nullopt : std::optional(body[2]);
  seen_.screen = screen;
  told_ |= kScreen;
  if (on_screen_) on_screen_();
}

void PanelLink::take_power(Bytes body) {
  if (body.size() != 5) return;
  const bool awake = body[0] != 0;
  seen_.millis = long_word(body.subspan(1));
  if (awake != seen_.awake) seen_.changed_at = seen_.millis;
  seen_.awake = awake;
  told_ |= kPower;
}

void PanelLink::take_contacts(Bytes body) {
  if (body.size() != 1) return;
  told_ |= kContacts;
  if (on_contacts_) on_contacts_({(body[0] & 1) != 0, (body[0] & 4) != 0, (body[0] & 2) != 0});
}

// One that was asked for before may still come.
void PanelLink::take_result(Bytes body) {
  if (orders_.empty() || orders_.front().type != Type::test || body.empty()) return;
  if (tries_ == 0 || body[0] != orders_.front().body[0]) return;
  seen_.result.assign(body.begin() + 1, body.end());
  told_ |= kResult;
}

void PanelLink::take_fault(Bytes body) {
  if (body.size() != 14) return;
  seen_.last_fault = Fault{body[0], body[1], long_word(body.subspan(2)), long_word(body.subspan(6)),
                           long_word(body.subspan(10))};
}

void PanelLink::take_acknowledgement(Bytes body) {
  if (body.size() != 5) return;
  seen_.millis = long_word(body.subspan(1));
  if (tries_ == 0 || body[0] != sequence_) return;
  // Something of the answer was lost: it is asked for again.
  if (orders_.front().type == Type::hello && (told_ & kAll) != kAll) return;
  if (orders_.front().type == Type::test && (told_ & kResult) == 0) return;
  orders_.pop_front();
  frame_.clear();
  tries_ = 0;
}

}  // namespace sesame
