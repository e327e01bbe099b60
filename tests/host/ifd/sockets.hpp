// A temporary folder, and sockets in it: the other side of the handler, or of the server, with a test in it.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

#include "host/ifd/packet.hpp"
#include "host/io/descriptor.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sesame::ifd::test {

using io::Descriptor;

inline sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error(path + ": too long for a socket");
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

inline const sockaddr* generic(const sockaddr_un& address) {
  return static_cast<const sockaddr*>(static_cast<const void*>(&address));
}

inline Descriptor listen_at(const std::string& path, int type = SOCK_SEQPACKET) {
  Descriptor socket(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  const sockaddr_un address = address_of(path);
  if (::bind(socket.get(), generic(address), sizeof address) != 0 || ::listen(socket.get(), 16) != 0) {
    throw std::runtime_error("cannot listen at " + path);
  }
  return socket;
}

inline Descriptor connect_to(const std::string& path) {
  Descriptor socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  const sockaddr_un address = address_of(path);
  return ::connect(socket.get(), generic(address), sizeof address) == 0 ? std::move(socket) : Descriptor();
}

inline constexpr int kPatienceMs = 20'000;

inline bool readable(const Descriptor& socket, int milliseconds = kPatienceMs) {
  pollfd watched{socket.get(), POLLIN, 0};
  return ::poll(&watched, 1, milliseconds) == 1;
}

inline Descriptor accept_at(const Descriptor& listener) {
  if (!readable(listener)) throw std::runtime_error("no client connects");
  return Descriptor(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
}

// The next message; empty: the other side has hung up.
inline std::vector<std::uint8_t> receive(const Descriptor& socket) {
  if (!readable(socket)) throw std::runtime_error("nothing is said");
  Message message;
  if (receive_message(socket.get(), message) != Received::message) return {};
  return {message.begin(), message.end()};
}

inline void say(const Descriptor& socket, Bytes message) {
  if (::send(socket.get(), message.data(), message.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(message.size())) {
    throw std::runtime_error("cannot send");
  }
}

}  // namespace sesame::ifd::test
