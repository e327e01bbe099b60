// Host commands of an HSM over TCP (host/issuer/hsm/k2.hpp): messages of two bytes of length and as many
// bytes, each answered in its turn, on any number of connections up to kMost. One thread: an answer takes
// microseconds.
//
// A client that stops amid a message, or does not read its answer, is let go after kPatience.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <vector>

#include "host/io/descriptor.hpp"
#include "host/issuer/hsm/k2.hpp"

namespace sesame::sim {

class K2Server {
 public:
  static constexpr std::size_t kMost = 64;
  static constexpr std::chrono::seconds kPatience{10};

  // `address`: numeric. Port 0: any that is free. Failure(Failure::environment): it cannot be listened at.
  // `warn` gets a line, once, where masks have few bits.
  K2Server(const std::string& address, std::uint16_t port, const issuer::K2Settings& settings,
           std::function<void(const std::string&)> warn = {});
  K2Server(const K2Server&) = delete;
  K2Server& operator=(const K2Server&) = delete;

  std::uint16_t port() const { return port_; }

  // Until stop(), which may come from another thread. Once.
  void serve();
  void stop();

 private:
  using Clock = std::chrono::steady_clock;
  struct Client {
    io::Descriptor socket;
    std::vector<std::uint8_t> in, out;
    Clock::time_point deadline;  // while there is a part of a message, or an answer to be read
  };

  int timeout() const;
  bool serve(Client& client);
  void accept();
  // False: it is over.
  bool read(Client& client) const;
  bool write(Client& client) const;
  bool answer(Client& client);
  void look_at_mask(const issuer::K2Answer& answer);

  issuer::K2Settings settings_;
  std::function<void(const std::string&)> warn_;
  io::Descriptor listener_, stopped_;
  std::uint16_t port_ = 0;
  std::list<Client> clients_;
};

}  // namespace sesame::sim
