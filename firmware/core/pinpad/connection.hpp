// The reader as a PC/SC reader with a pinpad: a program on the computer asks for the card (HostRequest), and gets a
// HostAnswer. It has the card from `activate` to `deactivate` (State::connected), and gives way to a person: while
// somebody types or reads a code, its `activate` is answered with `busy`.
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
// Whatever times its order gives, somebody has so long to type a PIN: a program waits no longer either.
inline constexpr Millis kLongestPinEntry = 240'000;
inline constexpr std::uint16_t kPinTimedOut = 0x6400, kPinCancelled = 0x6401, kPinOrderUnusable = 0x6B80;

enum class HostStatus : std::uint8_t {
  done,      // with the card's bytes
  busy,      // somebody uses the keys
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

  Reader::Signal signal_of(const Event& event) override;
  bool run(Reader& reader, Reader::Signal signal) override;
  void removed() override;
  void forget() override;
  Bytes command() const override { return bytes_; }
  void look(View& view) const override;

 private:
  struct Transition {
    State state;
    Reader::Signal signal;
    void (Connection::*action)(Reader&);
  };
  static const Transition kTransitions[];

  // The actions of the table.
  void ignore(Reader&) {}
  void connect(Reader& reader);
  void refuse_busy(Reader& reader);
  void refuse_no_power(Reader& reader);
  void pass_on(Reader& reader);
  void pass_back(Reader& reader);
  void waited_too_long(Reader& reader);
  void disconnect(Reader& reader);
  void stay_as_it_is(Reader& reader);
  void ask_pin(Reader& reader);
  void add_to_pin(Reader& reader);
  void correct_pin(Reader& reader);
  void accept_pin(Reader& reader);
  void cancel_pin(Reader& reader);
  void pin_timed_out(Reader& reader);

  void end_command(Reader& reader);
  void pass_atr_back(Reader& reader);
  void pass_failure_back(Reader& reader, HostStatus status, bool reset);
  void answer(HostStatus status, Bytes bytes);
  void answer(std::uint16_t sw);
  void send_pin(Reader& reader);
  void end_pin(Reader& reader, std::uint16_t sw);
  void speak(Reader& reader);
  void wait_for_pin(Reader& reader, std::uint8_t seconds);

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
