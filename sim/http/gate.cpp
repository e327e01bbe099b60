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
#include "sim/http/http_lines.hpp"

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

Gate::Gate(std::string_view address, std::uint16_t port, std::optional<std::string> token,
           std::string_view scheme)
    : address_(lower(address)), scheme_(scheme), port_(port), token_(std::move(token)) {
  // Cookies do not tell ports apart: the name does.
  if (token_) cookie_ = fmt::format("sesame_{}={}", port_, random_token());
}

bool Gate::is_us(std::string_view authority) const {
  std::string host = lower(authority);
  const std::size_t colon = host.rfind(':');
  const bool with_port = colon != std::string::npos && host.find(']', colon) == std::string::npos;
  if (with_port ? host.substr(colon + 1) != std::to_string(port_) : port_ != (scheme_ == "https" ? 443 : 80))
    return false;
  if (with_port) host.resize(colon);
  for (const std::string_view name : {"127.0.0.1", "localhost", "[::1]"}) {
    if (host == name) return true;
  }
  return host == address_ || host == "[" + address_ + "]" || (means_all(address_) && is_ip_address(host));
}

void Gate::check_source(const Request& request) const {
  if (!is_us(request.header("host"))) {
    throw ApiError{
        403, "bad_host", "the Host header does not name this server",
        fmt::format("use {}://{}:{}", scheme_, means_all(address_) ? "127.0.0.1" : address_, port_)};
  }
  const std::string_view origin = request.header("origin");
  const std::string before = scheme_ + "://";
  if (origin.empty() || (origin.starts_with(before) && is_us(origin.substr(before.size())))) return;
  throw ApiError{403, "bad_origin", "a page from elsewhere may not use this server", "use the page at /"};
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
                 "this needs the token that sesame sim printed when it started",
                 "Authorization: Bearer TOKEN, or POST it to /v1/session",
                 {{"WWW-Authenticate", "Bearer"}}};
}

std::string Gate::open_session(std::string_view token) const {
  if (!token_) throw ApiError{404, "no_session", "this server needs no token", "go on without"};
  if (!same_secret(token, *token_)) {
    throw ApiError{403, "wrong_token", "that is not the token", "sesame sim printed it when it started"};
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
