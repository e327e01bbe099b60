// The simulator as its clients meet it: `sesame sim` as a process, HTTP over loopback. Ten thousand readers
// with a card each: how long they take to make, a code from each, the server's memory for one. Then how long
// `otp` and `keys` take at 1, 16 and 64 clients at once, each with a connection and a reader of its own. The
// clients run on the same processors as the server. Figures beside their targets: printed, never asserted.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/process.hpp"

namespace {

using sesame::e2e::Sandbox;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::size_t kReaders = 10'000;
constexpr std::size_t kRequests = 6'400;  // for each line of the table, over all its clients
constexpr const char* kReader = R"({"card":"sesame-card","clock":"virtual"})";
constexpr const char* kOtp = R"({"pin":"1234"})";
constexpr const char* kKeys = R"({"keys":["CODE","1",{"hold":"C"}]})";

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
  std::string post(const std::string& path, const std::string& body) {
    const std::string request =
        "POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port_) +
        "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
        body;
    if (socket_ < 0) connect();
    send(request);
    std::string answer = receive();
    if (answer.rfind("HTTP/1.1 2", 0) != 0) throw std::runtime_error(path + ": " + answer);
    return answer.substr(answer.find("\r\n\r\n") + 4);
  }

  std::size_t connections() const { return connections_; }

 private:
  void connect() {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("no connection");
    }
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
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

std::string create_reader(Client& client) {
  return "/v1/readers/" +
         nlohmann::json::parse(client.post("/v1/readers", kReader)).at("id").get<std::string>();
}

void code_from(Client& client, const std::string& reader) {
  if (client.post(reader + "/otp", kOtp).find(R"("code":")") == std::string::npos) {
    throw std::runtime_error("no code from " + reader);
  }
}

void many_readers(const Server& server) {
  Client client(server.port());
  code_from(client, create_reader(client));  // what the first one costs is not for one reader
  const double before = server.resident();

  auto start = Clock::now();
  std::vector<std::string> readers;
  for (std::size_t i = 0; i < kReaders; ++i) readers.push_back(create_reader(client));
  const Milliseconds creating = Clock::now() - start;
  const double created = server.resident();

  start = Clock::now();
  for (const std::string& reader : readers) code_from(client, reader);
  const Milliseconds codes = Clock::now() - start;
  const double after = server.resident();

  const auto each = static_cast<double>(kReaders);
  std::printf("%zu readers in one process, one client\n", kReaders);
  std::printf("  %-28s %8.0f ms in all   %8.3f ms each\n", "creation, card included", creating.count(),
              creating.count() / each);
  std::printf("  %-28s %8.0f ms in all   %8.3f ms each\n", "a code from each", codes.count(),
              codes.count() / each);
  std::printf("  %-28s %8.1f KiB         created\n", "memory per reader", (created - before) / each);
  std::printf("  %-28s %8.1f KiB         after its code   target under 64 KiB\n", "",
              (after - before) / each);
}

struct Latencies {
  double p50 = 0, p99 = 0, per_second = 0;
  std::size_t connections = 0;
};

// Of POST `path` with `body`, so many clients at once.
Latencies measure(const Server& server, std::size_t count, const std::string& path, const std::string& body) {
  std::vector<std::vector<double>> taken(count);
  std::vector<std::size_t> connections(count);
  std::vector<std::exception_ptr> failures(count);
  const auto work = [&](std::size_t index) {
    try {
      Client client(server.port());
      const std::string reader = create_reader(client) + path;
      client.post(reader, body);
      for (std::size_t i = 0; i < kRequests / count; ++i) {
        const auto start = Clock::now();
        client.post(reader, body);
        taken[index].push_back(Milliseconds(Clock::now() - start).count());
      }
      connections[index] = client.connections();
    } catch (...) {
      failures[index] = std::current_exception();
    }
  };
  const auto start = Clock::now();
  std::vector<std::thread> clients;
  for (std::size_t i = 0; i < count; ++i) clients.emplace_back(work, i);
  for (std::thread& client : clients) client.join();
  const std::chrono::duration<double> all = Clock::now() - start;
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }

  std::vector<double> sorted;
  for (const auto& some : taken) sorted.insert(sorted.end(), some.begin(), some.end());
  std::sort(sorted.begin(), sorted.end());
  Latencies result;
  result.p50 = sorted[sorted.size() / 2];
  result.p99 = sorted[sorted.size() * 99 / 100];
  result.per_second = static_cast<double>(sorted.size()) / all.count();
  for (const std::size_t some : connections) result.connections += some;
  return result;
}

void print(const char* what, std::size_t clients, const Latencies& result) {
  std::printf("%-6s %8zu %10.3f %10.3f %12.0f %12zu\n", what, clients, result.p50, result.p99,
              result.per_second, result.connections);
}

void latencies(const Server& server) {
  std::printf("\n%-6s %8s %10s %10s %12s %12s\n", "POST", "clients", "p50 ms", "p99 ms", "requests/s",
              "connections");
  for (const std::size_t clients : {1u, 16u, 64u})
    print("otp", clients, measure(server, clients, "/otp", kOtp));
  std::printf("target        16                 10                           on 2 cores\n");
  for (const std::size_t clients : {1u, 16u, 64u})
    print("keys", clients, measure(server, clients, "/keys", kKeys));
}

}  // namespace

int main() {
  try {
    const Sandbox box;
    const Server server(box);
    many_readers(server);
    latencies(server);
    return 0;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "bench_sim: %s\n", failure.what());
    return 1;
  }
}
