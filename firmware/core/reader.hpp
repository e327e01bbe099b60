// The card reader: keys, card and time in; screen, slot request and deadline out.
//
// The reader is one object that reads no clock, never waits, never allocates and knows no operating system.
// A shell owns the loop:
//
//   reader.handle(Event::inserted(), now);
//   for (;;) {
//     if (const auto request = reader.request()) {    // at most one is outstanding
//       …carry it out, then reader.handle(Event::answer(request->number, status, bytes), now);
//     }
//     draw(reader.screen());
//     …wait for a key, for the card to move, or until reader.deadline():
//     reader.handle(Event::press(key) or Event::inserted() or Event::removed() or Event::tick(), now);
//   }
//
// While a request is outstanding the reader still takes keys, removal and time, and may replace the request:
// the answer to the old one, should it still come, carries the old number and is dropped.
//
// Connected to a computer, the reader is also a PC/SC reader with a pinpad: see pinpad/connection.hpp. A board has none.
//
// What a user typed, and the code, are overwritten as soon as they are no longer shown or needed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "firmware/core/bytes.hpp"
#include "firmware/core/cap/transaction.hpp"
#include "firmware/core/entry.hpp"
#include "firmware/core/profile.hpp"
#include "firmware/core/screen.hpp"
#include "firmware/core/slot.hpp"

namespace sesame {

namespace pinpad {
class Connection;
}

enum class Key : std::uint8_t {
  d0,
  d1,
  d2,
  d3,
  d4,
  d5,
  d6,
  d7,
  d8,
  d9,
  point,
  ok,
  clear,
  f1,
  f2,
  f3,
  f4,
  f5,
  f6,
  f7,
  f8
};
inline constexpr std::size_t kMaxFunctions = 8;

constexpr Key digit_key(char digit) { return static_cast<Key>(digit - '0'); }
// The key of the profile's function `index`, from 0.
constexpr Key function_key(std::size_t index) {
  return static_cast<Key>(static_cast<std::size_t>(Key::f1) + index);
}

// What a program on the computer asks of the reader, one thing at a time: a request before the answer to the last
// one ends that one, which then has no answer. So it may let go of the card, or of a PIN being typed, at any moment.
struct HostRequest {
  enum class Kind : std::uint8_t {
    activate,    // cold reset; answered with the ATR
    warm_reset,  // answered with the ATR
    transmit,    // a command APDU of 4 to 261 bytes; answered with a response APDU
    verify_pin,  // a PIN_VERIFY_STRUCTURE; answered with SW1 SW2: the card's, or 6400, 6401, 6B80 (see below)
    deactivate,  // it no longer uses the card; answered with nothing
  };
  std::uint32_t number = 0;  // comes back with the answer
  Kind kind = Kind::deactivate;
  Bytes bytes;  // read during handle() only
};
struct Event {
  enum class Kind : std::uint8_t { press, hold, inserted, removed, answer, pin_on_pad, host, tick };

  Kind kind = Kind::tick;
  Key key = Key::ok;
  std::uint32_t number = 0;
  SlotStatus status = SlotStatus::ok;
  Bytes bytes;  // read during handle() only
  HostRequest::Kind host = HostRequest::Kind::deactivate;

  static Event press(Key key) { return of(Kind::press, key); }
  static Event hold(Key key) { return of(Kind::hold, key); }
  static Event inserted() { return of(Kind::inserted); }
  static Event removed() { return of(Kind::removed); }
  static Event answer(std::uint32_t number, SlotStatus status, Bytes bytes) {
    return {Kind::answer, Key::ok, number, status, bytes};
  }
  // Where the reader asks for the PIN: it will be typed at the slot's own pinpad.
  static Event pin_on_pad() { return of(Kind::pin_on_pad); }
  static Event from_host(const HostRequest& request) {
    return {Kind::host, Key::ok, request.number, SlotStatus::ok, request.bytes, request.kind};
  }
  static Event tick() { return {}; }  // time has passed; harmless at any moment

  static Event of(Kind kind, Key key = Key::ok) { return {kind, key, 0, SlotStatus::ok, {}}; }
};

class HostSide;

class Reader {
 public:
  // The profile outlives the reader; so does what it is besides for a program on the computer, if anything.
  explicit Reader(const ReaderProfile& profile, HostSide* host = nullptr);
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // `now` never decreases from one call to the next.
  void handle(const Event& event, Millis now);

  Screen screen() const;
  std::optional<SlotRequest> request() const;
  std::optional<Millis> deadline() const { return deadline_; }
  State state() const { return state_; }
  Notice notice() const { return notice_; }
  const Function* function() const { return function_; }                // once chosen
  const Prompt& prompt() const { return function_->prompts[prompt_]; }  // in State::prompt
  std::span<const char> code() const { return code_; }  // digits, in State::code; empty elsewhere
  const cap::Fault& fault() const { return fault_; }    // in State::notice: what the dialogue ended with
  std::optional<std::uint8_t> tries_left() const { return transaction_.tries_left(); }
  const Language& language() const { return *language_; }
  const cap::Transaction& transaction() const { return transaction_; }
  const ReaderProfile& profile() const { return profile_; }

  // What an event means to the tables of transitions.
  enum class Signal : std::uint8_t {
    any_key,
    digit,
    ok,
    clear,
    hold_clear,
    function,
    inserted,
    removed,
    answer,
    timeout,
    pin_on_pad,
    host_activate,
    host_command,  // warm_reset, transmit
    host_verify,
    host_deactivate
  };

 private:
  friend class pinpad::Connection;

  struct Transition {
    State state;
    Signal signal;
    void (Reader::*action)();
  };
  static const Transition kTransitions[];

  std::optional<Signal> signal_of(const Event& event);
  void run(Signal signal);

  // The actions of the table.
  void ignore() {}
  void start();
  void power_off();
  void show_removed();
  void choose_function();
  void begin_function();
  void add_to_number();
  void correct_number();
  void accept_number();
  void add_to_pin();
  void correct_pin();
  void accept_pin();
  void send_last_pin();
  void send_pin();
  void leave_pin_to_pad();
  void take_answer();
  void card_took_too_long();

  void enter(State state);
  void show(Notice notice);
  void first_prompt(PromptPlace place);
  void next_prompt(PromptPlace place);
  void after_prompts(PromptPlace place);
  void enter_pin();
  void go_on();
  void on_selected();
  void on_prepared();
  void show_code();
  void show_fault();
  void choose_language();
  bool speak(const std::array<char, 2>& code);
  bool prompts_remain(PromptPlace place) const;
  void store_number();

  void ask(SlotRequest::Kind kind);
  void release_card();
  void forget();
  void forget_inputs();

  const ReaderProfile& profile_;
  HostSide* const host_;
  const Language* language_;
  State state_ = State::off;
  Notice notice_ = Notice::none;
  std::optional<Millis> deadline_;
  Millis now_ = 0;

  bool card_present_ = false;
  bool card_powered_ = false;
  bool warm_reset_done_ = false;
  std::uint32_t request_number_ = 0;
  std::optional<SlotRequest::Kind> request_;
  cap::Transaction transaction_;
  cap::Fault fault_;

  const Event* event_ = nullptr;  // the one being handled: a digit of the PIN leaves no copy here
  const Function* function_ = nullptr;
  std::size_t prompt_ = 0;
  std::uint8_t answers_ = 0;  // already given at a prompt that is asked again
  Entry entry_;
  cap::Pin pin_;
  bool pin_on_pad_ = false;
  cap::Inputs inputs_;
  cap::TypedLater typed_later_;
  FixedVector<cap::TdsNumber, cap::kMaxTdsNumbers> tds_;
  SecretVector<char, kMaxCodeDigits> code_;
};

// What a reader does besides, for a program on the computer.
class HostSide {
 public:
  virtual Reader::Signal signal_of(const Event& event) = 0;
  // Asked before the reader's own table. False: it was not its business.
  virtual bool run(Reader& reader, Reader::Signal signal) = 0;
  virtual void removed() = 0;               // the card was pulled out
  virtual void forget() = 0;                // everything that belongs to one code
  virtual Bytes command() const = 0;        // State::connected: what goes to the card
  virtual void look(View& view) const = 0;  // State::connected: what it adds

 protected:
  ~HostSide() = default;
};

}  // namespace sesame
