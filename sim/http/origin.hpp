// Where a simulator is served.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sesame::sim {

// `http://HOST[:PORT][/]`, RFC 3986, 3, as http://HOST:PORT; HOST a name, an IPv4 address or an IPv6 one in
// []. Anything else is a Failure (Failure::invalid), which does not repeat it: there may be a password or a
// token in it.
std::string server_origin(std::string_view url);

struct HostAndPort {
  std::string host;  // an IPv6 address without its brackets
  std::uint16_t port = 80;
};
// Of http://HOST:PORT, as server_origin() gives it.
HostAndPort host_and_port_of(std::string_view origin);

}  // namespace sesame::sim
