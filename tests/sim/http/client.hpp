// `sesame sim`, or another command that serves, from the outside: a process, and HTTP/1.1 as bytes on a
// socket, as any client might send them.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "host/io/descriptor.hpp"
#include "sim/http/tls.hpp"
#include "tests/e2e/process.hpp"

namespace sesame::sim {

struct Answer {
  int status = 0;                              // 0: none came
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;                            // of a stream: none
};

class Wire {
 public:
  // With a context: by TLS, to a server called `host`. Throws where they cannot agree.
  explicit Wire(std::uint16_t port, const TlsContext* tls = nullptr, const std::string& host = "127.0.0.1");

  bool send(const std::string& bytes) const;
  // Nothing more will be sent; `cut`: and by TLS this is not said.
  void finish(bool cut = false) const;
  Answer receive();
  // All that comes until `text` has come; nothing where the connection ends, or half a minute passes, before.
  std::optional<std::string> until(const std::string& text);
  // Whether the server closes it within half a minute.
  bool ends();
  // Whether something has come, or the end, within the time; it is not read.
  bool has_answer(std::chrono::milliseconds time) const;
  // Whether the server breaks it off within half a minute although nothing is read.
  bool breaks() const;

 private:
  bool more();
  // Some bytes, 0 at the end, or in half a minute none.
  std::size_t receive_some(char* room, std::size_t size) const;
  void wait_for(TlsSession::Next next) const;

  io::Descriptor socket_;
  std::unique_ptr<TlsSession> tls_;
  std::string unread_;
};

class Served {
 public:
  // Another command has another description.
  explicit Served(const e2e::Sandbox& sandbox, const std::vector<std::string>& arguments = {},
                  const std::vector<std::string>& command = {"sim"},
                  const nlohmann::json* description = nullptr,
                  const std::map<std::string, std::string>& variables = {});
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;
  ~Served();  // SIGKILL, if it goes on

  // One request on a connection of its own; checked against openapi.json.
  Answer send(const std::string& method, const std::string& target, const std::string& body = "",
              const std::string& headers = "") const;
  nlohmann::json ok(const std::string& method, const std::string& target, const std::string& body = "") const;
  // The request as bytes; `headers` are lines with their ends.
  std::string request(const std::string& method, const std::string& target, const std::string& body = "",
                      const std::string& headers = "") const;
  // A stream whose head has come with 200.
  Wire stream(const std::string& target, const std::string& headers = "") const;

  std::uint16_t port() const { return port_; }
  const nlohmann::json& started() const { return started_; }
  // What of it is in memory, in bytes.
  std::size_t resident() const;
  // SIGTERM; its exit status.
  int end();
  // What it printed, once it has ended.
  std::string log() const;

 private:
  const e2e::Sandbox& sandbox_;
  const nlohmann::json& description_;
  std::string log_;
  pid_t child_ = 0;
  io::Descriptor output_;
  nlohmann::json started_;
  std::uint16_t port_ = 0;
};

}  // namespace sesame::sim
