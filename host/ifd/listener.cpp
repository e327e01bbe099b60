#include "host/ifd/listener.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "host/failure.hpp"
#include "host/posix/peer.hpp"

namespace sesame::ifd {

namespace {

constexpr const char* kNew = ".new";  // the socket, until it listens
constexpr std::size_t kMaxPath = sizeof(sockaddr_un::sun_path) - 1 - std::char_traits<char>::length(kNew);

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw Failure(Exit::environment, fmt::format("{}: {}", path, what));
}

[[noreturn]] void fail(const std::string& path, const char* what, int error) {
  fail(path, fmt::format("{}: {}", what, std::strerror(error)));
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

const sockaddr* generic(const sockaddr_un& address) {
  return static_cast<const sockaddr*>(static_cast<const void*>(&address));
}

Descriptor new_socket(const std::string& path) {
  Descriptor socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.is_open()) fail(path, "no socket can be made", errno);
  return socket;
}

std::string possible(std::string path) {
  if (path.empty()) throw Failure(Exit::usage, "--socket: an empty name; name a file");
  if (path.size() <= kMaxPath) return path;
  throw Failure(Exit::usage, fmt::format("--socket: {} is {} bytes long, and a socket's path has at most {}",
                                         path, path.size(), kMaxPath));
}

}  // namespace

Listener::Listener(std::string path) : path_(possible(std::move(path))), lock_(path_, "reader") {
  check_place();
  listen();
}

Listener::~Listener() { ::unlink(path_.c_str()); }

// Nobody of ours is there; others may be.
void Listener::check_place() const {
  struct stat there {};
  if (::lstat(path_.c_str(), &there) != 0) {
    if (errno == ENOENT) return;
    fail(path_, "the socket cannot be made there", errno);
  }
  if (!S_ISSOCK(there.st_mode)) fail(path_, "is there, and not a socket; name another path, or remove it");
  const Descriptor socket = new_socket(path_);
  const sockaddr_un address = address_of(path_);
  if (::connect(socket.get(), generic(address), sizeof address) != 0 && errno == ECONNREFUSED) return;
  fail(path_, "another program is served there");
}

void Listener::listen() {
  const std::string name = path_ + kNew;
  constexpr int kWaiting = 8;
  ::unlink(name.c_str());
  socket_ = new_socket(path_);
  const sockaddr_un address = address_of(name);
  // The file gets the socket's mode, less the umask: there is no moment at which it is anybody else's.
  const bool listens = ::fchmod(socket_.get(), 0600) == 0 &&
                       ::bind(socket_.get(), generic(address), sizeof address) == 0 &&
                       ::listen(socket_.get(), kWaiting) == 0 && ::rename(name.c_str(), path_.c_str()) == 0;
  if (listens) return;
  const int error = errno;
  ::unlink(name.c_str());
  fail(path_, "the socket cannot be made there", error);
}

Descriptor Listener::accept() const {
  for (;;) {
    Descriptor peer(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!peer.is_open() && (errno == EINTR || errno == ECONNABORTED)) continue;
    if (!peer.is_open()) return peer;
    if (posix::may_connect(peer.get())) return peer;
  }
}

}  // namespace sesame::ifd
