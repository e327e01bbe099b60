#include "host/contacts/endpoint.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <cerrno>
#include <charconv>
#include <string_view>
#include <system_error>

#include "host/base/failure.hpp"
#include "host/base/safe_text.hpp"
#include "host/io/peer.hpp"

namespace sesame::contacts {

namespace {

constexpr std::string_view kUnix = "unix:", kTcp = "tcp:";

// A socket address of either family.
struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

Address address_of(const Endpoint& endpoint) {
  Address address;
  if (endpoint.path.empty()) {
    auto& loopback = reinterpret_cast<sockaddr_in&>(address.storage);
    loopback.sin_family = AF_INET;
    loopback.sin_port = htons(endpoint.port);
    loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.size = sizeof loopback;
  } else {
    reinterpret_cast<sockaddr_un&>(address.storage) = io::unix_address(endpoint.path);
    address.size = sizeof(sockaddr_un);
  }
  return address;
}

[[noreturn]] void refuse(const std::string& text, std::string_view why) {
  throw Failure(Failure::invalid, fmt::format("endpoint {}: {}", safe::named(text), why));
}

[[noreturn]] void fail(const Endpoint& endpoint, int error) {
  throw Failure(Failure::environment,
                fmt::format("{}: {}", to_text(endpoint), std::generic_category().message(error)));
}

Endpoint parse_tcp(const std::string& text) {
  std::string_view rest = std::string_view(text).substr(kTcp.size());
  if (const auto colon = rest.rfind(':'); colon != std::string_view::npos) {
    const std::string_view host = rest.substr(0, colon);
    if (host != "127.0.0.1" && host != "localhost") {
      refuse(text, "a card is served on this machine only, at 127.0.0.1");
    }
    rest.remove_prefix(colon + 1);
  }
  Endpoint endpoint;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), endpoint.port);
  if (error != std::errc() || end != rest.data() + rest.size())
    refuse(text, "a port is a number up to 65535");
  return endpoint;
}

// Characters are single: none may wait for another. A unix socket has no such option, and needs none.
void send_at_once(int socket) {
  const int on = 1;
  static_cast<void>(::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
}

}  // namespace

Endpoint parse_endpoint(const std::string& text) {
  if (text.starts_with(kTcp)) return parse_tcp(text);
  if (!text.starts_with(kUnix)) refuse(text, "it is unix:PATH or tcp:[127.0.0.1:]PORT");
  Endpoint endpoint;
  endpoint.path = text.substr(kUnix.size());
  if (endpoint.path.empty()) refuse(text, "the path is missing");
  if (endpoint.path.size() > io::UnixListener::kMaxPath) {
    refuse(text, fmt::format("the path is longer than {} bytes", io::UnixListener::kMaxPath));
  }
  return endpoint;
}

std::string to_text(const Endpoint& endpoint) {
  return endpoint.path.empty() ? fmt::format("tcp:127.0.0.1:{}", endpoint.port) : "unix:" + endpoint.path;
}

Listener::Listener(Endpoint endpoint) : endpoint_(std::move(endpoint)) {
  if (!endpoint_.path.empty()) {
    file_.emplace(endpoint_.path, io::UnixListener::Kind::stream, "card");
    return;
  }
  port_ = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  static_cast<void>(::setsockopt(port_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
  Address address = address_of(endpoint_);
  const bool listens = ::bind(port_.get(), address.get(), address.size) == 0 &&
                       ::listen(port_.get(), 1) == 0 &&
                       ::getsockname(port_.get(), address.get(), &address.size) == 0;
  if (!listens) fail(endpoint_, errno);
  endpoint_.port = ntohs(reinterpret_cast<const sockaddr_in&>(address.storage).sin_port);
}

Descriptor Listener::accept() const {
  Descriptor client = file_ ? file_->accept() : io::accept_client(port_.get());
  if (client.is_open()) send_at_once(client.get());
  return client;
}

Descriptor connect(const Endpoint& endpoint) {
  Descriptor socket(::socket(endpoint.path.empty() ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) fail(endpoint, errno);
  // Both kinds of socket connect at once on this machine, unless as many wait already as may.
  const timeval patience{2, 0};
  static_cast<void>(::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience));
  const Address address = address_of(endpoint);
  if (::connect(socket.get(), address.get(), address.size) != 0) {
    const bool late = errno == EAGAIN || errno == EINPROGRESS;
    fail(endpoint, late ? ETIMEDOUT : errno);
  }
  if (!endpoint.path.empty() && !io::may_listen(socket.get(), endpoint.path.c_str())) {
    throw Failure(
        Failure::environment,
        fmt::format("{}: a process that is not the socket owner's listens there", to_text(endpoint)));
  }
  const int flags = ::fcntl(socket.get(), F_GETFL);
  if (flags < 0 || ::fcntl(socket.get(), F_SETFL, flags | O_NONBLOCK) < 0) fail(endpoint, errno);
  send_at_once(socket.get());
  return socket;
}

}  // namespace sesame::contacts
