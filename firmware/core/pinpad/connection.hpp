// The reader as a PC/SC reader with a pinpad: a program on the computer asks for the card (HostRequest), and
// gets a HostAnswer. It has the card from `activate` to `deactivate` (State::connected), and gives way to a
// person: while one types or reads a code, its `activate` is answered with `busy`.
//
//   pinpad::Connection connection;
//   Reader reader(profile, &connection);
//   reader.handle(Event::from_host(request), now);
//   …as ever, until connection.answer()
#pragma once

#include "firmware/core/pinpad/pin_verify.hpp"
#include "firmware/core/reader.hpp"

namespace sesame {

// PC/SC part 10, 2.5.2: what the reader itself answers to verify_pin. No PIN was sent then.
// Whatever times its order gives, a person has so long to type a PIN: a program waits no longer either.
inline constexpr Millis kLongestPinEntry = 240'000;
inline constexpr std::uint16_t kPinTimedOut = 0x6400, kPinCancelled = 0x6401, kPinOrderUnusable = 0x6B80;

enum class HostStatus : std::uint8_t {
  done,      // with the card's bytes
  busy,      // a person uses the keys
  no_card,   // or it was pulled out meanwhile
  no_power,  // this needs `activate` before it
  mute,      // no answer; no ATR, and then the card is powered down
  garbled,   // no valid answer, or no command APDU; no valid ATR, and then the card is powered down
};
std::string_view to_string(HostStatus status);

struct HostAnswer {
  std::uint32_t number = 0;
  HostStatus status = HostStatus::done;
  Bytes bytes;  // points into the connection, until the reader's next event
};

namespace pinpad {

class Connection final : public HostSide {
 public:
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The answer to the last HostRequest, from when there is one to the next HostRequest.
  std::optional<HostAnswer> answer() const;

  std::optional<Signal> signal_of(const Event& event) override;
  Outcome run(Control& control, Signal signal) override;
  void removed() override;
  void forget() override;
  Bytes command() const override { return bytes_; }
  void look(View& view) const override;

  // As Reader::manual(), and asked before it.
  using Line = Transition<Outcome (Connection::*)(Control&)>;
  static std::span<const Line> manual();

 private:
  static const Line kTransitions[];

  // The actions of the table.
  Outcome ignore(Control&) { return Outcome::done; }
  Outcome connect(Control& control);
  Outcome refuse_busy(Control& control);
  Outcome refuse_no_power(Control& control);
  Outcome pass_on(Control& control);
  Outcome pass_back(Control& control);
  Outcome waited_too_long(Control& control);
  Outcome disconnect(Control& control);
  Outcome stay_as_it_is(Control& control);
  Outcome ask_pin(Control& control);
  Outcome add_to_pin(Control& control);
  Outcome correct_pin(Control& control);
  Outcome accept_pin(Control& control);
  Outcome cancel_pin(Control& control);
  Outcome pin_timed_out(Control& control);

  void end_command(Control& control);
  Outcome pass_atr_back(Control& control);
  Outcome pass_failure_back(Control& control, HostStatus status, bool reset);
  Outcome answer(HostStatus status, Bytes bytes);
  Outcome answer(std::uint16_t sw);
  Outcome send_pin(Control& control);
  Outcome end_pin(Control& control, std::uint16_t sw);
  void speak(Control& control);
  void wait_for_pin(Control& control, std::uint8_t seconds);

  PinCommand bytes_;  // the command, then the card's answer
  PinVerify pin_;     // while it is asked for
  Millis pin_latest_ = 0;
  std::uint32_t number_ = 0;
  std::optional<std::uint16_t> pin_sw_;  // what the card said to it, to be shown
  std::optional<HostStatus> status_;     // its request has this answer
  bool waits_ = false;                   // its request has no answer yet
  bool pin_sent_ = false;                // the command is a VERIFY with its PIN
};

}  // namespace pinpad

}  // namespace sesame
