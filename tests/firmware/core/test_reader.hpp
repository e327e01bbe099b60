// A reader in a test: keys by their names, virtual time, and a card that is a table.
//
//   TestReader reader(kSesame, identify());
//   reader.insert();
//   reader.press("CODE");
//   reader.type("1234");
//   reader.press("OK");
//   CHECK(reader.screen() == "Code Sésame/4251 1495");
//   reader.wait(35'000);
//
// After every event the rules of ReaderWatch are checked.
#pragma once

#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "firmware/core/pinpad/connection.hpp"
#include "tests/firmware/core/dialogue.hpp"
#include "tests/firmware/core/hex.hpp"
#include "tests/firmware/core/profiles.hpp"
#include "tests/firmware/core/reader_watch.hpp"
#include "tests/firmware/core/screen_text.hpp"

namespace sesame::test {

// A card as a table of commands. A command that stands there several times answers in that order, then
// repeats its last answer. A SELECT that is not there is 6A82; another command fails the test. Instead of
// bytes an answer may be "mute", "garbled", "removed", or "silent": none at all.
class TableCard {
 public:
  TableCard(std::string atr, const Dialogue& dialogue) : atr_(std::move(atr)) {
    for (const Step& step : dialogue) table_[hex(bytes(step.command))].push_back(step.response);
  }

  std::string atr() const { return atr_; }

  std::string answer(Bytes command) {
    const auto found = table_.find(hex(command));
    if (found == table_.end()) {
      if (command.size() > 1 && command[1] == 0xA4) return "6A82";
      FAIL("the card expected no such command: " << hex(command));
    }
    std::vector<std::string>& answers = found->second;
    const std::string answer = answers.front();
    if (answers.size() > 1) answers.erase(answers.begin());
    return answer;
  }

 private:
  std::string atr_;
  std::map<std::string, std::vector<std::string>> table_;
};

inline const std::string kAtr = "3B65000065046C9000";

class TestReader {
 public:
  explicit TestReader(const ReaderProfile& profile, const Dialogue& dialogue = identify(),
                      const std::string& atr = kAtr)
      : card(atr, dialogue), reader(profile, &connection) {}

  TableCard card;
  pinpad::Connection connection;
  Reader reader;
  Millis now = 1'000'000;
  bool answering = true;             // false: the slot is given requests, and answers none
  std::vector<std::string> asked;    // "activate", "warm reset", "deactivate", or a command in hex
  std::function<bool()> at_request;  // true: this request was dealt with otherwise

  void insert() { handle(Event::inserted()); }
  void remove() { handle(Event::removed()); }
  void press(std::string_view key) { handle(Event::press(named(key))); }
  void hold(std::string_view key) { handle(Event::hold(named(key))); }
  void type(std::string_view keys) {
    for (const char key : keys) press(std::string_view(&key, 1));
  }
  // The bytes in hex, or what TableCard has instead.
  void answer(std::uint32_t number, const std::string& what) {
    const bool failed = what == "mute" || what == "garbled" || what == "removed";
    const ByteVector data = failed ? ByteVector() : bytes(what);
    const SlotStatus status = what == "mute"      ? SlotStatus::mute
                              : what == "garbled" ? SlotStatus::garbled
                              : what == "removed" ? SlotStatus::removed
                                                  : SlotStatus::ok;
    handle(Event::answer(number, status, data));
  }

  // A program on the computer: the number of its request.
  std::uint32_t ask(HostRequest::Kind kind, std::string_view data = "") {
    const ByteVector request = bytes(data);
    handle(Event::from_host({++asked_by_host_, kind, request}));
    return asked_by_host_;
  }
  void connect() { ask(HostRequest::Kind::activate); }
  void transmit(std::string_view command) { ask(HostRequest::Kind::transmit, command); }
  void verify(std::string_view structure) { ask(HostRequest::Kind::verify_pin, structure); }
  void let_go() { ask(HostRequest::Kind::deactivate); }
  // What it got: bytes, or "done" without any, or what went wrong; "nothing" as long as it waits.
  std::string told() const {
    const auto answer = connection.answer();
    if (!answer) return "nothing";
    if (answer->number != asked_by_host_) return "the answer to something else";
    if (answer->status == HostStatus::done && !answer->bytes.empty()) return hex(answer->bytes);
    return std::string(to_string(answer->status)) + hex(answer->bytes);
  }

  // Time passes as in a shell: the reader is woken at each deadline on the way.
  void wait(Millis millis) {
    const Millis until = now + millis;
    while (reader.deadline() && *reader.deadline() <= until) {
      now = *reader.deadline();
      handle(Event::tick());
    }
    now = until;
    handle(Event::tick());
  }
  // Time passes and nothing wakes the reader.
  void sleep(Millis millis) { now += millis; }

  // Inserted, function key pressed, PIN typed: what most tests begin with.
  void use(std::string_view function, std::string_view pin) {
    insert();
    press(function);
    type(pin);
    press("OK");
  }

  std::string screen() const { return words(reader.screen()); }
  std::string state() const { return std::string(to_string(reader.state())); }
  std::string notice() const { return std::string(to_string(reader.notice())); }
  std::string code() const { return text(reader.code()); }
  std::string last_asked() const { return asked.empty() ? "nothing" : asked.back(); }
  std::size_t times_asked(std::string_view what) const {
    std::size_t times = 0;
    for (const std::string& one : asked) {
      if (one.starts_with(what)) ++times;
    }
    return times;
  }

  // Whether the reader's own memory holds these bytes.
  bool remembers(Bytes pattern) const {
    const auto* memory = reinterpret_cast<const std::uint8_t*>(&reader);
    const auto* more = reinterpret_cast<const std::uint8_t*>(&connection);
    return holds(Bytes(memory, sizeof reader), pattern) || holds(Bytes(more, sizeof connection), pattern);
  }
  bool remembers(std::string_view ascii) const {
    return remembers(Bytes(reinterpret_cast<const std::uint8_t*>(ascii.data()), ascii.size()));
  }

  void handle(const Event& event) {
    reader.handle(event, now);
    const auto broken = watch_.broken_rule(reader, event, now);
    if (broken) FAIL(*broken);
    serve();
  }

 private:
  static bool holds(Bytes all, Bytes pattern) {
    for (std::size_t at = 0; at + pattern.size() <= all.size(); ++at) {
      if (starts_with(all.subspan(at), pattern)) return true;
    }
    return false;
  }

  void serve() {
    while (const auto request = reader.request()) {
      if (request->number == served_) return;
      served_ = request->number;
      asked.push_back(request_name(*request));
      if (at_request && at_request()) continue;
      if (!answering) return;
      const std::string what = reply(*request);
      if (what == "silent") return;
      answer(request->number, what);
    }
  }

  std::string reply(const SlotRequest& request) {
    switch (request.kind) {
      case SlotRequest::Kind::activate:
      case SlotRequest::Kind::warm_reset: return card.atr();
      case SlotRequest::Kind::transmit:
      case SlotRequest::Kind::verify_on_pad: return card.answer(request.command);
      case SlotRequest::Kind::deactivate: break;
    }
    return "";
  }

  static std::string request_name(const SlotRequest& request) {
    switch (request.kind) {
      case SlotRequest::Kind::activate: return "activate";
      case SlotRequest::Kind::warm_reset: return "warm reset";
      case SlotRequest::Kind::transmit: return hex(request.command);
      case SlotRequest::Kind::verify_on_pad: return "on the pad: " + hex(request.command);
      case SlotRequest::Kind::deactivate: break;
    }
    return "deactivate";
  }

  Key named(std::string_view key) const {
    if (key == "OK") return Key::ok;
    if (key == "C") return Key::clear;
    if (key == ".") return Key::point;
    const auto& functions = reader.profile().functions;
    for (std::size_t i = 0; i < functions.size(); ++i) {
      if (functions[i].key == key) return function_key(i);
    }
    REQUIRE(key.size() == 1);
    return digit_key(key[0]);
  }

  ReaderWatch watch_{connection};
  std::uint32_t served_ = 0;
  std::uint32_t asked_by_host_ = 0;
};

}  // namespace sesame::test
