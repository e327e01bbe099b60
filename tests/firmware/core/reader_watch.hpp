// What is true of a reader after every event, whatever the events were. Tests and fuzzers share it.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "firmware/core/pinpad/connection.hpp"

namespace sesame::test {

class ReaderWatch {
 public:
  // The connection is the reader's, and outlives the watch.
  explicit ReaderWatch(const pinpad::Connection& connection) : connection_(connection) {}

  // After reader.handle(event, now). Nothing where all is well; else the rule that is broken.
  std::optional<std::string> broken_rule(const Reader& reader, const Event& event, Millis now) {
    const auto rule = first_broken(reader, event, now);
    if (!rule) return std::nullopt;
    return std::string(rule) + " (in state " + std::string(to_string(reader.state())) + ")";
  }

  std::uint32_t verifies() const { return verifies_; }

 private:
  const char* first_broken(const Reader& reader, const Event& event, Millis now) {
    if (const char* rule = host(reader, event)) return rule;
    if (const char* rule = slot(reader, event)) return rule;
    if (const char* rule = time(reader, now)) return rule;
    if (const char* rule = secrets(reader)) return rule;
    return display(reader);
  }

  // A program on the computer.
  const char* host(const Reader& reader, const Event& event) {
    if (event.kind == Event::Kind::host) {
      host_number_ = event.number;
      host_kind_ = event.host;
      host_bytes_.assign(event.bytes.begin(), event.bytes.end());
      host_status_.reset();
      const bool theirs = reader.state() == State::connected || reader.state() == State::host_pin;
      if (theirs && event.host == HostRequest::Kind::verify_pin) pin_typed_ = false;
    }
    const auto answer = connection_.answer();
    if (answer.has_value() && answer->number != host_number_)
      return "an answer is the answer to the program's last request";
    if (host_status_ && (!answer || answer->status != *host_status_)) return "a request is answered once";
    const bool fresh = answer && !host_status_;
    if (answer) host_status_ = answer->status;

    const auto request = reader.request();
    const bool slot_works = reader.state() == State::connected && request.has_value();
    const bool waits = slot_works || reader.state() == State::host_pin;
    if (waits && !host_number_) return "the slot works for a program that has asked";
    if (host_number_ && waits == answer.has_value())
      return "a program waits for the slot, or for a PIN, and for nothing else";
    if (!fresh) return nullptr;  // its bytes are there until the next event
    if (answer->status != HostStatus::done) return answer->bytes.empty() ? nullptr : "an error has no bytes";
    switch (host_kind_) {
      case HostRequest::Kind::deactivate: return answer->bytes.empty() ? nullptr : "letting go has no bytes";
      case HostRequest::Kind::verify_pin:
        return answer->bytes.size() == 2 ? nullptr : "a program learns the status word of a PIN, and no more";
      case HostRequest::Kind::activate:
      case HostRequest::Kind::warm_reset: return answer->bytes.empty() ? "an ATR has bytes" : nullptr;
      case HostRequest::Kind::transmit:
        return answer->bytes.size() < 2 ? "an answer has a status word" : nullptr;
    }
    return nullptr;
  }

  // The first time that the slot is asked for this, in State::connected.
  const char* passed_on(const SlotRequest& request) {
    if (host_status_) return "a program's card does nothing unasked";
    switch (host_kind_) {
      case HostRequest::Kind::activate:
        return request.kind == SlotRequest::Kind::activate ? nullptr : "a program's activate is one";
      case HostRequest::Kind::warm_reset:
        return request.kind == SlotRequest::Kind::warm_reset ? nullptr : "a program's warm reset is one";
      case HostRequest::Kind::transmit: {
        const bool same = request.kind == SlotRequest::Kind::transmit && equal(request.command, host_bytes_);
        return same ? nullptr : "a program's command goes to the card as it is";
      }
      case HostRequest::Kind::verify_pin: {
        const bool typed = std::exchange(pin_typed_, false);
        if (!typed) return "a program's PIN is sent once for every time that it was typed";
        return request.command[1] == 0x20 ? nullptr : "a program's PIN goes into a VERIFY";
      }
      case HostRequest::Kind::deactivate: break;
    }
    return "the card of a program that has let go is left alone";
  }

  const char* slot(const Reader& reader, const Event& event) {
    const State state = reader.state();
    if (event.kind == Event::Kind::removed) powered_ = false;
    if (event.kind == Event::Kind::answer && event.status == SlotStatus::removed && event.number == number_) {
      powered_ = false;
    }
    if (state == State::pin || state == State::host_pin) pin_typed_ = true;

    const auto request = reader.request();
    if (request && request->number != number_) {
      if (request->number < number_) return "the number of a request increases";
      number_ = request->number;
      kind_ = request->kind;
      powered_ = request->kind != SlotRequest::Kind::deactivate;
      const bool on_pad = request->kind == SlotRequest::Kind::verify_on_pad;
      if (on_pad || request->kind == SlotRequest::Kind::transmit) {
        if (request->command.size() < 4 || request->command.size() > emv::kMaxCommand)
          return "a command is an APDU";
        if (on_pad && !equal(request->command, kVerifyWithoutPin))
          return "a slot's own pinpad is told no PIN";
        if (state != State::connected && request->command[1] == 0x20) {
          ++verifies_;
          if (!pin_typed_) return "a PIN is sent once for every time that it was typed";
          pin_typed_ = false;
        }
      }
      if (state == State::connected) {
        if (const char* rule = passed_on(*request)) return rule;
      }
    }
    if (request && request->kind != kind_) return "a request keeps its kind as long as it keeps its number";

    const bool busy = request && request->kind != SlotRequest::Kind::deactivate;
    const bool waits = state == State::starting || state == State::working;
    if (state != State::connected && waits != busy)
      return "the reader says that it is busy while the card is, and only then";
    const bool released = state == State::off || state == State::insert_card || state == State::code ||
                          state == State::notice ||
                          (state == State::prompt && reader.prompt().place == PromptPlace::after_card);
    if (released && powered_) return "a card that is no longer needed is without power";
    return nullptr;
  }

  const char* time(const Reader& reader, Millis now) {
    const auto deadline = reader.deadline();
    const bool left_to_program = reader.state() == State::connected && !reader.request();
    const bool limited = reader.state() != State::off && !left_to_program;
    if (limited != deadline.has_value())
      return "a reader has a deadline while it is on and its card is not a program's, and only then";
    if (deadline && *deadline <= now) return "the deadline is in the future";
    const bool same_code = last_state_ == State::code && reader.state() == State::code;
    if (same_code && deadline != last_deadline_) return "nothing keeps a code on the screen";
    last_state_ = reader.state();
    last_deadline_ = deadline;
    return nullptr;
  }

  const char* secrets(const Reader& reader) {
    const auto code = reader.code();
    const CodeFormat& format = reader.profile().code;
    if ((reader.state() == State::code) != !code.empty())
      return "there is a code in State::code, and only there";
    if (!code.empty() && (code.size() < format.min_digits || code.size() > format.max_digits)) {
      return "a code has as many digits as the model shows";
    }
    for (const char digit : code) {
      if (digit < '0' || digit > '9') return "a code is decimal digits";
    }
    switch (reader.state()) {
      case State::off:
      case State::insert_card:
      case State::starting:
      case State::choose_function:
      case State::notice:
      case State::connected:
      case State::host_pin:
        if (reader.function() != nullptr)
          return "a function is chosen by its key, and forgotten with its code";
        break;
      default:
        if (reader.function() == nullptr) return "a PIN is asked for a function";
    }
    if ((reader.state() == State::notice) != (reader.notice() != Notice::none))
      return "a notice says something";
    return nullptr;
  }

  const char* display(const Reader& reader) {
    const Screen screen = reader.screen();
    const Display& display = reader.profile().display;
    if (screen.rows != display.rows || screen.columns != display.columns)
      return "a screen has the model's size";
    const bool on = reader.state() != State::off;
    if (screen.lit != on) return "the screen is dark while the reader is off, and only then";
    bool blank = true;
    for (std::size_t row = 0; row < Screen::kMaxRows; ++row) {
      for (std::size_t column = 0; column < Screen::kMaxColumns; ++column) {
        const char16_t c = screen.cells[row][column];
        if (c < u' ') return "a cell shows a character";
        const bool inside = row < screen.rows && column < screen.columns;
        if (c != u' ' && !inside) return "nothing is shown outside of the screen";
        if (c != u' ') blank = false;
      }
    }
    if (blank == on) return "a screen says something while the reader is on, and only then";
    if (reader.state() == State::pin || reader.state() == State::host_pin) {
      for (const char16_t c : screen.row(screen.rows - 1U)) {
        if (c != u' ' && c != u'*') return "a PIN is shown as stars";
      }
    }
    return nullptr;
  }

  static constexpr std::array<std::uint8_t, 13> kVerifyWithoutPin{0x00, 0x20, 0x00, 0x80, 0x08, 0x20, 0xFF,
                                                                  0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

  std::optional<std::uint32_t> host_number_;
  const pinpad::Connection& connection_;
  HostRequest::Kind host_kind_ = HostRequest::Kind::deactivate;
  std::vector<std::uint8_t> host_bytes_;
  std::optional<HostStatus> host_status_;
  bool powered_ = false;
  bool pin_typed_ = false;
  std::uint32_t number_ = 0;
  std::uint32_t verifies_ = 0;
  SlotRequest::Kind kind_ = SlotRequest::Kind::deactivate;
  State last_state_ = State::off;
  std::optional<Millis> last_deadline_;
};

}  // namespace sesame::test
