#include "tests/sim/http/client.hpp"

#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/sim/server/described.hpp"

namespace sesame::sim {

namespace {

constexpr int kPatience = 30'000;  // ms

std::string lower(std::string text) {
  for (char& character : text) {
    if (character >= 'A' && character <= 'Z') character = static_cast<char>(character + 32);
  }
  return text;
}

std::string first_line(int descriptor) {
  std::string line;
  for (;;) {
    pollfd one{descriptor, POLLIN, 0};
    char character = 0;
    if (::poll(&one, 1, kPatience) <= 0 || ::read(descriptor, &character, 1) != 1 || character == '\n')
      return line;
    line += character;
  }
}

}  // namespace

Wire::Wire(std::uint16_t port, const TlsContext* tls, const std::string& host)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("nothing listens");
  }
  if (tls == nullptr) return;
  tls_ = std::make_unique<TlsSession>(*tls, socket_.get(), host);
  for (;;) {
    const TlsSession::Next next = tls_->shake_hands().next;
    if (next == TlsSession::Next::done) return;
    if (next == TlsSession::Next::ended || next == TlsSession::Next::broken)
      throw std::runtime_error("no TLS: " + tls_->mistrust());
    wait_for(next);
  }
}

void Wire::wait_for(TlsSession::Next next) const {
  if (next != TlsSession::Next::when_readable && next != TlsSession::Next::when_writable) return;
  pollfd one{socket_.get(), static_cast<short>(next == TlsSession::Next::when_readable ? POLLIN : POLLOUT),
             0};
  if (::poll(&one, 1, kPatience) <= 0) throw std::runtime_error("nothing comes");
}

std::size_t Wire::receive_some(char* room, std::size_t size) const {
  while (tls_) {
    const auto [next, count] = tls_->read({room, size});
    if (next == TlsSession::Next::ended || next == TlsSession::Next::broken) return 0;
    if (next == TlsSession::Next::done) return count;
    wait_for(next);
  }
  const ssize_t count = ::recv(socket_.get(), room, size, 0);
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

bool Wire::send(const std::string& bytes) const {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    if (tls_) {
      const auto [next, part] = tls_->write(std::string_view(bytes).substr(sent), false);
      // Ended is a server that has said that it is gone: what it gets no more is not written either.
      if (next == TlsSession::Next::broken || next == TlsSession::Next::ended) return false;
      sent += part;
      wait_for(next);
      continue;
    }
    const ssize_t count = ::send(socket_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return false;
    sent += static_cast<std::size_t>(count);
  }
  return true;
}

void Wire::finish(bool cut) const {
  if (tls_ && !cut) tls_->finish();
  ::shutdown(socket_.get(), SHUT_WR);
}

bool Wire::more() {
  pollfd one{socket_.get(), POLLIN, 0};
  if (!tls_ && ::poll(&one, 1, kPatience) <= 0) return false;
  std::array<char, 65'536> buffer;
  const std::size_t count = receive_some(buffer.data(), buffer.size());
  unread_.append(buffer.data(), count);
  return count > 0;
}

std::optional<std::string> Wire::until(const std::string& text) {
  for (;;) {
    const std::size_t found = unread_.find(text);
    if (found != std::string::npos) {
      std::string out = unread_.substr(0, found + text.size());
      unread_.erase(0, out.size());
      return out;
    }
    if (!more()) return std::nullopt;
  }
}

bool Wire::ends() {
  for (;;) {
    pollfd one{socket_.get(), POLLIN, 0};
    if (!tls_ && ::poll(&one, 1, kPatience) <= 0) return false;
    std::array<char, 65'536> buffer;
    if (receive_some(buffer.data(), buffer.size()) == 0) return true;
  }
}

bool Wire::has_answer(std::chrono::milliseconds time) const {
  pollfd one{socket_.get(), POLLIN, 0};
  return ::poll(&one, 1, static_cast<int>(time.count())) > 0;
}

bool Wire::breaks() const {
  pollfd one{socket_.get(), POLLRDHUP, 0};
  return ::poll(&one, 1, kPatience) > 0;
}

Answer Wire::receive() {
  const auto head = until("\r\n\r\n");
  if (!head) return {};
  Answer answer;
  std::istringstream in(*head);
  std::string line;
  std::getline(in, line);
  if (line.size() > 12) answer.status = std::stoi(line.substr(9, 3));
  while (std::getline(in, line) && line.size() > 1) {
    const std::size_t colon = line.find(": ");
    answer.headers[lower(line.substr(0, colon))] = line.substr(colon + 2, line.size() - colon - 3);
  }
  const auto length = answer.headers.find("content-length");
  if (length == answer.headers.end()) return answer;
  const std::size_t size = std::stoul(length->second);
  while (unread_.size() < size && more()) {
  }
  answer.body = unread_.substr(0, size);
  unread_.erase(0, size);
  return answer;
}

Served::Served(const e2e::Sandbox& sandbox, const std::vector<std::string>& arguments,
               const std::vector<std::string>& command, const nlohmann::json* description,
               const std::map<std::string, std::string>& variables)
    : sandbox_(sandbox), description_(description != nullptr ? *description : openapi()) {
  static std::atomic<int> count{0};
  log_ = "log" + std::to_string(++count);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  output_ = io::Descriptor(ends[0]);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, sandbox.file(log_).c_str(), O_WRONLY | O_CREAT,
                                   0600);
  std::vector<std::string> all = command;
  all.insert(all.end(), {"--port", "0"});
  all.insert(all.end(), arguments.begin(), arguments.end());
  child_ = sandbox.spawn(all, variables, files);
  posix_spawn_file_actions_destroy(&files);
  ::close(ends[1]);
  const std::string line = first_line(output_.get());
  if (line.empty()) throw std::runtime_error("sesame sim did not start: " + log());
  started_ = nlohmann::json::parse(line);
  const std::string url = started_["url"];
  port_ = static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
}

Served::~Served() {
  if (child_ == 0) return;
  ::kill(child_, SIGKILL);
  ::waitpid(child_, nullptr, 0);
}

std::size_t Served::resident() const {
  std::ifstream status("/proc/" + std::to_string(child_) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmRSS:", 0) == 0) return std::stoul(line.substr(6)) * 1'024;
  }
  throw std::runtime_error("sesame sim has ended");
}

int Served::end() {
  int status = 0;
  ::kill(child_, SIGTERM);
  ::waitpid(child_, &status, 0);
  child_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string Served::log() const { return sandbox_.read(log_); }

std::string Served::request(const std::string& method, const std::string& target, const std::string& body,
                            const std::string& headers) const {
  std::string bytes = method + " " + target + " HTTP/1.1\r\n" + headers;
  if (headers.find("Host:") == std::string::npos)
    bytes += "Host: 127.0.0.1:" + std::to_string(port_) + "\r\n";
  if (!body.empty()) bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return bytes + "\r\n" + body;
}

Answer Served::send(const std::string& method, const std::string& target, const std::string& body,
                    const std::string& headers) const {
  Wire wire(port_);
  wire.send(request(method, target, body, headers));
  Answer answer = wire.receive();
  INFO(method << " " << target << " " << answer.status << " " << answer.body);
  CHECK(undescribed(description_, method, target.substr(0, target.find('?')), answer.status,
                    answer.headers["content-type"], answer.body) == "");
  return answer;
}

nlohmann::json Served::ok(const std::string& method, const std::string& target,
                          const std::string& body) const {
  const Answer answer = send(method, target, body);
  INFO(method << " " << target << " " << answer.body);
  REQUIRE(answer.status / 100 == 2);
  return answer.body.empty() ? nlohmann::json() : nlohmann::json::parse(answer.body);
}

Wire Served::stream(const std::string& target, const std::string& headers) const {
  Wire wire(port_);
  wire.send(request("GET", target, "", headers));
  const Answer answer = wire.receive();
  REQUIRE(answer.status == 200);
  REQUIRE(answer.headers.at("content-type") == "text/event-stream");
  REQUIRE(wire.until("retry: 1000"));
  return wire;
}

}  // namespace sesame::sim
