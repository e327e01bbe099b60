#include "sim/server/http_server.hpp"

#include <fmt/format.h>
#include <httplib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <mutex>
#include <set>
#include <system_error>

#include "firmware/core/bytes.hpp"
#include "host/failure.hpp"

namespace sesame::sim {

namespace {

using Clock = std::chrono::steady_clock;

// Streams and long polls, and as many again for clients that keep their connections.
constexpr std::size_t kThreads = Api::kPlaces + 128;
// How long a client may take: between two requests, and until one is there. Where the threads run short, whoever holds one
// and says nothing makes room for others.
struct Patience {
  std::chrono::milliseconds idle, request;
};
constexpr Patience kPatience{std::chrono::seconds(5), std::chrono::seconds(30)};
constexpr Patience kCrowdedPatience{std::chrono::milliseconds(250), std::chrono::seconds(2)};
constexpr std::size_t kCrowd = kThreads - 48;
constexpr std::chrono::seconds kWrite{10};  // until a client takes something
constexpr std::size_t kLongestPath = 2'048;
constexpr int kBacklog = 512;

// Whether the descriptor becomes ready for this in time.
bool ready(int socket, short events, Clock::time_point end) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd one{socket, events, 0};
    const int count = ::poll(&one, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000)));
    if (count > 0) return true;
    if (count == 0 || errno != EINTR) return false;
  }
}

// One client's connection, as httplib reads and writes it.
class Connection final : public httplib::Stream {
 public:
  explicit Connection(int socket) : socket_(socket) {}

  // A request begins before the connection has idled for too long.
  bool begins(Patience patience) {
    close_after_ = false;
    if (at_ < filled_) {
      end_ = Clock::now() + patience.request;
      return true;
    }
    if (!ready(socket_, POLLIN, Clock::now() + patience.idle)) return false;
    end_ = Clock::now() + patience.request;
    return fill() > 0;
  }

  // What the request has left unread would be taken for the next request.
  void close_after() { close_after_ = true; }
  bool closes_after() const { return close_after_; }
  bool peer_gone() const {
    pollfd one{socket_, POLLRDHUP, 0};
    return ::poll(&one, 1, 0) > 0 && (one.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
  }

  // Lets the client read the last response: a close with something unread would throw that away.
  void linger() {
    ::shutdown(socket_, SHUT_WR);
    const auto end = Clock::now() + std::chrono::seconds(2);
    std::array<char, 16'384> unread;
    while (ready(socket_, POLLIN, end) && ::recv(socket_, unread.data(), unread.size(), 0) > 0) {
    }
    wipe(unread.data(), unread.size());
  }

  // What was read may have been a PIN.
  ~Connection() override { wipe(buffer_.data(), buffer_.size()); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool is_readable() const override { return true; }
  bool is_writable() const override { return !broken_; }

  ssize_t read(char* to, std::size_t size) override {
    if (at_ == filled_ && fill() <= 0) return -1;
    const std::size_t count = std::min(size, filled_ - at_);
    std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(at_), count, to);
    at_ += count;
    return static_cast<ssize_t>(count);
  }

  ssize_t write(const char* from, std::size_t size) override {
    const auto end = Clock::now() + kWrite;
    std::size_t sent = 0;
    while (sent < size && !broken_) {
      const ssize_t count = ::send(socket_, from + sent, size - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count >= 0) {
        sent += static_cast<std::size_t>(count);
      } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
        broken_ = !ready(socket_, POLLOUT, end);
      } else {
        broken_ = errno != EINTR;
      }
    }
    return broken_ ? -1 : static_cast<ssize_t>(size);
  }

  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return socket_; }

 private:
  ssize_t fill() {
    for (;;) {
      if (!ready(socket_, POLLIN, end_)) return -1;
      const ssize_t count = ::recv(socket_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
      if (count < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)) continue;
      at_ = 0;
      filled_ = count > 0 ? static_cast<std::size_t>(count) : 0;
      return count;
    }
  }

  const int socket_;
  std::array<char, 8'192> buffer_{};
  std::size_t at_ = 0, filled_ = 0;
  Clock::time_point end_;  // of the request that is being read
  bool close_after_ = false, broken_ = false;
};

// Whose request this thread is at: httplib's handlers are not told.
thread_local Connection* current = nullptr;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char character) {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character + 32) : character;
  });
  return text;
}

Request request_of(const httplib::Request& from) {
  Request request;
  request.method = from.method;
  request.path = from.path;
  request.query.insert(from.params.begin(), from.params.end());
  // Several of one name become one (RFC 9110, 5.3), so that a second Host is seen where the first is checked.
  for (const auto& [name, value] : from.headers) {
    const auto [header, first] = request.headers.emplace(lower(name), value);
    if (!first) header->second += ", " + value;
  }
  request.gone = [connection = current] { return connection->peer_gone(); };
  return request;
}

void fill(httplib::Response& to, Response from) {
  to.status = from.status;
  for (const auto& [name, value] : from.headers) to.set_header(name, value);
  if (current->closes_after()) to.set_header("Connection", "close");
  if (!from.feed) {
    if (from.status != 204) to.set_content(from.body, from.type);
    return;
  }
  to.set_chunked_content_provider(
      from.type, [feed = std::move(from.feed), connection = current](std::size_t, httplib::DataSink& sink) {
        if (connection->peer_gone()) return false;
        try {
          const std::optional<std::string> text = feed->next();
          if (!text) sink.done();
          return !text || text->empty() || sink.write(text->data(), text->size());
        } catch (const std::exception&) {
          return false;  // out of memory: the client comes back
        }
      });
}

}  // namespace

class HttpServer::Connections final : public httplib::Server {
 public:
  Connections(const std::string& address, std::uint16_t port) {
    new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    // httplib's own would share the port with whoever else does.
    set_socket_options([](socket_t socket) {
      const int yes = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    set_tcp_nodelay(true);
    set_payload_max_length(Api::kLargestBody);
    set_keep_alive_timeout(std::chrono::duration_cast<std::chrono::seconds>(kPatience.idle).count());
    errno = 0;
    port_ = port == 0 ? bind_to_any_port(address) : bind_to_port(address, port) ? port : -1;
    if (port_ <= 0) {
      const std::string why = errno == 0 ? "no such address" : std::generic_category().message(errno);
      throw Failure(Exit::environment, fmt::format("cannot listen at {}:{}: {}", address, port, why));
    }
    ::listen(svr_sock_, kBacklog);  // httplib's is 5
  }

  int port() const { return port_; }

  void serve(Api& api) {
    api_ = &api;
    set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      return before_body(request, response);
    });
    const auto with_body = [this](const httplib::Request& request, httplib::Response& response,
                                  const httplib::ContentReader& read) { take_body(request, response, read); };
    Post(".*", with_body).Put(".*", with_body).Patch(".*", with_body).Delete(".*", with_body);
    // What httplib refuses by itself.
    set_error_handler(httplib::Server::Handler([this](const httplib::Request&, httplib::Response& response) {
      if (!response.body.empty()) return;
      current->close_after();
      fill(response, api_->refuse(response.status));
    }));
    listen_after_bind();
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }

  void close_all() {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
    // Ends accept(). httplib's own stop() does nothing where serve() has only just begun.
    if (!ended_) ::shutdown(svr_sock_, SHUT_RDWR);
  }

 private:
  using HandlerResult = httplib::Server::HandlerResponse;

  HandlerResult before_body(const httplib::Request& request, httplib::Response& response) {
    const std::size_t lengths = request.get_header_value_count("Content-Length");
    const bool has_body = request.has_header("Transfer-Encoding") || lengths > 1 ||
                          (lengths == 1 && request.get_header_value("Content-Length") != "0");
    const bool may_have_body = request.method == "POST" || request.method == "PUT" ||
                               request.method == "PATCH" || request.method == "DELETE";
    const bool sound =
        request.path.size() <= kLongestPath && !request.path.empty() && request.path[0] == '/' &&
        std::none_of(request.path.begin(), request.path.end(),
                     [](unsigned char character) { return character < 0x20 || character == 0x7F; });
    if (sound && has_body && may_have_body && !ambiguous(request)) return HandlerResult::Unhandled;
    if (has_body) current->close_after();
    if (!sound) {
      current->close_after();
      fill(response, api_->refuse(request.path.size() > kLongestPath ? 414 : 400));
    } else if (has_body) {
      fill(response, api_->refuse(400));
    } else {
      fill(response, api_->handle(request_of(request)));
    }
    return HandlerResult::Handled;
  }

  // Where its body ends can be read in two ways.
  static bool ambiguous(const httplib::Request& request) {
    const std::string length = request.get_header_value("Content-Length");
    return (request.has_header("Transfer-Encoding") && request.has_header("Content-Length")) ||
           request.get_header_value_count("Content-Length") > 1 ||
           length.find_first_not_of("0123456789") != std::string::npos || length.size() > 18 ||
           (request.has_header("Transfer-Encoding") &&
            lower(request.get_header_value("Transfer-Encoding")) != "chunked");
  }

  void take_body(const httplib::Request& from, httplib::Response& response,
                 const httplib::ContentReader& read) {
    Request request = request_of(from);
    // Never grown: what it held would stay behind in memory.
    request.body.reserve(Api::kLargestBody);
    bool too_large = false;
    const bool complete = read([&](const char* data, std::size_t size) {
      too_large = request.body.size() + size > Api::kLargestBody;
      if (!too_large) request.body.append(data, size);
      return !too_large;
    });
    if (complete) {
      fill(response, api_->handle(request));
    } else {
      current->close_after();
      fill(response, api_->refuse(too_large || response.status == 413 ? 413 : 400));
    }
    wipe(request.body.data(), request.body.size());
  }

  bool process_and_close_socket(socket_t socket) override {
    if (enter(socket)) {
      Connection connection(socket);
      current = &connection;
      // A part of an answer is no answer.
      const auto whole = [](httplib::Request& request) { request.ranges.clear(); };
      bool closed = false;
      while (!closed && connection.begins(patience())) {
        const bool processed = process_request(connection, false, closed, whole);
        closed = closed || !processed || connection.closes_after();
      }
      if (connection.closes_after()) connection.linger();
      current = nullptr;
    }
    leave(socket);
    return true;
  }

  bool enter(int socket) {
    const std::lock_guard lock(mutex_);
    if (!stopping_) open_.insert(socket);
    return !stopping_;
  }

  Patience patience() {
    const std::lock_guard lock(mutex_);
    return open_.size() > kCrowd ? kCrowdedPatience : kPatience;
  }

  void leave(int socket) {
    const std::lock_guard lock(mutex_);
    open_.erase(socket);
    ::close(socket);
  }

  int port_ = 0;
  Api* api_ = nullptr;
  std::mutex mutex_;
  std::set<int> open_;
  bool stopping_ = false, ended_ = false;
};

HttpServer::HttpServer(const std::string& address, std::uint16_t port)
    : connections_(std::make_unique<Connections>(address, port)) {}

HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::port() const { return static_cast<std::uint16_t>(connections_->port()); }

void HttpServer::serve(Api& api) { connections_->serve(api); }

void HttpServer::stop() { connections_->close_all(); }

}  // namespace sesame::sim
