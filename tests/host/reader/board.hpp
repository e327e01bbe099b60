// The other end of a panel link: what firmware does with it, around a reader in this process.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "firmware/panel/protocol.hpp"
#include "host/board/constants.hpp"
#include "host/reader/native_reader.hpp"

namespace sesame::test {

using Line = std::vector<std::uint8_t>;

inline Line frame(panel::Type type, const Line& body) {
  Line line;
  const auto put = [&](std::uint8_t byte) { line.push_back(byte); };
  panel::FrameWriter<decltype(put)> out(put, type);
  for (const std::uint8_t byte : body) out.byte(byte);
  out.end();
  return line;
}

class Board {
 public:
  Board(const ReaderProfile& profile, CardSlot& slot)
      : name_(profile.name), digest_(board::digest(profile)), reader_(profile, slot) {
    reader_.on_event([this] { show(); });
  }

  void received(std::uint8_t byte) {
    if (frames_.take(byte)) take_frame();
  }
  // What it has said since the last call.
  Line take_said() { return std::exchange(said_, {}); }

  NativeReader& reader() { return reader_; }
  // How often a key was handled.
  int keys() const { return keys_; }

 private:
  void say(panel::Type type, const Line& body) {
    const Line line = frame(type, body);
    said_.insert(said_.end(), line.begin(), line.end());
  }

  void take_frame() {
    Line body(frames_.body().begin(), frames_.body().end());
    if (body.empty()) return;
    const std::uint8_t sequence = body.back();
    const bool again = std::exchange(last_, sequence) == sequence;
    switch (static_cast<panel::Type>(frames_.type())) {
      case panel::Type::hello: introduce(); break;
      case panel::Type::key:
        if (!again) press(body[0], static_cast<Key>(body[1]));
        break;
      case panel::Type::presence:
        if (!again) body[0] != 0 ? reader_.insert() : reader_.remove();
        break;
      default: return;
    }
    say(panel::Type::acknowledge, {sequence, 1, 0, 0, 0});
  }

  void press(std::uint8_t kind, Key key) {
    ++keys_;
    kind == 0 ? reader_.press(key) : reader_.hold(key);
  }

  void introduce() {
    Line body{panel::kVersion};
    for (int shift = 0; shift < 32; shift += 8)
      body.push_back(static_cast<std::uint8_t>(digest_ >> shift & 0xFF));
    body.insert(body.end(), name_.begin(), name_.end());
    body.push_back(0);
    for (const char c : std::string_view("test\0"
                                         "1.2.3\0"
                                         "0123456789ab+",
                                         24)) {
      body.push_back(static_cast<std::uint8_t>(c));
    }
    say(panel::Type::identity, body);
    say_power();
    say(panel::Type::contacts, {0});
    say_screen();
  }

  void show() {
    if (reader_.shown() == shown_ && reader_.state() == state_) return;
    say_screen();
    say_power();
  }

  void say_power() {
    say(panel::Type::power, {static_cast<std::uint8_t>(reader_.state() == State::off ? 0 : 1), 1, 2, 3, 4});
  }

  void say_screen() {
    shown_ = reader_.shown();
    state_ = reader_.state();
    const bool told = state_ == State::wrong_pin || state_ == State::last_try;
    Line body{static_cast<std::uint8_t>(state_),
              static_cast<std::uint8_t>(reader_.notice()),
              told ? reader_.tries_left().value_or(panel::kNoTries) : panel::kNoTries,
              static_cast<std::uint8_t>(shown_.lit ? 1 : 0),
              shown_.rows,
              shown_.columns};
    for (std::size_t row = 0; row < shown_.rows; ++row) {
      for (const char16_t cell : shown_.row(row)) {
        body.push_back(static_cast<std::uint8_t>(cell & 0xFF));
        body.push_back(static_cast<std::uint8_t>(cell >> 8));
      }
    }
    say(panel::Type::screen, body);
  }

  std::string_view name_;
  std::uint32_t digest_;
  NativeReader reader_;
  panel::FrameReader<panel::kMaxBodyToReader> frames_;
  std::optional<std::uint8_t> last_;
  Line said_;
  Screen shown_;
  State state_ = State::off;
  int keys_ = 0;
};

}  // namespace sesame::test
