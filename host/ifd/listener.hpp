// The socket in the file system at which a reader is served. It appears when it can be connected to, its owner's alone
// (mode 0600), and disappears with the listener.
//
// One reader a path: PATH.lock is held as long as the socket is served. What a killed process left behind is replaced;
// nothing else is.
#pragma once

#include <string>

#include "host/posix/descriptor.hpp"
#include "host/posix/path_lock.hpp"

namespace sesame::ifd {

using posix::Descriptor;

class Listener {
 public:
  // Failure:
  //   usage        the path is empty or too long for a socket: at most 103 bytes
  //   environment  another reader or program is served there, something else is there, or the system says no
  explicit Listener(std::string path);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();

  int descriptor() const { return socket_.get(); }  // readable when somebody connects
  // Whoever has connected and may: a process of this user's, or root's, as pcscd is. Not open: nobody.
  Descriptor accept() const;
  const std::string& path() const { return path_; }

 private:
  void check_place() const;
  void listen();

  std::string path_;
  posix::PathLock lock_;
  Descriptor socket_;
};

}  // namespace sesame::ifd
