// What is true of a reader after every event, whatever the events were. Tests and fuzzers share it.
#pragma once

#include <optional>
#include <string>

#include "firmware/core/reader.hpp"

namespace sesame::test {

class ReaderWatch {
 public:
  // After reader.handle(event, now). Nothing where all is well; else the rule that is broken.
  std::optional<std::string> broken_rule(const Reader& reader, const Event& event, Millis now) {
    const auto rule = first_broken(reader, event, now);
    if (!rule) return std::nullopt;
    return std::string(rule) + " (in state " + std::string(to_string(reader.state())) + ")";
  }

  std::uint32_t verifies() const { return verifies_; }

 private:
  const char* first_broken(const Reader& reader, const Event& event, Millis now) {
    if (const char* rule = slot(reader, event)) return rule;
    if (const char* rule = time(reader, now)) return rule;
    if (const char* rule = secrets(reader)) return rule;
    return display(reader);
  }

  const char* slot(const Reader& reader, const Event& event) {
    const State state = reader.state();
    if (event.kind == Event::Kind::removed) powered_ = false;
    if (event.kind == Event::Kind::answer && event.status == SlotStatus::removed && event.number == number_) {
      powered_ = false;
    }
    if (state == State::pin) pin_typed_ = true;

    const auto request = reader.request();
    if (request && request->number != number_) {
      if (request->number < number_) return "the number of a request increases";
      number_ = request->number;
      kind_ = request->kind;
      powered_ = request->kind != SlotRequest::Kind::deactivate;
      if (request->kind == SlotRequest::Kind::transmit) {
        if (request->command.size() < 4 || request->command.size() > emv::kMaxCommand)
          return "a command is an APDU";
        if (request->command[1] == 0x20) {
          ++verifies_;
          if (!pin_typed_) return "a PIN is sent once for every time that it was typed";
          pin_typed_ = false;
        }
      }
    }
    if (request && request->kind != kind_) return "a request keeps its kind as long as it keeps its number";

    const bool busy = request && request->kind != SlotRequest::Kind::deactivate;
    const bool waits = state == State::starting || state == State::working;
    if (waits != busy) return "the reader says that it is busy while the card is, and only then";
    const bool released = state == State::off || state == State::insert_card || state == State::code ||
                          state == State::notice ||
                          (state == State::prompt && reader.prompt().place == PromptPlace::after_card);
    if (released && powered_) return "a card that is no longer needed is without power";
    return nullptr;
  }

  const char* time(const Reader& reader, Millis now) {
    const auto deadline = reader.deadline();
    const bool on = reader.state() != State::off;
    if (on != deadline.has_value()) return "a reader has a deadline while it is on, and only then";
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
    if (reader.state() == State::pin) {
      for (const char16_t c : screen.row(screen.rows - 1U)) {
        if (c != u' ' && c != u'*') return "a PIN is shown as stars";
      }
    }
    return nullptr;
  }

  bool powered_ = false;
  bool pin_typed_ = false;
  std::uint32_t number_ = 0;
  std::uint32_t verifies_ = 0;
  SlotRequest::Kind kind_ = SlotRequest::Kind::deactivate;
  State last_state_ = State::off;
  std::optional<Millis> last_deadline_;
};

}  // namespace sesame::test
