#include "tests/host/vpcd/fake_vpcd.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace sesame::vpcd::test {

namespace {

void check(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(std::string("fake vpcd: ") + what + ": " + std::strerror(errno));
}

void wait_readable(int socket, const char* what) {
  pollfd waiting{socket, POLLIN, 0};
  if (::poll(&waiting, 1, 10000) <= 0) throw std::runtime_error(std::string("ten seconds without ") + what);
}

}  // namespace

std::vector<std::uint8_t> bytes(std::string_view hex) {
  std::vector<std::uint8_t> out;
  std::string digits;
  for (const char c : hex) {
    if (c != ' ') digits += c;
    if (digits.size() < 2) continue;
    out.push_back(static_cast<std::uint8_t>(std::stoul(digits, nullptr, 16)));
    digits.clear();
  }
  if (!digits.empty()) throw std::invalid_argument("half a byte");
  return out;
}

std::string hex(Bytes bytes) {
  std::string out;
  for (const std::uint8_t byte : bytes) {
    out += "0123456789ABCDEF"[byte >> 4];
    out += "0123456789ABCDEF"[byte & 0x0F];
  }
  return out;
}

Listener::Listener(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const int on = 1;
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  check(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0, "bind");
  check(::listen(socket_.get(), 0) == 0, "listen");
  check(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0, "getsockname");
  port_ = ntohs(address.sin_port);
}

FakeVpcd::FakeVpcd(Listener& listener) {
  wait_readable(listener.socket_.get(), "a card");
  socket_ = Descriptor(::accept4(listener.socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  check(socket_.is_open(), "accept");
}

void FakeVpcd::send(Bytes payload) {
  const std::uint8_t length[2] = {static_cast<std::uint8_t>(payload.size() >> 8),
                                  static_cast<std::uint8_t>(payload.size() & 0xFF)};
  send_raw(length);
  send_raw(payload);
}

void FakeVpcd::send_raw(Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    check(count > 0, "send");
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

std::vector<std::uint8_t> FakeVpcd::receive_raw(std::size_t size) {
  std::vector<std::uint8_t> all(size);
  std::size_t have = 0;
  while (have < size) {
    wait_readable(socket_.get(), "an answer");
    const ssize_t count = ::recv(socket_.get(), all.data() + have, size - have, 0);
    check(count > 0, "the card has left");
    have += static_cast<std::size_t>(count);
  }
  return all;
}

std::string FakeVpcd::receive() {
  const auto length = receive_raw(2);
  return hex(receive_raw(static_cast<std::size_t>(length[0] << 8 | length[1])));
}

bool FakeVpcd::closed() {
  wait_readable(socket_.get(), "an end");
  std::uint8_t byte = 0;
  return ::recv(socket_.get(), &byte, 1, 0) <= 0;
}

}  // namespace sesame::vpcd::test
