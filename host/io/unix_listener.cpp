#include "host/io/unix_listener.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "host/base/failure.hpp"
#include "host/io/peer.hpp"

namespace sesame::io {

namespace {

constexpr int kBacklog = 8;

[[noreturn]] void cannot_listen(const std::string& path, const std::string& what) {
  throw Failure(Failure::environment, fmt::format("{}: {}", path, what));
}

[[noreturn]] void cannot_listen(const std::string& path, int error) {
  cannot_listen(path, "the socket cannot be made there: " + std::generic_category().message(error));
}

const sockaddr* generic(const sockaddr_un& address) {
  return static_cast<const sockaddr*>(static_cast<const void*>(&address));
}

Descriptor new_socket(const std::string& path, int type) {
  Descriptor socket(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.is_open()) cannot_listen(path, errno);
  return socket;
}

}  // namespace

sockaddr_un unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), address.sun_path);
  return address;
}

Descriptor accept_client(int listening) {
  for (;;) {
    Descriptor client(::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (client.is_open() || (errno != EINTR && errno != ECONNABORTED)) return client;
  }
}

UnixListener::UnixListener(std::string path, Kind kind, const std::string& what)
    : path_(std::move(path)), type_(kind == Kind::stream ? SOCK_STREAM : SOCK_SEQPACKET), lock_(path_, what) {
  check_place();
  listen();
}

UnixListener::~UnixListener() { ::unlink(path_.c_str()); }

// None of ours is there, as the lock says; others may be.
void UnixListener::check_place() const {
  struct stat there {};
  if (::lstat(path_.c_str(), &there) != 0) {
    if (errno == ENOENT) return;
    cannot_listen(path_, errno);
  }
  if (!S_ISSOCK(there.st_mode))
    cannot_listen(path_, "is there, and not a socket; name another path, or remove it");
  const Descriptor probe = new_socket(path_, type_);
  const sockaddr_un address = unix_address(path_);
  if (::connect(probe.get(), generic(address), sizeof address) != 0 && errno == ECONNREFUSED) return;
  cannot_listen(path_, "another program is served there");
}

void UnixListener::listen() {
  const std::string name = path_ + ".new";  // until it listens
  ::unlink(name.c_str());
  socket_ = new_socket(path_, type_);
  const sockaddr_un address = unix_address(name);
  // The file gets the socket's mode, less the umask: there is no moment at which another user has access.
  const bool listens = ::fchmod(socket_.get(), 0600) == 0 &&
                       ::bind(socket_.get(), generic(address), sizeof address) == 0 &&
                       ::listen(socket_.get(), kBacklog) == 0 && ::rename(name.c_str(), path_.c_str()) == 0;
  if (listens) return;
  const int error = errno;
  ::unlink(name.c_str());
  cannot_listen(path_, error);
}

Descriptor UnixListener::accept() const {
  for (;;) {
    Descriptor client = accept_client(socket_.get());
    if (!client.is_open() || may_connect(client.get())) return client;
  }
}

}  // namespace sesame::io
