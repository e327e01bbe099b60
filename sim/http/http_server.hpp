// Carries requests to a service and responses back, over HTTP/1.1 (RFC 9112), with TLS where it is given a
// certificate. README.md says why it is built on Asio.
//
// One thread, that of serve(), reads and writes for all clients and never waits for one; a few workers run
// the service. A client that waits, streams, idles or is slow costs a descriptor and some kilobytes, no
// thread. Each message is bounded line by line, each state has a deadline, and beyond the bounds on all of
// them the oldest unfinished request makes room.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "sim/http/http_lines.hpp"
#include "sim/http/http_service.hpp"
#include "sim/http/tls.hpp"

namespace sesame::sim {

struct HttpLimits {
  using Duration = std::chrono::milliseconds;

  HttpBounds bounds = {};
  Duration handshake{5'000};        // of TLS
  Duration idle{5'000};             // until the next request begins
  Duration request{30'000};         // from the first byte of a request to its last, whatever comes in between
  Duration write{10'000};           // for each 64 KiB of a response, or for a part of a stream
  Duration linger{2'000};           // until a client whose request was not read to its end has read why
  Duration end{3'000};              // for what goes on when stop() is called
  std::size_t connections = 6'144;  // or as many as the process may have descriptors, less 64
  std::size_t bodies = 64u << 20;   // bytes of bodies that are not whole, in all connections
  std::size_t workers = 8;
};

class HttpServer {
 public:
  // Listens at the address; port 0: any that is free. Failure(Failure::environment): the port is in use, or
  // there is no such address. With settings for TLS: HTTPS, and Failure(Failure::invalid) where they are not
  // what they should be. The key is not kept beside OpenSSL's, which overwrites it.
  HttpServer(const std::string& address, std::uint16_t port, HttpLimits limits = {},
             const std::optional<TlsServerSettings>& tls = std::nullopt);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();

  std::uint16_t port() const;

  // Answers until stop(), which may come from another thread. Then no client is waited for any longer: a wait
  // is answered with 503, a stream is ended. The service outlives the call. Once.
  void serve(HttpService& service);
  void stop();

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace sesame::sim
