// The socket in the file system at which a reader is served: its owner's alone, and one reader a path.
#pragma once

#include <string>

#include "host/io/unix_listener.hpp"

namespace sesame::ifd {

using io::Descriptor;

class Listener : public io::UnixListener {
 public:
  // Failure:
  //   usage        the path is empty or too long for a socket: at most 103 bytes
  //   environment  another reader or program is served there, something else is there, or the system says no
  explicit Listener(std::string path);
};

}  // namespace sesame::ifd
