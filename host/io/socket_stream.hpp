// What comes and goes over a connected socket that does not block. It may be a PIN's bytes: what was taken,
// moved or sent is overwritten.
//
// Nothing here waits: poll for readable, or for writable while something is unsent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "firmware/core/bytes.hpp"
#include "host/io/descriptor.hpp"

namespace sesame::io {

class SocketStream {
 public:
  // At most `room` bytes are received before they are taken.
  SocketStream(Descriptor socket, std::size_t room) : socket_(std::move(socket)), in_(room) {}
  SocketStream(const SocketStream&) = delete;
  SocketStream& operator=(const SocketStream&) = delete;
  ~SocketStream();

  int descriptor() const { return socket_.get(); }

  // Reads what is there. False: the other side has closed the connection, or it broke.
  [[nodiscard]] bool receive();
  Bytes received() const { return Bytes(in_.data() + begin_, end_ - begin_); }  // until the next receive()
  void take(std::size_t count);  // off the front of what was received

  // What does not fit into the socket waits for flush(). False: the connection broke.
  [[nodiscard]] bool send(Bytes bytes);
  [[nodiscard]] bool flush();
  std::size_t unsent() const { return out_.size(); }

 private:
  Descriptor socket_;
  std::vector<std::uint8_t> in_;
  std::size_t begin_ = 0, end_ = 0;  // what of it is not taken
  std::vector<std::uint8_t> out_;
};

}  // namespace sesame::io
