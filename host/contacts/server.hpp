// A card at character level, served at an endpoint: to one client at a time, in real time.
//
//   Signals signals;                     // before there are other threads
//   Server server(card, endpoint, signals, print_line);
//   server.run();                        // until SIGINT, SIGTERM, SIGQUIT or SIGHUP
//
// SIGUSR1 takes the card out, SIGUSR2 puts it in again; the client is told (stream.hpp), and a card that is
// out has no power. So has one without a client. Other clients wait until the first has gone.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "host/card/iso7816/character_card.hpp"
#include "host/contacts/endpoint.hpp"
#include "host/contacts/records.hpp"
#include "host/io/signals.hpp"

namespace sesame::contacts {

class Server {
 public:
  using Tell = std::function<void(const std::string& line)>;

  // Card and signals outlive it; `name` is the card's, in lines. `tell` gets a line when it listens, and when
  // readers and the card come and go; of clients that are no reader, one. Failure(Failure::environment): the
  // endpoint cannot be had.
  Server(card::iso7816::CharacterCard& card, Endpoint endpoint, io::Signals& signals, std::string name,
         Tell tell);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  const Endpoint& endpoint() const { return listener_.endpoint(); }
  // Failure(Failure::environment): what the card throws; the client is gone then.
  void run();

 private:
  using Micros = card::iso7816::Micros;

  void wait();
  void take_signals();
  void set_presence(bool in);
  void welcome();
  void take_records();
  void take(Record record);
  void act();
  void turn_away();
  void leave(const std::string& why);
  int milliseconds_to_wait() const;
  Micros now() const;
  void tell(const std::string& line) const { tell_(name_ + line); }

  card::iso7816::CharacterCard& card_;
  Listener listener_;
  io::Signals& signals_;
  std::string name_;
  Tell tell_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::unique_ptr<Records> client_;
  bool is_reader_ = false;  // the client has sent a record
  bool stranger_told_ = false;
  bool in_ = true;
  bool ended_ = false;
};

}  // namespace sesame::contacts
