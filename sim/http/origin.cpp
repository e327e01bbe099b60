#include "sim/http/origin.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "host/base/decimal.hpp"
#include "host/base/failure.hpp"

namespace sesame::sim {

namespace {

[[noreturn]] void refuse(std::string_view why) {
  throw Failure(
      Failure::invalid,
      fmt::format("no simulator's URL: {}; it must be http://HOST:PORT, as `sesame sim` prints it", why));
}

char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// RFC 3986, 3.1: in either case.
std::string_view without_scheme(std::string_view url) {
  const std::size_t end = url.find("://");
  if (end == std::string_view::npos) refuse("there is no scheme");
  const std::string_view scheme = url.substr(0, end);
  const auto is = [&](std::string_view name) {
    return std::equal(scheme.begin(), scheme.end(), name.begin(), name.end(),
                      [](char has, char wanted) { return small(has) == wanted; });
  };
  if (is("https")) refuse("a simulator speaks no TLS");
  if (!is("http")) refuse("the scheme is not http");
  return url.substr(end + 3);
}

bool only(std::string_view text, std::string_view others) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (small(c) >= 'a' && small(c) <= 'z') || others.find(c) != others.npos;
  });
}

// Takes the host off what is left of the URL.
std::string_view take_host(std::string_view& rest) {
  const bool in_brackets = rest.starts_with('[');
  const std::size_t end = in_brackets ? rest.find(']') : std::min(rest.find(':'), rest.size());
  if (end == std::string_view::npos) refuse("the host has no ']'");
  const std::string_view host = rest.substr(0, in_brackets ? end + 1 : end);
  const bool fits = in_brackets ? only(host.substr(1, host.size() - 2), ":.") : only(host, ".-_");
  if (host.empty() || host == "[]" || !fits) refuse("that is no name or address of a host");
  rest.remove_prefix(host.size());
  return host;
}

}  // namespace

std::string server_origin(std::string_view url) {
  std::string_view rest = without_scheme(url);
  if (rest.find('@') != std::string_view::npos) refuse("a user or password does not go there");
  const std::size_t path = rest.find_first_of("/?#");
  if (path != std::string_view::npos && rest.substr(path) != "/") refuse("there is a path after the server");
  rest = rest.substr(0, path);
  const std::string_view host = take_host(rest);
  if (rest.empty()) return fmt::format("http://{}:80", host);
  if (rest[0] != ':') refuse("there is something after the host");
  const auto port = decimal(rest.substr(1));
  if (!port || *port < 1 || *port > 65535) refuse("the port must be a decimal number from 1 to 65535");
  return fmt::format("http://{}:{}", host, *port);
}

HostAndPort host_and_port_of(std::string_view origin) {
  std::string_view rest = origin.substr(std::string_view("http://").size());
  HostAndPort authority;
  const std::size_t colon = rest.rfind(':'), bracket = rest.rfind(']');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    std::from_chars(rest.data() + colon + 1, rest.data() + rest.size(), authority.port);
    rest = rest.substr(0, colon);
  }
  if (rest.starts_with('[')) rest = rest.substr(1, rest.size() - 2);
  authority.host = rest;
  return authority;
}

}  // namespace sesame::sim
