// A card in the reader of vpcd: connects to it, answers what it asks, leaves and comes back as told.
//
//   Signals signals;                     // before there are other threads
//   Server server(slot, options, signals, print_line);
//   server.run();                        // until SIGINT or SIGTERM
//
// SIGUSR1 takes the card out, SIGUSR2 puts it in again. A connection is a card in the reader; where vpcd
// closes it (the daemon was stopped) the card is out, and waits for a reader again.
//
// Where the slot throws Failure(Failure::environment) (a counter could not be written), the connection is
// closed without an answer, and run() throws it: nothing is answered whose counters are not on the disk.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "host/card/slot.hpp"
#include "host/io/signals.hpp"
#include "host/vpcd/connection.hpp"
#include "host/vpcd/vpicc.hpp"

namespace sesame::vpcd {

using io::Signals;

struct ServerOptions {
  std::string card;             // its name in lines
  std::uint16_t port = 0;       // on 127.0.0.1
  std::chrono::seconds wait{};  // how long nothing may be listening there, until run() fails
  // The card leaves as the command after this many arrives, which is neither executed nor answered. Once:
  // when SIGUSR2 has put it in again it stays.
  std::optional<std::uint64_t> eject_after;
};

class Server {
 public:
  using Tell = std::function<void(const std::string& line)>;

  // Slot and signals outlive it; `tell` gets a line when the card comes and goes.
  Server(CardSlot& slot, ServerOptions options, Signals& signals, Tell tell);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Failure(Failure::environment): nothing listens at the port for `wait`, or the slot's.
  void run();

 private:
  using Clock = std::chrono::steady_clock;

  enum class State {
    out,         // until SIGUSR2
    retrying,    // nothing listens; tries again at wake_
    connecting,  // until the socket is writable
    unnoticed,   // connected, but nothing was asked for
    in,
    ended,
  };

  void want_reader(Clock::duration pause);
  void connect();
  void connected(Descriptor socket);
  void retry(int error);
  void wait();
  void take_signals();
  void on_socket();
  void finish_connect();
  void take_frames();
  void closed_by_peer();
  void wake();
  void leave(const std::string& why);
  void enter(State state, Clock::time_point wake = Clock::time_point::max());
  void tell(const std::string& line) const { tell_(options_.card + line); }

  Vpicc card_;
  ServerOptions options_;
  Signals& signals_;
  Tell tell_;
  std::string address_;  // for lines
  State state_ = State::out;
  Clock::time_point wake_;     // when time alone changes something
  Clock::time_point give_up_;  // when something must have listened
  bool waiting_told_ = false;
  bool unnoticed_told_ = false;
  Descriptor connecting_;
  std::unique_ptr<Connection> connection_;
  std::optional<std::uint64_t> commands_left_;
  emv::ResponseBuffer answer_;
};

}  // namespace sesame::vpcd
