// A message (wire.hpp) through a socket of type SOCK_SEQPACKET, without waiting. Both sides of the wire use
// it.
#pragma once

#include <sys/socket.h>

#include <cerrno>

#include "host/ifd/wire.hpp"

namespace sesame::ifd {

// Never in part. False: the peer is gone, or does not read what it was sent.
[[nodiscard]] inline bool send_message(int socket, Bytes message) {
  ssize_t sent = 0;
  do {
    sent = ::send(socket, message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(message.size());
}

enum class Received { message, nothing, end };

// What is there. The end is also a packet longer than any message: there is room to notice one byte more.
[[nodiscard]] inline Received receive_message(int socket, Message& message) {
  std::array<std::uint8_t, kMaxMessage + 1> packet{};
  ssize_t got = 0;
  do {
    got = ::recv(socket, packet.data(), packet.size(), MSG_DONTWAIT);
  } while (got < 0 && errno == EINTR);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Received::nothing;
  const bool fits = got > 0 && message.assign(Bytes(packet).first(static_cast<std::size_t>(got)));
  wipe(packet.data(), packet.size());
  return fits ? Received::message : Received::end;
}

}  // namespace sesame::ifd
