// Where a card's line is served: a socket of this machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "host/io/descriptor.hpp"
#include "host/io/unix_listener.hpp"

namespace sesame::contacts {

using io::Descriptor;

struct Endpoint {
  std::string path;        // unix; empty: tcp
  std::uint16_t port = 0;  // tcp: 0 takes any that is free
};

// `unix:PATH`, a path of at most 103 bytes, or `tcp:[HOST:]PORT`, where the host is 127.0.0.1 or localhost.
// Failure(Failure::invalid) for anything else.
Endpoint parse_endpoint(const std::string& text);
std::string to_text(const Endpoint& endpoint);

// A socket that listens, and does not block: the file of host/io/unix_listener.hpp, or a port, to which any
// process of this machine may connect.
class Listener {
 public:
  // Failure(Failure::environment): taken, not permitted, not there.
  explicit Listener(Endpoint endpoint);

  int descriptor() const { return file_ ? file_->descriptor() : port_.get(); }
  // With the port that was taken.
  const Endpoint& endpoint() const { return endpoint_; }
  // The next client, as a socket that does not block; none waits: not open. At a unix socket only this
  // user's, or root's.
  Descriptor accept() const;

 private:
  Endpoint endpoint_;
  std::optional<io::UnixListener> file_;
  Descriptor port_;
};

// A socket that is connected, and does not block. Failure(Failure::environment): nothing listens there, or at
// a unix socket neither its owner nor root does; or nothing accepts.
Descriptor connect(const Endpoint& endpoint);

}  // namespace sesame::contacts
