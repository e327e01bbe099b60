#include "sim/http/http_client.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string_view>
#include <system_error>

#include "host/io/poll_timeout.hpp"

namespace sesame::sim {

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& why) { throw NoAnswer(why); }

// Before `end`; throws afterwards.
void wait_for(int socket, short events, Clock::time_point end) {
  for (;;) {
    const int left = io::poll_timeout(end - Clock::now());
    if (left == 0) fail("no answer (it takes too long)");
    pollfd one{socket, events, 0};
    if (::poll(&one, 1, left) > 0) return;
  }
}

int connect_to(const addrinfo& address, io::Descriptor& socket, Clock::time_point end) {
  socket = io::Descriptor(
      ::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, address.ai_protocol));
  if (!socket.is_open()) return errno;
  if (::connect(socket.get(), address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  wait_for(socket.get(), POLLOUT, end);
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

// RFC 9112, 4: HTTP-version SP status-code SP [ reason-phrase ]
int status_of(std::string_view line) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const std::string_view code = line.substr(std::min<std::size_t>(line.size(), 9), 3);
  const bool sound = (line.starts_with("HTTP/1.1 ") || line.starts_with("HTTP/1.0 ")) && code.size() == 3 &&
                     std::all_of(code.begin(), code.end(), is_digit) &&
                     (line.size() == 12 || line[12] == ' ');
  if (!sound) throw HttpMistake{400};
  return (code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0');
}

}  // namespace

HttpClient::HttpClient(std::string host, std::uint16_t port, HttpPatience patience,
                       std::shared_ptr<const TlsContext> tls)
    : host_(std::move(host)), port_(port), patience_(patience), tls_(std::move(tls)) {}

HttpAnswer HttpClient::send(const std::string& method, const std::string& target, const std::string& body,
                            const Headers& headers) {
  const bool v6 = host_.find(':') != std::string::npos;
  std::string bytes = fmt::format("{} {} HTTP/1.1\r\nHost: {}{}{}:{}\r\n", method, target, v6 ? "[" : "",
                                  host_, v6 ? "]" : "", port_);
  for (const auto& [name, value] : headers) bytes += fmt::format("{}: {}\r\n", name, value);
  if (!body.empty())
    bytes += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
  bytes += "\r\n" + body;
  const auto end = Clock::now() + patience_.answer;
  try {
    if (!is_kept()) connect();
    if (!write(bytes, end)) fail("no answer (the connection broke)");
    return receive(end);
  } catch (const HttpMistake& mistake) {
    socket_.close();
    fail(mistake.status == 400 ? "an answer that is no HTTP/1.1" : "an answer that is too large");
  } catch (...) {
    socket_.close();
    throw;
  }
}

// The server may have closed it meanwhile, or said what was not asked for.
bool HttpClient::is_kept() const {
  char unasked = 0;
  return socket_.is_open() && in_.empty() && !(session_ && session_->holds_bytes()) &&
         ::recv(socket_.get(), &unasked, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

void HttpClient::connect() {
  in_.clear();
  session_.reset();
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host_.c_str(), std::to_string(port_).c_str(), &hints, &found) != 0)
    fail("no answer (no such host)");
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all(found, &::freeaddrinfo);
  int error = 0;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    error = connect_to(*one, socket_, Clock::now() + patience_.connect);
    if (error != 0) continue;
    const int on = 1;
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (tls_) shake_hands(Clock::now() + patience_.connect);
    return;
  }
  socket_.close();
  fail(fmt::format("no answer ({})", std::generic_category().message(error)));
}

void HttpClient::shake_hands(Clock::time_point end) {
  session_.emplace(*tls_, socket_.get(), host_);
  for (;;) {
    const TlsSession::Outcome outcome = session_->shake_hands();
    if (outcome.next == TlsSession::Next::done) return;
    if (go_on(outcome.next, end)) continue;
    const std::string why = session_->mistrust();
    fail(why.empty() ? "no answer (TLS was refused)"
                     : fmt::format("no answer (its certificate is not believed: {})", why));
  }
}

// False: there is nothing to wait for.
bool HttpClient::go_on(TlsSession::Next next, Clock::time_point end) const {
  using Next = TlsSession::Next;
  if (next == Next::ended || next == Next::broken) return false;
  if (next == Next::when_readable) wait_for(socket_.get(), POLLIN, end);
  if (next == Next::when_writable) wait_for(socket_.get(), POLLOUT, end);
  if (next == Next::at_once && Clock::now() >= end) fail("no answer (it takes too long)");
  return true;
}

// False: the server has closed the connection.
bool HttpClient::write(const std::string& bytes, Clock::time_point end) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    if (session_) {
      const auto [next, count] = session_->write(std::string_view(bytes).substr(sent), false);
      if (!go_on(next, end)) return false;
      sent += count;
      continue;
    }
    const ssize_t count = ::send(socket_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count >= 0) {
      sent += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN) {
      wait_for(socket_.get(), POLLOUT, end);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

// False: the server has ended the connection.
bool HttpClient::fill(Clock::time_point end) {
  const std::span<char> room = in_.room();
  while (session_) {
    const auto [next, count] = session_->read(room);
    in_.commit(count);
    if (count > 0) return true;
    if (!go_on(next, end)) return false;
  }
  for (;;) {
    wait_for(socket_.get(), POLLIN, end);
    const ssize_t count = ::recv(socket_.get(), room.data(), room.size(), 0);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count > 0) in_.commit(static_cast<std::size_t>(count));
    return count > 0;
  }
}

// Gives `take` the bytes that have come until it says that it has all it wants.
template <class Take>
void HttpClient::until(Clock::time_point end, Take take) {
  for (;;) {
    std::string_view bytes = in_.view();
    const bool done = take(bytes);
    in_.consume(in_.view().size() - bytes.size());
    if (done) return;
    if (!fill(end)) fail("no answer (the connection broke)");
  }
}

HttpAnswer HttpClient::receive(Clock::time_point end) {
  HttpBounds bounds;
  bounds.body = kLargestBody;
  HttpAnswer answer;
  LineReader first;
  until(end, [&](std::string_view& bytes) {
    const auto line = first.take(bytes, bounds.first_line, 431);
    if (line) answer.status = status_of(*line);
    return line.has_value();
  });
  HeaderReader headers;
  until(end, [&](std::string_view& bytes) {
    return headers.take(bytes, bounds, bounds.all_headers, &answer.headers);
  });
  const Framing framing = framing_of(answer.headers);
  const bool bodiless = answer.status / 100 == 1 || answer.status == 204 || answer.status == 304;
  // A body that ends with the connection (RFC 9112, 6.3) is not one that our server sends.
  if (!bodiless && !framing.chunked && !framing.length) throw HttpMistake{400};
  if (!bodiless) {
    BodyReader body(framing, bounds);
    until(end, [&](std::string_view& bytes) { return body.take(bytes, bounds, answer.body); });
  }
  const auto connection = answer.headers.find("connection");
  if (connection != answer.headers.end() && lower(connection->second) == "close") socket_.close();
  return answer;
}

}  // namespace sesame::sim
