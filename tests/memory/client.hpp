// A client of a server that is watched.
#pragma once

#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "host/io/descriptor.hpp"

namespace sesame::memory {

// A client's connection, which stays open.
class Client {
 public:
  explicit Client(std::uint16_t port)
      : host_("Host: 127.0.0.1:" + std::to_string(port) + "\r\n"),
        socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }

  void send(const std::string& bytes) const {
    REQUIRE(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(bytes.size()));
  }
  // `more`: further headers, each with its line's end.
  int ask(const std::string& method, const std::string& path, const std::string& body = "",
          const std::string& more = "") {
    send(method + " " + path + " HTTP/1.1\r\n" + host_ + more +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return answer();
  }
  int ask(const std::string& method, const std::string& path, const nlohmann::json& body) {
    return ask(method, path, body.dump());
  }
  // Its status; 0: none came.
  int answer() {
    std::string head;
    while (!head.ends_with("\r\n\r\n")) {
      if (!receive(head, 1)) return 0;
    }
    head_ = head;
    body_.clear();
    const auto length = head.find("Content-Length: ");
    if (length != std::string::npos) {
      const std::size_t size = std::stoul(head.substr(length + 16));
      while (body_.size() < size && receive(body_, size - body_.size())) {
      }
    }
    return std::stoi(head.substr(9, 3));
  }
  // Of a stream: whether this comes, in all that comes.
  bool until(const std::string& text) const {
    std::string all;
    while (all.find(text) == std::string::npos) {
      if (!receive(all, 1)) return false;
    }
    return true;
  }
  const std::string& head() const { return head_; }  // of the last answer
  const std::string& body() const { return body_; }
  const std::string& host() const { return host_; }

 private:
  bool receive(std::string& text, std::size_t most) const {
    pollfd file{socket_.get(), POLLIN, 0};
    std::array<char, 4096> buffer;
    if (::poll(&file, 1, 30'000) <= 0) return false;
    const ssize_t got = ::recv(socket_.get(), buffer.data(), std::min(most, buffer.size()), 0);
    if (got > 0) text.append(buffer.data(), static_cast<std::size_t>(got));
    return got > 0;
  }

  std::string host_;
  io::Descriptor socket_;
  std::string head_, body_;
};

}  // namespace sesame::memory
