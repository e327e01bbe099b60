// Who is at the other end of a UNIX socket: SO_PEERCRED, unix(7). Of a connection that was accepted it is the
// process that connected; of one that was made, the process that listens.
#pragma once

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>

namespace sesame::io {

inline std::optional<uid_t> user_at(int socket) {
  ucred who{};
  socklen_t size = sizeof who;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return std::nullopt;
  return who.uid;
}

// What is `owner`'s is for that user's processes, and for root, who may do anything anyway.
constexpr bool may_deal_with(uid_t who, uid_t owner) { return who == 0 || who == owner; }

// The process that has connected to a socket of this one.
inline bool may_connect(int accepted) {
  const auto who = user_at(accepted);
  return who && may_deal_with(*who, ::geteuid());
}

// The process that listens at `path`, to which `connected` is: the owner of the socket there, or root.
inline bool may_listen(int connected, const char* path) {
  const auto who = user_at(connected);
  struct stat there {};
  return who && ::stat(path, &there) == 0 && may_deal_with(*who, there.st_uid);
}

}  // namespace sesame::io
