// What is true of a reader at a computer's cable after every event, whatever the events were: no cryptogram
// without OK under the very text that was shown. Tests, fuzzers and the explorer share it.
//
// What it remembers is plain memory: the explorer copies it with the reader.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "firmware/core/signing/link.hpp"

namespace sesame::test {

class LinkWatch {
 public:
  // The link is the reader's, and outlives the watch.
  explicit LinkWatch(const signing::Link& link) : link_(link) {}

  // After reader.handle(event, now). Nothing where all is well; else the rule that is broken.
  std::optional<std::string> broken_rule(const Reader& reader, const Event& event, Millis now) {
    const bool late = last_deadline_ && now >= *last_deadline_;
    const char* rule = first_broken(reader, event, late);
    before_ = reader.state();
    last_deadline_ = reader.deadline();
    if (!rule) return std::nullopt;
    return std::string(rule) + " (in state " + std::string(to_string(reader.state())) + ")";
  }

  // The text that the last cryptogram was asked for, without its blanks; empty: of none.
  std::string signed_text() const { return {signed_text_.begin(), signed_text_.end()}; }
  std::uint32_t cryptograms() const { return cryptograms_; }

  // The instruction that the card works on, also while the answer comes in pieces.
  std::uint8_t instruction() const { return instruction_; }
  bool first_generate_ac() const { return first_ac_; }

  // All that decides what follows, for a search.
  std::size_t hash() const {
    std::size_t seed = 0;
    for (const Characters* text : {&asked_, &seen_, &approved_}) {
      mix(seed, std::hash<std::string_view>{}({text->data(), text->size()}));
    }
    for (const unsigned value :
         {verified_ * 1U, due_ * 1U, first_ac_ * 1U, goes_on_ * 1U, instruction_ * 1U}) {
      mix(seed, value);
    }
    return seed;
  }

 private:
  using Characters = FixedVector<char, 2 * signing::kMaxText>;

  static void mix(std::size_t& seed, std::size_t value) { seed = (seed ^ value) * 0x9E3779B97F4A7C15U; }

  const char* first_broken(const Reader& reader, const Event& event, bool late) {
    listen(event, late);
    if (const char* rule = keys(reader, event, late)) return rule;
    if (const char* rule = slot(reader, event, late)) return rule;
    if (const char* rule = told(event)) return rule;
    if (const char* rule = display(reader)) return rule;
    const bool for_computer = reader.function() != nullptr && reader.function()->key.empty();
    if (!for_computer) forget();
    const bool waits = reader.state() == State::signing || reader.state() == State::approve;
    if (waits && !(for_computer && verified_)) return "a computer's text needs a PIN that the card has taken";
    if (waits && !reader.deadline()) return "a computer does not wait for ever";
    return nullptr;
  }

  void forget() {
    for (Characters* text : {&asked_, &seen_, &approved_}) text->wipe();
  }

  // What the card has said.
  void listen(const Event& event, bool late) {
    if (event.kind == Event::Kind::removed || event.kind == Event::Kind::inserted) verified_ = false;
    if (event.kind != Event::Kind::answer || event.number != number_ || late) return;
    if (event.status != SlotStatus::ok || event.bytes.size() < 2) return;
    const Bytes sw = event.bytes.last(2);
    goes_on_ = sw[0] == 0x61 || sw[0] == 0x6C;
    if (instruction_ == 0x20) verified_ = sw[0] == 0x90 && sw[1] == 0x00;
  }

  static bool is_ok(const Event& event) {
    return (event.kind == Event::Kind::press || event.kind == Event::Kind::hold) && event.key == Key::ok;
  }

  // A text that is asked for, its pages, and OK under the last.
  const char* keys(const Reader& reader, const Event& event, bool late) {
    const State state = reader.state();
    const bool host = event.kind == Event::Kind::computer;
    if (host && event.computer == ComputerCommand::Kind::pin && state == State::pin) forget();
    if (host && event.computer == ComputerCommand::Kind::sign && before_ == State::signing && !late &&
        state == State::approve) {
      forget();
      add_visible(asked_, event.bytes);
    }
    if (before_ == State::approve && state == State::signing) {
      const bool ok = is_ok(event) && !late;
      if (!ok) return "a text has its OK by the key OK, and by nothing else";
      if (!same(seen_, asked_)) return "OK counts under a text that was shown from end to end";
      approved_ = asked_;
      asked_.wipe();
    }
    if (state == State::approve) {
      const bool turned = is_ok(event) && !late;
      if (turned || before_ != State::approve) add_visible(seen_, reader.screen());
    }
    return nullptr;
  }

  const char* slot(const Reader& reader, const Event& event, bool late) {
    const auto request = reader.request();
    if (!request || request->number == number_) return nullptr;
    number_ = request->number;
    const bool goes_on = std::exchange(goes_on_, false);
    if (goes_on && request->is_command()) return nullptr;  // for its answer, or once more
    instruction_ = 0;
    first_ac_ = false;
    if (!request->is_command()) {
      verified_ = false;
      return nullptr;
    }
    instruction_ = request->command[1];
    if (instruction_ == 0xA4 || instruction_ == 0xA8 || instruction_ == 0x20) verified_ = false;
    first_ac_ = instruction_ == 0xAE && (request->command[2] & 0xC0) == 0x80;
    const bool for_computer = reader.function() != nullptr && reader.function()->key.empty();
    if (!first_ac_ || !for_computer) return nullptr;
    const bool commanded = event.kind == Event::Kind::computer &&
                           event.computer == ComputerCommand::Kind::cryptogram && before_ == State::signing &&
                           !late;
    if (!commanded) return "a computer's cryptogram is asked for by its command, after the PIN";
    if (!verified_) return "no GENERATE AC without a PIN that the card has taken";
    if (!asked_.empty()) return "no GENERATE AC for a text without its OK";
    due_ = true;
    signed_text_ = approved_;
    return nullptr;
  }

  const char* told(const Event& event) {
    if (event.kind == Event::Kind::computer) answer_ = 0;
    const auto answer = link_.answer();
    const bool fresh = answer && answer->number != answer_;
    answer_ = answer ? answer->number : answer_;
    if (!fresh) return nullptr;
    if ((answer->told == signing::Told::cryptogram) != !answer->code.empty())
      return "a code comes with its name";
    if (answer->told != signing::Told::cryptogram) return nullptr;
    if (!due_) return "one cryptogram for each that was asked for";
    due_ = false;
    ++cryptograms_;
    return nullptr;
  }

  static const char* display(const Reader& reader) {
    if (reader.state() != State::approve) return nullptr;
    const Screen screen = reader.screen();
    const auto last = screen.row(screen.rows - 1U);
    for (const char16_t c : last) {
      if (c != u' ') return nullptr;
    }
    return "the last row says what OK does";
  }

  static void add_visible(Characters& to, Bytes text) {
    for (const std::uint8_t c : text) {
      if (c > ' ') static_cast<void>(to.push(static_cast<char>(c)));
    }
  }
  // Of State::approve, without the last row.
  static void add_visible(Characters& to, const Screen& screen) {
    for (std::size_t row = 0; row + 1 < screen.rows; ++row) {
      for (const char16_t c : screen.row(row)) {
        if (c > u' ') static_cast<void>(to.push(static_cast<char>(c)));
      }
    }
  }
  static bool same(const Characters& a, const Characters& b) {
    return std::string_view(a.data(), a.size()) == std::string_view(b.data(), b.size());
  }

  const signing::Link& link_;
  State before_ = State::off;
  std::optional<Millis> last_deadline_;
  std::uint32_t number_ = 0;
  std::uint8_t instruction_ = 0;
  bool verified_ = false, due_ = false, first_ac_ = false, goes_on_ = false;
  std::uint32_t answer_ = 0, cryptograms_ = 0;
  Characters asked_, seen_, approved_, signed_text_;  // what is not blank of them
};

}  // namespace sesame::test
