#include "sim/issuer/k2_server.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <memory>
#include <system_error>
#include <utility>

#include "host/base/failure.hpp"
#include "host/io/poll_timeout.hpp"

namespace sesame::sim {

namespace {

bool would_wait() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

io::Descriptor listen_at(const std::string& address, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int result = ::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (result != 0) {
    throw Failure(Failure::environment, fmt::format("the address {}: {}", address, ::gai_strerror(result)));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all(found, ::freeaddrinfo);
  io::Descriptor socket(::socket(all->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int yes = 1;
  if (!socket.is_open() || ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
      ::bind(socket.get(), all->ai_addr, all->ai_addrlen) != 0 || ::listen(socket.get(), SOMAXCONN) != 0) {
    throw Failure(Failure::environment, fmt::format("cannot listen at {}:{}: {}", address, port,
                                                    std::generic_category().message(errno)));
  }
  return socket;
}

std::uint16_t port_of(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  const bool is_6 = address.ss_family == AF_INET6;
  return ntohs(is_6 ? reinterpret_cast<sockaddr_in6*>(&address)->sin6_port
                    : reinterpret_cast<sockaddr_in*>(&address)->sin_port);
}

}  // namespace

K2Server::K2Server(const std::string& address, std::uint16_t port, const issuer::K2Settings& settings,
                   std::function<void(const std::string&)> warn)
    : settings_(settings),
      warn_(std::move(warn)),
      listener_(listen_at(address, port)),
      stopped_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      port_(port_of(listener_.get())) {
  if (!stopped_.is_open()) throw Failure(Failure::environment, "the system has no descriptor left");
}

void K2Server::stop() { ::eventfd_write(stopped_.get(), 1); }

int K2Server::timeout() const {
  Clock::time_point first = Clock::time_point::max();
  for (const Client& client : clients_) {
    if (!client.in.empty() || !client.out.empty()) first = std::min(first, client.deadline);
  }
  return first == Clock::time_point::max() ? -1 : io::poll_timeout(first - Clock::now());
}

void K2Server::serve() {
  for (;;) {
    std::vector<pollfd> watched{{stopped_.get(), POLLIN, 0},
                                {clients_.size() < kMost ? listener_.get() : -1, POLLIN, 0}};
    for (const Client& client : clients_) {
      // An answer is read before there is another.
      watched.push_back({client.socket.get(), static_cast<short>(client.out.empty() ? POLLIN : POLLOUT), 0});
    }
    if (::poll(watched.data(), watched.size(), timeout()) < 0 && errno != EINTR) return;
    if (watched[0].revents != 0) return;
    const auto now = Clock::now();
    auto client = clients_.begin();
    for (std::size_t i = 2; i < watched.size(); ++i) {
      const bool busy = !client->in.empty() || !client->out.empty();
      bool goes_on = !busy || now < client->deadline;
      if (goes_on && watched[i].revents != 0) goes_on = serve(*client);
      client = goes_on ? std::next(client) : clients_.erase(client);
    }
    if (watched[1].revents != 0) accept();
  }
}

bool K2Server::serve(Client& client) {
  return (client.out.empty() ? read(client) : write(client)) && answer(client);
}

void K2Server::accept() {
  io::Descriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (socket.is_open()) clients_.push_back({std::move(socket), {}, {}, {}});
}

bool K2Server::read(Client& client) const {
  std::array<std::uint8_t, 4096> buffer{};
  const ssize_t size = ::recv(client.socket.get(), buffer.data(), buffer.size(), 0);
  if (size < 0) return would_wait();
  if (size == 0) return false;
  if (client.in.empty()) client.deadline = Clock::now() + kPatience;
  client.in.insert(client.in.end(), buffer.begin(), buffer.begin() + size);
  return true;
}

bool K2Server::write(Client& client) const {
  const ssize_t size = ::send(client.socket.get(), client.out.data(), client.out.size(), MSG_NOSIGNAL);
  if (size < 0) return would_wait();
  client.out.erase(client.out.begin(), client.out.begin() + size);
  return true;
}

// The first message that is whole, if there is one; the next when its answer is read.
void K2Server::look_at_mask(const issuer::K2Answer& answer) {
  if (!warn_ || !answer.is_of_few_bits()) return;
  std::exchange(warn_,
                {})(fmt::format("K2: a mask takes {} bits of the AC, fewer than {}: one guess in {} is good",
                                answer.mask_bits, issuer::kFewMaskBits, 1U << answer.mask_bits));
}

bool K2Server::answer(Client& client) {
  while (client.out.empty() && client.in.size() >= 2) {
    const std::size_t size = static_cast<std::size_t>(client.in[0] << 8 | client.in[1]);
    if (client.in.size() < 2 + size) return true;
    const auto answer = issuer::answer_k2(Bytes(client.in).subspan(2, size), settings_);
    const auto& out = answer.bytes;
    if (!out) return false;
    look_at_mask(answer);
    client.in.erase(client.in.begin(), client.in.begin() + static_cast<std::ptrdiff_t>(2 + size));
    client.out = {static_cast<std::uint8_t>(out->size() >> 8), static_cast<std::uint8_t>(out->size())};
    client.out.insert(client.out.end(), out->begin(), out->end());
    client.deadline = Clock::now() + kPatience;
    if (!write(client)) return false;
  }
  return true;
}

}  // namespace sesame::sim
