// Waiting at `sesame sim`: two thousand long polls at once, each on a connection of its own, and how late
// they are answered: when their time is over, when their own reader's screen comes, and when one screen is
// everybody's. Then how long `otp` takes beside 500 clients that have sent half a request. The clients run on
// the same processors as the server. Figures beside their targets: printed, never asserted.
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/bench/served_sim.hpp"

namespace {

using sesame::bench::Client;
using sesame::bench::connected;
using sesame::bench::Sandbox;
using sesame::bench::Server;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;
using std::chrono::milliseconds;

constexpr std::size_t kWaits = 2'000;
constexpr std::size_t kHalfRequests = 500;
constexpr std::size_t kClients = 16, kCodes = 400;  // of each

// Long polls that are open, and when each was answered.
class Waits {
 public:
  explicit Waits(std::uint16_t port) : port_(port), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}
  Waits(const Waits&) = delete;
  Waits& operator=(const Waits&) = delete;
  ~Waits() {
    for (const One& one : all_) ::close(one.socket);
    ::close(epoll_);
  }

  void open(const std::string& reader, const std::string& query) {
    One one;
    one.socket = connected(port_);
    const std::string request = "GET " + reader + "/screen?" + query +
                                " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port_) +
                                "\r\nConnection: close\r\n\r\n";
    if (::send(one.socket, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size())) {
      throw std::runtime_error("the connection broke");
    }
    one.sent = Clock::now();
    epoll_event wanted{};
    wanted.events = EPOLLIN | EPOLLONESHOT;
    wanted.data.u64 = all_.size();
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, one.socket, &wanted);
    all_.push_back(one);
  }

  // Until all are answered.
  void collect() {
    std::array<epoll_event, 256> ready{};
    for (std::size_t open = all_.size(); open > 0;) {
      const int count = ::epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), 60'000);
      if (count <= 0) throw std::runtime_error("a wait is not answered");
      const auto now = Clock::now();
      for (int i = 0; i < count; ++i) {
        One& one = all_[ready[static_cast<std::size_t>(i)].data.u64];
        std::array<char, 1024> answer{};
        if (::recv(one.socket, answer.data(), answer.size(), 0) < 12)
          throw std::runtime_error("the connection broke");
        one.answered = now;
        one.status = std::string(answer.data() + 9, 3);
        --open;
      }
    }
  }

  struct One {
    int socket = -1;
    Clock::time_point sent, answered;
    std::string status;
  };
  const std::vector<One>& all() const { return all_; }

 private:
  std::uint16_t port_;
  int epoll_;
  std::vector<One> all_;
};

struct Spread {
  double p50 = 0, p99 = 0, most = 0;
};

Spread spread(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {values[values.size() / 2], values[values.size() * 99 / 100], values.back()};
}

std::size_t count_of(const Waits& waits, const std::string& status) {
  return static_cast<std::size_t>(std::count_if(waits.all().begin(), waits.all().end(),
                                                [&](const Waits::One& one) { return one.status == status; }));
}

void print_waits(const char* what, const Waits& waits, const char* expected, const Spread& late) {
  std::printf("  %-38s %6zu answered, %zu refused; late by %7.2f ms (p50) %7.2f (p99) %7.2f (most)\n", what,
              count_of(waits, expected), kWaits - count_of(waits, expected), late.p50, late.p99, late.most);
}

std::vector<std::string> readers_of(Client& client, const char* card) {
  std::vector<std::string> readers;
  for (std::size_t i = 0; i < kWaits; ++i) {
    const auto made = nlohmann::json::parse(client.post("/v1/readers", card));
    readers.push_back("/v1/readers/" + made.at("id").get<std::string>());
  }
  return readers;
}

// Their times are over one after the other, half a millisecond apart.
void timed_out(const Server& server, const std::vector<std::string>& readers) {
  Waits waits(server.port());
  const auto timeout = [](std::size_t i) { return milliseconds(3'000 + i / 2); };
  for (std::size_t i = 0; i < kWaits; ++i) {
    waits.open(readers[i], "match=never&timeout_ms=" + std::to_string(timeout(i).count()));
  }
  waits.collect();
  std::vector<double> late;
  for (std::size_t i = 0; i < kWaits; ++i) {
    const auto& one = waits.all()[i];
    late.push_back(Milliseconds(one.answered - one.sent - timeout(i)).count());
  }
  print_waits("whose time is over", waits, "408", spread(late));
}

// Until the server has come to all of them.
void wait_until_all_wait(Client& client) {
  const std::string all = "\nsesame_waiting " + std::to_string(kWaits) + "\n";
  while (client.get("/metrics").find(all) == std::string::npos) std::this_thread::yield();
}

// A key in each of their readers, one after the other.
void told(const Server& server, const std::vector<std::string>& readers, double before) {
  Waits waits(server.port());
  for (const std::string& reader : readers) waits.open(reader, "match=secret&timeout_ms=60000");
  Client client(server.port());
  wait_until_all_wait(client);
  const double waiting = server.resident();
  std::vector<Clock::time_point> pressed;
  std::thread user([&] {
    for (const std::string& reader : readers) {
      pressed.push_back(Clock::now());
      client.post(reader + "/keys", R"({"keys":["CODE"]})");
    }
  });
  waits.collect();
  user.join();
  std::vector<double> late;
  for (std::size_t i = 0; i < kWaits; ++i) {
    late.push_back(std::max(0.0, Milliseconds(waits.all()[i].answered - pressed[i]).count()));
  }
  print_waits("each with a reader of its own", waits, "200", spread(late));
  std::printf("  %-38s %6.1f KiB of memory each, its connection included; %.0f MiB in all\n", "",
              (waiting - before) / static_cast<double>(kWaits), waiting / 1024);
}

// One key, and all of them are told at the same moment.
void told_at_once(const Server& server) {
  Client client(server.port());
  const std::string reader =
      "/v1/readers/" + nlohmann::json::parse(client.post("/v1/readers", R"({"card":"sesame-card"})"))
                           .at("id")
                           .get<std::string>();
  Waits waits(server.port());
  for (std::size_t i = 0; i < kWaits; ++i) waits.open(reader, "match=secret&timeout_ms=60000");
  wait_until_all_wait(client);
  Clock::time_point pressed;
  std::thread user([&] {
    pressed = Clock::now();
    client.post(reader + "/keys", R"({"keys":["CODE"]})");
  });
  waits.collect();
  user.join();
  std::vector<double> late;
  for (const auto& one : waits.all())
    late.push_back(std::max(0.0, Milliseconds(one.answered - pressed).count()));
  print_waits("all of one reader, at one moment", waits, "200", spread(late));
}

Spread codes(const Server& server) {
  std::vector<std::vector<double>> taken(kClients);
  std::vector<std::thread> clients;
  for (std::size_t index = 0; index < kClients; ++index) {
    clients.emplace_back([&, index] {
      Client client(server.port());
      const auto made = nlohmann::json::parse(client.post("/v1/readers", R"({"card":"sesame-card"})"));
      const std::string otp = "/v1/readers/" + made.at("id").get<std::string>() + "/otp";
      client.post(otp, R"({"pin":"1234"})");
      for (std::size_t i = 0; i < kCodes; ++i) {
        const auto start = Clock::now();
        client.post(otp, R"({"pin":"1234"})");
        taken[index].push_back(Milliseconds(Clock::now() - start).count());
      }
    });
  }
  for (std::thread& client : clients) client.join();
  std::vector<double> all;
  for (const auto& some : taken) all.insert(all.end(), some.begin(), some.end());
  return spread(all);
}

// Of sockets that have sent half a request, and say nothing more.
void beside_half_requests(const Server& server) {
  codes(server);  // what the first ones cost is not for these
  const Spread alone = codes(server);
  std::vector<int> halves;
  for (std::size_t i = 0; i < kHalfRequests; ++i) {
    halves.push_back(connected(server.port()));
    const std::string half = "POST /v1/readers HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: ";
    ::send(halves.back(), half.data(), half.size(), MSG_NOSIGNAL);
  }
  const Spread beside = codes(server);
  for (const int half : halves) ::close(half);
  std::printf("otp, %zu clients\n", kClients);
  std::printf("  %-38s %7.2f ms (p50) %7.2f (p99)\n", "alone", alone.p50, alone.p99);
  std::printf("  %-38s %7.2f ms (p50) %7.2f (p99), %.2f times   target under 2 times\n",
              "beside 500 half-sent requests", beside.p50, beside.p99, beside.p99 / alone.p99);
}

void allow_descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main() {
  try {
    allow_descriptors();
    const Sandbox box;
    const Server server(box);
    Client client(server.port());
    const auto readers = readers_of(client, R"({"card":"sesame-card"})");
    const double before = server.resident();
    std::printf("%zu waits at once   target: none refused, none late by more than 50 ms on 2 cores\n",
                kWaits);
    timed_out(server, readers);
    told(server, readers, before);
    told_at_once(server);
    beside_half_requests(server);
    return 0;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "bench_waits: %s\n", failure.what());
    return 1;
  }
}
