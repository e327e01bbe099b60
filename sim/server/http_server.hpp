// Carries requests to the API and responses back, over HTTP/1.1 (cpp-httplib, which only this knows).
//
// A connection that waits, streams or idles has a thread; there are more threads than Api::kPlaces, so that requests always
// find one. A request must be complete within half a minute, and a client that stops reading is let go.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "sim/server/api.hpp"

namespace sesame::sim {

class HttpServer {
 public:
  // Listens at the address; port 0: any that is free. Failure(environment): the port is in use, or there is no such
  // address.
  HttpServer(const std::string& address, std::uint16_t port);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();

  std::uint16_t port() const;

  // Answers until stop(), which may come from another thread, and ends open streams, too. The API outlives the call.
  void serve(Api& api);
  void stop();

 private:
  class Connections;
  std::unique_ptr<Connections> connections_;
};

}  // namespace sesame::sim
