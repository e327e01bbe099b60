// A TCP connection to vpcd, frame by frame. vpcd writes the length of a frame and the frame separately and
// then waits: without TCP_QUICKACK each command would cost the 40 ms of a delayed acknowledgement. That
// option does not last, so it is set before each wait.
//
// Nothing here blocks: wait with poll() for readable, or for writable while something is unsent.
//
// Frames may carry a PIN: what was received is overwritten once it was taken.
#pragma once

#include <cstddef>
#include <optional>

#include "firmware/core/bytes.hpp"
#include "host/io/socket_stream.hpp"

namespace sesame::vpcd {

using io::Descriptor;

class Connection {
 public:
  // A connected stream socket, which does not block.
  explicit Connection(Descriptor socket);

  int descriptor() const { return stream_.descriptor(); }

  // Reads what is there. False: the peer has closed the connection, or it broke.
  [[nodiscard]] bool receive() { return stream_.receive(); }
  // The payload of the next whole frame, up to 65535 bytes; valid until drop_frame() or receive().
  std::optional<Bytes> frame() const;
  void drop_frame();

  // Sends a frame in one piece, or begins to. While something is unsent no other may be sent. False: the
  // connection broke, or the payload is no response APDU's.
  [[nodiscard]] bool send(Bytes payload);
  [[nodiscard]] bool send_rest() { return stream_.flush(); }
  bool unsent() const { return stream_.unsent() > 0; }

  // Before each poll() for what comes next.
  void acknowledge_at_once() const;

 private:
  static constexpr std::size_t kHeader = 2;

  io::SocketStream stream_;
};

}  // namespace sesame::vpcd
