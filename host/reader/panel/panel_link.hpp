// The host's end of a panel link (firmware/panel/protocol.hpp), sans-I/O: tells the reader one thing at a
// time, again and again until it is acknowledged, and remembers what the reader says. What was garbled on the
// way is asked for again.
//
//   link.order(panel::Type::key, {0, 5});
//   while (!link.idle()) {
//     …write link.to_send(now);
//     …wait for bytes, at most until link.due(): link.received(byte, now);
//   }
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "firmware/panel/protocol.hpp"

namespace sesame {

struct PanelLimits {
  using Duration = std::chrono::milliseconds;
  Duration boot{10'000};  // until the first answer
  Duration knock{100};    // what has no answer then is sent again
  Duration resend{500};   // the same later,
  int tries = 10;         // so often in all
  Duration quiet{2'000};  // a reader that says nothing for so long, though it works, is asked
  // From a key to a screen that waits for the user: so long without a sign that it goes on (the reader's
  // limit on one command to its card, and more),
  Duration rest{35'000};
  Duration work{600'000};  // and so long in all
};

class PanelLink {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // How the run before this one ended.
  struct Fault {
    std::uint8_t cause = 0, vector = 0;  // panel::kFaultCauses; of the vector table
    std::uint32_t pc = 0, lr = 0, cfsr = 0;
  };
  // What the reader says of itself, last.
  struct Seen {
    std::string reader, board;       // names of profile and board
    std::uint32_t digest = 0;        // of the profile, as board::digest()
    std::string software, revision;  // of the sources of the image
    std::optional<Fault> last_fault;
    Screen screen;
    State state = State::off;
    Notice notice = Notice::none;
    std::optional<std::uint8_t> tries;
    bool awake = false;
    std::uint32_t millis = 0;          // its own clock, when it told it last
    std::uint32_t changed_at = 0;      // the same, when it woke or fell asleep last
    std::vector<std::uint8_t> result;  // of a bring-up image: what the last test said (panel/bringup.hpp)
  };
  struct Contacts {
    bool vcc = false, clk = false, rst = false;
  };

  // Begins with a hello.
  PanelLink(const PanelLimits& limits, Time now);
  PanelLink(const PanelLink&) = delete;
  PanelLink& operator=(const PanelLink&) = delete;

  void on_screen(std::function<void()> watch) { on_screen_ = std::move(watch); }
  void on_contacts(std::function<void(const Contacts&)> watch) { on_contacts_ = std::move(watch); }

  // To be told once all before it is acknowledged. The body may be a digit of a PIN; it is wiped.
  void order(panel::Type type, std::initializer_list<std::uint8_t> body);
  // Everything is acknowledged, and what was said on the way was heard.
  bool idle() const { return orders_.empty(); }

  // A frame to be written at once, or nothing; valid until the next call. Failure(Failure::environment) where
  // the reader does not answer.
  Bytes to_send(Time now);
  // When to_send() may have something by itself. While idle that is a question to a reader that is `quiet`.
  Time due() const;
  // Failure(Failure::environment) where the reader speaks another version of the link.
  void received(std::uint8_t byte, Time now);

  const Seen& seen() const { return seen_; }
  // When the last valid frame came.
  Time heard() const { return heard_; }

 private:
  struct Order {
    Order(panel::Type what, std::initializer_list<std::uint8_t> with);
    Order(const Order&) = delete;
    Order& operator=(const Order&) = delete;
    ~Order() { body.wipe(); }

    panel::Type type;
    Buffer<2> body;
  };

  void write(const Order& order);
  void give_up_on_silence(Time now) const;
  void take_frame();
  void take_identity(Bytes body);
  void take_screen(Bytes body);
  void take_power(Bytes body);
  void take_contacts(Bytes body);
  void take_result(Bytes body);
  void take_fault(Bytes body);
  void take_acknowledgement(Bytes body);

  PanelLimits limits_;
  Time made_;
  std::function<void()> on_screen_;
  std::function<void(const Contacts&)> on_contacts_;

  std::deque<Order> orders_;  // the first may be on its way
  int tries_ = 0;             // of the first
  Time resend_at_{};          // where it is on its way
  std::uint8_t sequence_ = 0;
  std::uint8_t told_ = 0;  // of the four things that answer a hello, or a test, since it was first sent
  SecretVector<std::uint8_t, 16> frame_;

  panel::FrameReader<panel::kMaxBodyToHost> frames_;
  bool heard_any_ = false;
  Time heard_;  // the last valid frame
  Seen seen_;
};

}  // namespace sesame
