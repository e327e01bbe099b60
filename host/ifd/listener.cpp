#include "host/ifd/listener.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "host/failure.hpp"

namespace sesame::ifd {

namespace {

constexpr const char* kLock = ".lock";
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

// Whether the file that is open is the one at the path: whoever held it may have removed it.
bool is_at(const Descriptor& file, const std::string& path) {
  struct stat held {};
  struct stat there {};
  return ::fstat(file.get(), &held) == 0 && ::stat(path.c_str(), &there) == 0 &&
         held.st_dev == there.st_dev && held.st_ino == there.st_ino;
}

}  // namespace

Listener::Listener(std::string path) : path_(std::move(path)) {
  if (path_.empty()) throw Failure(Exit::usage, "--socket: an empty name; name a file");
  if (path_.size() > kMaxPath) {
    throw Failure(Exit::usage,
                  fmt::format("--socket: {} is {} bytes long, and a socket's path has at most {}", path_,
                              path_.size(), kMaxPath));
  }
  lock();
  try {
    check_place();
    listen();
  } catch (const Failure&) {
    ::unlink((path_ + kLock).c_str());
    throw;
  }
}

Listener::~Listener() {
  ::unlink(path_.c_str());
  ::unlink((path_ + kLock).c_str());
}

void Listener::lock() {
  const std::string name = path_ + kLock;
  do {
    lock_ = Descriptor(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!lock_.is_open()) fail(path_, "the socket cannot be made there", errno);
    if (::flock(lock_.get(), LOCK_EX | LOCK_NB) == 0) continue;
    if (errno == EWOULDBLOCK) fail(path_, "another reader is served there");
    fail(path_, "cannot be locked", errno);
  } while (!is_at(lock_, name));
}

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
  const bool listens = ::bind(socket_.get(), generic(address), sizeof address) == 0 &&
                       ::chmod(name.c_str(), 0600) == 0 && ::listen(socket_.get(), kWaiting) == 0 &&
                       ::rename(name.c_str(), path_.c_str()) == 0;
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
    ucred who{};
    socklen_t size = sizeof who;
    const bool known = ::getsockopt(peer.get(), SOL_SOCKET, SO_PEERCRED, &who, &size) == 0;
    if (known && (who.uid == 0 || who.uid == ::geteuid())) return peer;
  }
}

}  // namespace sesame::ifd
