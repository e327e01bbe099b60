#include "sim/http/gate.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <initializer_list>

#include "host/base/failure.hpp"
#include "host/base/hex.hpp"
#include "host/base/safe_text.hpp"
#include "sim/http/http_lines.hpp"
#include "sim/http/query.hpp"

namespace sesame::sim {

namespace {

// Takes as long whatever they differ in.
bool same_secret(std::string_view one, std::string_view other) {
  if (one.size() != other.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    difference |= static_cast<unsigned>(one[i] ^ other[i]);
  }
  return difference == 0;
}

bool is_ip_address(const std::string& host) {
  in6_addr parsed{};
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    return ::inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &parsed) == 1;
  }
  return ::inet_pton(AF_INET, host.c_str(), &parsed) == 1;
}

bool is_host_name(std::string_view name) {
  return !name.empty() && name.size() <= 253 && name.front() != '-' && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
         });
}

bool is_ipv6(const std::string& text) {
  in6_addr parsed{};
  return ::inet_pton(AF_INET6, text.c_str(), &parsed) == 1;
}

// HOST and what stands behind its colon, if anything.
struct AuthorityParts {
  std::string host;
  std::optional<std::string_view> port;
};

AuthorityParts split_authority(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || text.find(']', colon) != std::string_view::npos) {
    return {lower(text), std::nullopt};
  }
  return {lower(text.substr(0, colon)), text.substr(colon + 1)};
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  const auto number = whole_number(text);
  if (!number || *number == 0 || *number > 65'535 || text.front() == '0') return std::nullopt;
  return static_cast<std::uint16_t>(*number);
}

bool means_all(const std::string& address) { return address == "0.0.0.0" || address == "::"; }

// Any of the cookies is `wanted`, "name=value".
bool has_cookie(std::string_view cookies, std::string_view wanted) {
  while (!cookies.empty()) {
    const std::size_t end = std::min(cookies.find(';'), cookies.size());
    std::string_view one = cookies.substr(0, end);
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    if (same_secret(one, wanted)) return true;
    cookies.remove_prefix(std::min(end + 1, cookies.size()));
  }
  return false;
}

}  // namespace

AllowedHost parse_allowed_host(std::string_view text) {
  const auto refuse = [&] {
    throw Failure(
        Failure::invalid,
        fmt::format("{} is no host; allowed: NAME, NAME:PORT, or NAME:* for any port", safe::quoted(text)));
  };
  AllowedHost allowed;
  if (is_ipv6(std::string(text))) {
    allowed.name = fmt::format("[{}]", lower(text));
    return allowed;
  }
  const AuthorityParts authority = split_authority(text);
  allowed.name = authority.host;
  const bool bracketed = allowed.name.starts_with('[') && is_ip_address(allowed.name);
  if (!bracketed && !is_host_name(allowed.name)) refuse();
  if (!authority.port) return allowed;
  allowed.port_is = *authority.port == "*" ? AllowedHost::Port::any : AllowedHost::Port::this_one;
  if (allowed.port_is == AllowedHost::Port::any) return allowed;
  const auto port = port_of(*authority.port);
  if (!port) refuse();
  allowed.port = *port;
  return allowed;
}

std::string parse_origin(std::string_view text) {
  for (const auto& [before, usual] : {std::pair("http://", "80"), std::pair("https://", "443")}) {
    if (!lower(text).starts_with(before)) continue;
    const AuthorityParts authority = split_authority(text.substr(std::string_view(before).size()));
    const bool bracketed = authority.host.starts_with('[') && is_ip_address(authority.host);
    if (!bracketed && !is_host_name(authority.host)) break;
    if (!authority.port || *authority.port == usual) return before + authority.host;
    if (!port_of(*authority.port)) break;
    return fmt::format("{}{}:{}", before, authority.host, *authority.port);
  }
  throw Failure(
      Failure::invalid,
      fmt::format("{} is no origin; allowed: http://HOST[:PORT] or https://HOST[:PORT]", safe::quoted(text)));
}

Gate::Gate(std::string_view address, std::uint16_t port, std::optional<std::string> token,
           std::string_view scheme, Admission admission)
    : address_(lower(address)),
      scheme_(scheme),
      port_(port),
      token_(std::move(token)),
      admission_(std::move(admission)) {
  // Cookies do not tell ports apart: the name does.
  if (token_) cookie_ = fmt::format("sesame_{}={}", port_, random_token());
}

bool Gate::is_us(std::string_view authority) const {
  const auto [host, given] = split_authority(authority);
  if (is_let_in(host, given)) return true;
  if (given ? *given != std::to_string(port_) : port_ != (scheme_ == "https" ? 443 : 80)) return false;
  for (const std::string_view name : {"127.0.0.1", "localhost", "[::1]"}) {
    if (host == name) return true;
  }
  return host == address_ || host == "[" + address_ + "]" || (means_all(address_) && is_ip_address(host));
}

bool Gate::is_let_in(std::string_view host, std::optional<std::string_view> port) const {
  return std::any_of(admission_.hosts.begin(), admission_.hosts.end(), [&](const AllowedHost& allowed) {
    if (allowed.name != host) return false;
    switch (allowed.port_is) {
      case AllowedHost::Port::any: return true;
      case AllowedHost::Port::own: return !port || *port == std::to_string(port_);
      case AllowedHost::Port::this_one: return port && *port == std::to_string(allowed.port);
    }
    return false;
  });
}

std::optional<std::string> Gate::allowed_origin(const Request& request) const {
  const std::string origin = lower(request.header("origin"));
  const bool allowed =
      std::find(admission_.origins.begin(), admission_.origins.end(), origin) != admission_.origins.end();
  return allowed && !origin.empty() ? std::optional(origin) : std::nullopt;
}

void Gate::check_source(const Request& request) const {
  if (request.path == "/healthz") return;
  const std::string_view named = request.header("host");
  if (!is_us(named)) {
    // Whoever asks has written it, and sees nothing but a name.
    const std::string name = split_authority(named).host;
    throw ApiError{
        403, "bad_host", "the Host header does not name this server",
        fmt::format("use {}://{}:{}, or start the server with --allow-host {}", scheme_,
                    means_all(address_) ? "127.0.0.1" : address_, port_,
                    is_host_name(name) && named.size() <= 80 ? safe::one_line(lower(named)) : "NAME")};
  }
  const std::string_view origin = request.header("origin");
  const std::string before = scheme_ + "://";
  if (origin.empty() || (origin.starts_with(before) && is_us(origin.substr(before.size())))) return;
  if (allowed_origin(request)) return;
  throw ApiError{403, "bad_origin", "a page from elsewhere may not use this server",
                 "use the page at /, or start the server with --allow-origin and what Origin says"};
}

bool Gate::knows(const Request& request) const {
  if (!token_) return true;
  const std::string_view authorization = request.header("authorization");
  constexpr std::string_view kBearer = "bearer ";
  if (lower(authorization.substr(0, kBearer.size())) == kBearer &&
      same_secret(authorization.substr(kBearer.size()), *token_)) {
    return true;
  }
  return has_cookie(request.header("cookie"), cookie_);
}

void Gate::check_token(const Request& request) const {
  if (knows(request)) return;
  throw ApiError{401,
                 "unauthorized",
                 "this needs the token with which the server was started, or which it printed",
                 "Authorization: Bearer TOKEN, or POST it to /v1/session",
                 {{"WWW-Authenticate", "Bearer"}}};
}

std::string Gate::open_session(std::string_view token) const {
  if (!token_) throw ApiError{404, "no_session", "this server needs no token", "go on without"};
  if (!same_secret(token, *token_)) {
    throw ApiError{403, "wrong_token", "that is not the token",
                   "the server was started with it, or printed it"};
  }
  return cookie_ + "; Path=/; HttpOnly; SameSite=Strict";
}

std::string random_token() {
  std::array<std::uint8_t, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw Failure(Failure::environment, "the system has no random numbers for a token");
  }
  return to_hex(bytes);
}

}  // namespace sesame::sim
