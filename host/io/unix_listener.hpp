// A socket in the file system at which something is served. It appears when it can be connected to, its
// owner's alone (mode 0600), and disappears with the listener.
//
// One process a path: PATH.lock is held as long as the socket is served. What a killed process left there is
// replaced; nothing else is.
#pragma once

#include <sys/un.h>

#include <cstddef>
#include <string>

#include "host/io/descriptor.hpp"
#include "host/io/path_lock.hpp"

namespace sesame::io {

class UnixListener {
 public:
  enum class Kind { stream, packets };  // SOCK_STREAM, SOCK_SEQPACKET
  // Of a path, in bytes: while it is made, the socket's has `.new` after it.
  static constexpr std::size_t kMaxPath = sizeof(sockaddr_un::sun_path) - 1 - 4;

  // `path` is not empty, and at most kMaxPath long; `what` is served there ("reader"). Failure (environment):
  // another `what` or program is served there, something else is there, or the system says no.
  UnixListener(std::string path, Kind kind, const std::string& what);
  UnixListener(const UnixListener&) = delete;
  UnixListener& operator=(const UnixListener&) = delete;
  ~UnixListener();

  int descriptor() const { return socket_.get(); }  // readable when there is a client; does not block
  const std::string& path() const { return path_; }
  // The next client that may connect: a process of this user's, or root's. Does not block; not open: none
  // waits.
  Descriptor accept() const;

 private:
  void check_place() const;
  void listen();

  std::string path_;
  int type_;
  PathLock lock_;
  Descriptor socket_;
};

// The next connection to a socket that listens and does not block; not open: none waits.
Descriptor accept_client(int listening);

sockaddr_un unix_address(const std::string& path);

}  // namespace sesame::io
