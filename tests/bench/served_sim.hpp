// `sesame sim` as its clients meet it, for benchmarks: a process, and HTTP over loopback.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/e2e/process.hpp"

namespace sesame::bench {

using e2e::Sandbox;

// A socket at the server's port.
inline int connected(std::uint16_t port) {
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("no connection");
  }
  const int on = 1;
  ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return made;
}

// `sesame sim` on a free port, until this is gone.
class Server {
 public:
  explicit Server(const Sandbox& box) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, pipe[1], STDOUT_FILENO);
    child_ = box.spawn({"sim", "--port", "0"}, {}, files);
    posix_spawn_file_actions_destroy(&files);
    ::close(pipe[1]);
    output_ = pipe[0];
    port_ = port_in(first_line());
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() {
    ::kill(child_, SIGTERM);
    while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
    ::close(output_);
  }

  std::uint16_t port() const { return port_; }

  // What of it is in memory, in KiB.
  double resident() const {
    std::ifstream status("/proc/" + std::to_string(child_) + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.rfind("VmRSS:", 0) == 0) return std::stod(line.substr(6));
    }
    throw std::runtime_error("sesame sim has ended");
  }

 private:
  std::string first_line() const {
    std::string line;
    for (char next = 0; next != '\n';) {
      const ssize_t got = ::read(output_, &next, 1);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) throw std::runtime_error("sesame sim does not start");
      line += next;
    }
    return line;
  }
  static std::uint16_t port_in(const std::string& line) {
    const std::string url = nlohmann::json::parse(line).at("url");
    return static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
  }

  pid_t child_ = 0;
  int output_ = -1;
  std::uint16_t port_ = 0;
};

// One connection, kept alive as long as the server does.
class Client {
 public:
  explicit Client(std::uint16_t port) : port_(port) {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { disconnect(); }

  // The body of a 2xx answer; whatever else there is throws.
  std::string get(const std::string& path) { return ask(path, "GET " + path + start() + "\r\n"); }
  std::string post(const std::string& path, const std::string& body) {
    return ask(path, "POST " + path + start() + "Content-Type: application/json\r\nContent-Length: " +
                         std::to_string(body.size()) + "\r\n\r\n" + body);
  }

  std::size_t connections() const { return connections_; }

 private:
  std::string start() const { return " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port_) + "\r\n"; }

  std::string ask(const std::string& path, const std::string& request) {
    if (socket_ < 0) connect();
    send(request);
    std::string answer = receive();
    if (answer.rfind("HTTP/1.1 2", 0) != 0) throw std::runtime_error(path + ": " + answer);
    return answer.substr(answer.find("\r\n\r\n") + 4);
  }

  void connect() {
    socket_ = connected(port_);
    ++connections_;
  }
  void disconnect() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }

  void send(const std::string& request) const {
    for (std::size_t sent = 0; sent < request.size();) {
      const ssize_t now = ::send(socket_, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
      if (now < 0 && errno == EINTR) continue;
      if (now <= 0) throw std::runtime_error("the connection broke");
      sent += static_cast<std::size_t>(now);
    }
  }
  // A whole answer, head and body.
  std::string receive() {
    std::string answer;
    std::size_t whole = std::string::npos;
    while (answer.size() < whole) {
      std::array<char, 8192> buffer;
      const ssize_t got = ::recv(socket_, buffer.data(), buffer.size(), 0);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) throw std::runtime_error("the connection broke");
      answer.append(buffer.data(), static_cast<std::size_t>(got));
      const std::size_t head = answer.find("\r\n\r\n");
      if (head != std::string::npos) whole = head + 4 + content_length(answer);
    }
    if (answer.find("\r\nConnection: close") < answer.find("\r\n\r\n")) disconnect();
    return answer;
  }
  static std::size_t content_length(const std::string& answer) {
    constexpr std::string_view name = "\r\nContent-Length: ";
    const std::size_t at = answer.find(name);
    if (at == std::string::npos) throw std::runtime_error("an answer without a length");
    return std::stoul(answer.substr(at + name.size(), 20));
  }

  std::uint16_t port_;
  int socket_ = -1;
  std::size_t connections_ = 0;
};

}  // namespace sesame::bench
