// One connection to an HTTP/1.1 server, for requests one after the other. What the server says is bounded, in
// bytes and in time: the peer may be no simulator.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "host/io/descriptor.hpp"
#include "sim/http/http_lines.hpp"
#include "sim/http/read_buffer.hpp"
#include "sim/http/tls.hpp"

namespace sesame::sim {

struct HttpAnswer {
  int status = 0;
  Headers headers;
  std::string body;
};

// Why there is none that can be used.
class NoAnswer : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct HttpPatience {
  std::chrono::milliseconds connect{10'000}, answer{90'000};  // answer: from the request to the last byte
};

class HttpClient {
 public:
  // Of an answer. The largest that `sesame sim` gives to one request about one reader is far below.
  static constexpr std::size_t kLargestBody = 4u << 20;

  // With a context: HTTPS.
  HttpClient(std::string host, std::uint16_t port, HttpPatience patience = {},
             std::shared_ptr<const TlsContext> tls = nullptr);
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // With a body: JSON. Connects, or goes on where the server has kept the connection. NoAnswer: "no answer
  // (…)", or what the server says is no HTTP or is too large.
  HttpAnswer send(const std::string& method, const std::string& target, const std::string& body,
                  const Headers& headers = {});

 private:
  using Clock = std::chrono::steady_clock;

  bool is_kept() const;
  void connect();
  void shake_hands(Clock::time_point end);
  bool go_on(TlsSession::Next next, Clock::time_point end) const;
  bool write(const std::string& bytes, Clock::time_point end);
  HttpAnswer receive(Clock::time_point end);
  bool fill(Clock::time_point end);
  template <class Take>
  void until(Clock::time_point end, Take take);

  std::string host_;
  std::uint16_t port_;
  HttpPatience patience_;
  std::shared_ptr<const TlsContext> tls_;
  io::Descriptor socket_;
  std::optional<TlsSession> session_;
  ReadBuffer in_;
};

}  // namespace sesame::sim
