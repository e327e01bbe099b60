// What is true of a reader after every event, whatever the events were. Tests, fuzzers and the explorer share
// it.
//
// What it remembers is plain memory: the explorer copies it with the reader.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "firmware/core/pinpad/connection.hpp"

namespace sesame::test {

// An optional that is reset keeps in its memory what it was. Here nothing is zeros, as with every compiler in
// use.
template <class T>
void blank(std::optional<T>& empty) {
  if (!empty) wipe(&empty, sizeof empty);
}

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

  // The instruction of the reader's own command that the card works on, also while the answer comes in
  // pieces.
  std::uint8_t instruction() const { return instruction_; }
  bool first_generate_ac() const { return first_ac_; }

  // The same without what no rule asks for any more, as if all had happened so much earlier, and the last
  // requests had had these numbers: for the explorer, to which none of this makes a state.
  void rebase(Millis earlier, std::uint32_t number, std::uint32_t host_number) {
    before_ = last_state_;
    late_ = false;
    for (auto* time : {&last_deadline_, &code_until_}) {
      if (*time) *time = **time - earlier;
      blank(*time);
    }
    if (host_number_) host_number_ = host_number;
    if (host_status_) {
      host_kind_ = HostRequest::Kind::deactivate;
      host_bytes_.wipe();
    }
    if (host_status_ && !is_programs(last_state_)) {
      host_number_.reset();
      host_status_.reset();
    }
    blank(host_number_);
    blank(host_status_);
    number_ = number;
    if (!outstanding_) kind_ = SlotRequest::Kind::deactivate;
    if (!has_command(kind_)) {
      instruction_ = 0;
      in_pieces_ = false;
    }
    blank(tries_);
    verifies_ = 0;
  }

 private:
  const char* first_broken(const Reader& reader, const Event& event, Millis now) {
    before_ = last_state_;
    late_ = last_deadline_ && now >= *last_deadline_;
    const char* rule = all(reader, event, now);
    if (!may_hold_pin(reader.state())) forget_pin();
    last_state_ = reader.state();
    last_deadline_ = reader.deadline();
    return rule;
  }

  const char* all(const Reader& reader, const Event& event, Millis now) {
    listen(event);
    type(reader, event);
    if (const char* rule = host(reader, event)) return rule;
    if (const char* rule = slot(reader, event)) return rule;
    if (const char* rule = time(reader, event, now)) return rule;
    if (const char* rule = secrets(reader)) return rule;
    return display(reader);
  }

  // ---- what the card has said, by its own words

  void listen(const Event& event) {
    const bool awaited =
        event.kind == Event::Kind::answer && event.number == number_ && outstanding_ && !late_;
    if (!awaited || !has_command(kind_) || event.status != SlotStatus::ok || event.bytes.size() < 2) return;
    const Bytes sw = event.bytes.last(2);
    const std::size_t data = event.bytes.size() - 2;
    if (sw[0] == 0x61 || sw[0] == 0x6C) {  // not its last word
      in_pieces_ = in_pieces_ || data > 0;
      return;
    }
    const bool ok = sw[0] == 0x90 && sw[1] == 0x00;
    switch (instruction_) {
      case 0xCA: {  // GET DATA: the PIN try counter, as its only object
        static constexpr std::array<std::uint8_t, 3> kCounter{0x9F, 0x17, 0x01};
        tries_.reset();
        if (ok && !in_pieces_ && data == 4 && starts_with(event.bytes, kCounter)) tries_ = event.bytes[3];
        break;
      }
      case 0x20:
        verified_ = ok;
        tries_.reset();
        if (sw[0] == 0x63 && (sw[1] & 0xF0) == 0xC0) tries_ = sw[1] & 0x0F;
        break;
      case 0xAE:
        if (ok && first_ac_) code_due_ = verified_;
        break;
      default: break;
    }
  }

  // The first time that the slot is asked for this, in a dialogue of the reader's own.
  const char* own(const SlotRequest& request, const Event& event) {
    if (request.kind == SlotRequest::Kind::activate || request.kind == SlotRequest::Kind::warm_reset) {
      new_transaction();
    }
    if (!has_command(request.kind)) return nullptr;
    const std::uint8_t instruction = request.command[1];
    if (instruction != 0xC0) {  // GET RESPONSE goes on with the last one
      instruction_ = instruction;
      in_pieces_ = false;
    }
    switch (instruction) {
      case 0xA4:
      case 0xA8: new_transaction(); return nullptr;
      case 0x20: return verify(request, event);
      case 0xAE:
        first_ac_ = (request.command[2] & 0xC0) == 0x80;
        return verified_ ? nullptr
                         : "no GENERATE AC without a PIN that the card has taken in this transaction";
      default: return nullptr;
    }
  }

  void new_transaction() {
    end_transaction();
    code_due_ = false;
  }
  void end_transaction() {
    tries_.reset();
    verified_ = false;
    first_ac_ = false;
  }

  const char* verify(const SlotRequest& request, const Event& event) {
    ++verifies_;
    const bool on_pad = request.kind == SlotRequest::Kind::verify_on_pad;
    if (!std::exchange(pin_typed_, false)) return "a PIN is sent once for every time that it was typed";
    if (on_pad && !equal(request.command, kVerifyWithoutPin)) return "a slot's own pinpad is told no PIN";
    if (!on_pad && !equal(request.command, verify_with(typed_))) return "a VERIFY holds what was typed";
    typed_.wipe();
    const bool confirmed = before_ == State::last_try && is_key(event) && event.key == Key::ok;
    if (tries_ == 0) return "no PIN is sent to a card that takes none";
    if (tries_ == 1 && !confirmed) return "a last try has a warning of its own";
    verified_ = false;
    return nullptr;
  }

  // EMV 4.3 Book 3, 6.5.12.
  static Buffer<13> verify_with(std::span<const char> digits) {
    Buffer<13> command;
    bool fits = command.append(kVerifyWithoutPin);
    command[5] = static_cast<std::uint8_t>(0x20 + digits.size());
    for (std::size_t i = 0; i < digits.size() && fits; ++i) {
      std::uint8_t& byte = command[6 + i / 2];
      const auto digit = static_cast<std::uint8_t>(digits[i] - '0');
      byte = static_cast<std::uint8_t>(i % 2 == 0 ? digit << 4 | 0x0F : (byte & 0xF0) | digit);
    }
    return command;
  }

  // ---- what was typed

  static bool is_key(const Event& event) {
    return event.kind == Event::Kind::press || event.kind == Event::Kind::hold;
  }
  static bool asks_pin(State state) { return state == State::pin || state == State::host_pin; }
  static bool is_programs(State state) { return state == State::connected || state == State::host_pin; }
  static bool may_hold_pin(State state) {
    return asks_pin(state) || state == State::working || state == State::last_try;
  }

  void forget_pin() {
    pin_typed_ = false;
    typed_.wipe();
  }

  void type(const Reader& reader, const Event& event) {
    const bool asked_anew = event.kind == Event::Kind::host && reader.state() == State::host_pin;
    if (asked_anew || (asks_pin(reader.state()) && before_ != reader.state())) typed_.wipe();
    if (!asks_pin(before_) || late_ || !is_key(event)) return;
    if (event.key == Key::clear) typed_.pop();
    if (event.key > Key::d9 || typed_.size() >= most_digits(before_)) return;
    static_cast<void>(typed_.push(static_cast<char>('0' + static_cast<int>(event.key))));
  }

  std::size_t most_digits(State state) const {
    if (state == State::pin) return cap::kMaxPinDigits;
    const auto order = pinpad::parse_pin_verify(host_bytes_);
    return order ? order->most : 0;
  }

  // The program's VERIFY with what was typed in it.
  bool is_ordered_verify(Bytes command) const {
    const auto order = pinpad::parse_pin_verify(host_bytes_);
    cap::Pin pin;
    pinpad::PinCommand filled;
    return order && pin.assign(typed_) && filled.assign(order->command) &&
           pinpad::insert_pin(*order, pin, filled) && equal(command, filled);
  }

  // A program on the computer.
  const char* host(const Reader& reader, const Event& event) {
    if (event.kind == Event::Kind::host) {
      host_number_ = event.number;
      host_kind_ = event.host;
      host_bytes_.wipe();
      static_cast<void>(host_bytes_.assign(event.bytes));  // what is longer is passed on nowhere
      host_status_.reset();
      if (is_programs(reader.state()) && event.host == HostRequest::Kind::verify_pin) pin_typed_ = false;
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
        if (request.command[1] != 0x20) return "a program's PIN goes into a VERIFY";
        const bool same = is_ordered_verify(request.command);
        typed_.wipe();
        return same ? nullptr : "a program's VERIFY holds what was typed";
      }
      case HostRequest::Kind::deactivate: break;
    }
    return "the card of a program that has let go is left alone";
  }

  const char* slot(const Reader& reader, const Event& event) {
    const State state = reader.state();
    if (event.kind == Event::Kind::removed) {
      powered_ = false;
      new_transaction();
    }
    if (event.kind == Event::Kind::answer && event.status == SlotStatus::removed && event.number == number_) {
      powered_ = false;
    }
    if (asks_pin(state)) pin_typed_ = true;

    const auto request = reader.request();
    outstanding_ = request.has_value();
    if (request && request->number != number_) {
      if (request->number < number_) return "the number of a request increases";
      number_ = request->number;
      kind_ = request->kind;
      powered_ = request->kind != SlotRequest::Kind::deactivate;
      const bool apdu = request->command.size() >= 4 && request->command.size() <= emv::kMaxCommand;
      if (has_command(request->kind) && !apdu) return "a command is an APDU";
      if (!powered_) {
        end_transaction();
      } else if (state != State::connected) {
        if (const char* rule = own(*request, event)) return rule;
      } else {
        instruction_ = 0;
        new_transaction();
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

  const char* time(const Reader& reader, const Event& event, Millis now) {
    const auto deadline = reader.deadline();
    const bool left_to_program = reader.state() == State::connected && !reader.request();
    const bool limited = reader.state() != State::off && !left_to_program;
    if (limited != deadline.has_value())
      return "a reader has a deadline while it is on and its card is not a program's, and only then";
    if (deadline && *deadline <= now) return "the deadline is in the future";
    const bool nothing = event.kind == Event::Kind::tick && !late_;
    if (nothing && (reader.state() != before_ || deadline != last_deadline_))
      return "nothing happens by itself before the deadline";
    if (reader.state() != State::code) {
      code_until_.reset();
      return nullptr;
    }
    if (!code_until_) code_until_ = now + reader.profile().timeouts.code;
    if (now >= *code_until_) return "no code is shown when its time is over";
    return deadline == code_until_ ? nullptr : "nothing keeps a code on the screen, nor takes it away sooner";
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
    const bool new_code = reader.state() == State::code && before_ != State::code;
    if (new_code && !std::exchange(code_due_, false))
      return "no code without a PIN that the card has taken in this transaction, and a cryptogram";
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
    if (!asks_pin(reader.state())) return nullptr;
    std::size_t stars = 0;
    for (const char16_t c : screen.row(screen.rows - 1U)) {
      if (c != u' ' && c != u'*') return "a PIN is shown as stars";
      if (c == u'*') ++stars;
    }
    return stars == typed_.size() ? nullptr : "a PIN is shown as a star for each digit";
  }

  static bool has_command(SlotRequest::Kind kind) {
    return kind == SlotRequest::Kind::transmit || kind == SlotRequest::Kind::verify_on_pad;
  }

  static constexpr std::array<std::uint8_t, 13> kVerifyWithoutPin{0x00, 0x20, 0x00, 0x80, 0x08, 0x20, 0xFF,
                                                                  0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

  const pinpad::Connection& connection_;

  // Of the event being judged: the state it came in, and whether the deadline had passed by then.
  State before_ = State::off;
  bool late_ = false;
  State last_state_ = State::off;
  std::optional<Millis> last_deadline_;
  std::optional<Millis> code_until_;

  std::optional<std::uint32_t> host_number_;
  HostRequest::Kind host_kind_ = HostRequest::Kind::deactivate;
  FixedVector<std::uint8_t, 300> host_bytes_;
  std::optional<HostStatus> host_status_;

  bool powered_ = false;
  bool outstanding_ = false;
  std::uint32_t number_ = 0;
  SlotRequest::Kind kind_ = SlotRequest::Kind::deactivate;
  std::uint8_t instruction_ = 0;  // of the command that the card works on; 0: a program's
  bool in_pieces_ = false;        // its answer came with 61xx or 6Cxx

  // Of this transaction.
  std::optional<std::uint8_t> tries_;  // where the card has told
  bool verified_ = false;
  bool first_ac_ = false;
  bool code_due_ = false;

  bool pin_typed_ = false;
  FixedVector<char, cap::kMaxPinDigits> typed_;
  std::uint32_t verifies_ = 0;
};

}  // namespace sesame::test
