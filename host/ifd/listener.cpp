#include "host/ifd/listener.hpp"

#include <fmt/format.h>

#include "host/base/failure.hpp"

namespace sesame::ifd {

namespace {

std::string possible(std::string path) {
  if (path.empty()) throw Failure(Failure::invalid, "the socket has an empty name; name a file");
  if (path.size() <= io::UnixListener::kMaxPath) return path;
  throw Failure(Failure::invalid, fmt::format("{} is {} bytes long, and a socket's path has at most {}", path,
                                              path.size(), io::UnixListener::kMaxPath));
}

}  // namespace

Listener::Listener(std::string path) : UnixListener(possible(std::move(path)), Kind::packets, "reader") {}

}  // namespace sesame::ifd
