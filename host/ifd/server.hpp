// A reader, served at a socket to the IFD handler in pcscd: one program's pair of connections at a time
// (host/ifd/wire.hpp), each with its session. Nothing here blocks or reads a clock: the shell waits.
//
//   Server server(listener, reader, tell, Clock::now());
//   server.insert(Clock::now());
//   for (;;) {
//     server.watch(descriptors);
//     …poll() them, until server.deadline() at most…
//     server.serve(Clock::now());
//     server.press(key, Clock::now());   // as keys come
//   }
//
// A program whose connection of requests is gone lets go of the card.
#pragma once

#include <poll.h>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "host/ifd/listener.hpp"
#include "host/ifd/session.hpp"
#include "host/reader/native_reader.hpp"

namespace sesame::ifd {

class Server {
 public:
  using Clock = std::chrono::steady_clock;
  using Tell = std::function<void(const std::string& line)>;

  // Listener and reader outlive it. The reader's slot throws nothing. `tell` gets a line when a client is
  // turned away who should know.
  Server(const Listener& listener, NativeReader& reader, Tell tell, Clock::time_point now);

  // `now` never decreases from one call to the next.
  void press(Key key, Clock::time_point now);
  void hold(Key key, Clock::time_point now);
  void insert(Clock::time_point now);
  void remove(Clock::time_point now);
  // Lets time pass, and does what the sockets have.
  void serve(Clock::time_point now);

  bool card_present() const { return present_; }
  // When time alone changes something.
  std::optional<Clock::time_point> deadline() const;
  // Adds the descriptors that serve() wants to be called for.
  void watch(std::vector<pollfd>& descriptors) const;

 private:
  struct Partner {
    std::uint32_t process = 0, lun = 0;
    friend bool operator==(const Partner&, const Partner&) = default;
  };

  void advance(Clock::time_point now);
  void tell_partner();
  void serve_requests();
  void serve_presence();
  void accept();
  void greet();
  bool welcome(Descriptor& socket, Bytes message);
  void end_session();
  void tell_presence();

  const Listener& listener_;
  NativeReader& reader_;
  Tell tell_;
  Clock::time_point start_;
  bool present_ = false;

  std::deque<Descriptor> strangers_;  // have not said what they want
  Partner partner_;                   // of the connections below
  Descriptor requests_, presence_;
  std::unique_ptr<Session> session_;  // while `requests_` is open
  bool version_told_ = false;
};

}  // namespace sesame::ifd
