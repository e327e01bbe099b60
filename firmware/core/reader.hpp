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
// Connected to a computer, the reader is also a PC/SC reader with a pinpad: see pinpad/connection.hpp. A
// board has none. Or it signs what a computer shows there: see signing/link.hpp.
//
// What a user typed, and the code, are overwritten as soon as they are no longer shown or needed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "firmware/core/bytes.hpp"
#include "firmware/core/cap/transaction.hpp"
#include "firmware/core/control.hpp"
#include "firmware/core/profile.hpp"
#include "firmware/core/screen.hpp"

namespace sesame {

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
  std::optional<Millis> deadline() const { return control_.deadline; }
  State state() const { return control_.state; }
  Notice notice() const { return control_.notice; }
  const Function* function() const { return function_; }                // once chosen
  const Prompt& prompt() const { return function_->prompts[prompt_]; }  // in State::prompt
  std::span<const char> code() const { return code_; }  // digits, in State::code; empty elsewhere
  const cap::Fault& fault() const { return fault_; }    // in State::notice: what the dialogue ended with
  std::optional<std::uint8_t> tries_left() const { return transaction_.tries_left(); }
  const Language& language() const { return *control_.language; }
  std::uint8_t contrast() const;  // as the screen has it: in the menu, the one being tried
  const cap::Transaction& transaction() const { return transaction_; }
  const ReaderProfile& profile() const { return control_.profile; }

  // The reader's manual, a line each. The first line that fits is taken; what no line names is ignored.
  using Line = Transition<void (*)(Reader&)>;
  static std::span<const Line> manual();

 private:
  static const Line kTransitions[];
  // An action as a plain function: half as large as a pointer to a member.
  template <void (Reader::*action)()>
  static void act(Reader& reader) {
    (reader.*action)();
  }

  std::optional<Signal> signal_of(const Event& event);
  void run(Signal signal);

  // The actions of the table.
  void ignore() {}
  void start();
  void power_off();
  void show_removed();
  void choose_function();
  void return_to_functions();
  void begin_function();
  void begin_instead();
  void open_menu();
  void next_item();
  void change_setting();
  void keep_setting();
  void leave_menu();
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

  void show(Notice notice);
  void wait_for_function();
  void begin(const Function& function);
  bool for_computer() const;
  const Function& pressed() const;
  bool in_menu() const { return function_ != nullptr && !function_->menu.empty(); }
  MenuItem item() const { return function_->menu[item_]; }
  void show_item();
  void pin_is_typed();
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

  void forget();
  void forget_inputs();

  Control control_;
  HostSide* const host_;
  bool warm_reset_done_ = false;
  cap::Transaction transaction_;
  cap::Fault fault_;

  const Function* function_ = nullptr;
  std::size_t prompt_ = 0;
  std::uint8_t answers_ = 0;  // already given at a prompt that is asked again
  std::uint8_t item_ = 0;     // of the menu
  std::uint8_t contrast_ = kContrast, tried_contrast_ = kContrast;
  bool pin_on_pad_ = false;
  cap::Inputs inputs_;
  cap::TypedLater typed_later_;
  cap::TdsNumbers tds_;
  SecretVector<char, kMaxCodeDigits> code_;
};

// What a reader does besides, for a program on the computer.
class HostSide {
 public:
  enum class Outcome : std::uint8_t {
    passed,  // not its business: the reader's own table is next
    done,
    forgotten,  // done, and what belonged to a code is of no use any more
    begin,      // a signature: the reader asks for the PIN, and then verified()
    generate,   // sign(), and the card is asked for its cryptogram; then signed()
  };

  // Nothing: a request of another kind of host, and ignored.
  virtual std::optional<Signal> signal_of(const Event& event) = 0;
  // Asked before the reader's own table.
  virtual Outcome run(Control& control, Signal signal) = 0;
  virtual void removed() = 0;                   // the card was pulled out
  virtual void forget() = 0;                    // everything that belongs to one code
  virtual Bytes command() const { return {}; }  // State::connected: what goes to the card
  virtual void look(View& view) const = 0;      // in its own states: what it adds

  virtual void verified() {}
  virtual void sign(cap::TdsNumbers&) {}
  virtual void signed_with(std::span<const char>) {}  // the digits of the code

 protected:
  ~HostSide() = default;
};

}  // namespace sesame
