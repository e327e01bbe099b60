// The simulator as its clients meet it: `sesame sim` as a process, HTTP over loopback. Ten thousand readers
// with a card each: how long they take to make, a code from each, the server's memory for one. Then how long
// `otp` and `keys` take at 1, 16 and 64 clients at once, each with a connection and a reader of its own. The
// clients run on the same processors as the server. Figures beside their targets: printed, never asserted.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/bench/served_sim.hpp"

namespace {

using sesame::bench::Client;
using sesame::bench::Sandbox;
using sesame::bench::Server;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::size_t kReaders = 10'000;
constexpr std::size_t kRequests = 6'400;  // for each line of the table, over all its clients
constexpr const char* kReader = R"({"card":"sesame-card","clock":"virtual"})";
constexpr const char* kOtp = R"({"pin":"1234"})";
constexpr const char* kKeys = R"({"keys":["CODE","1",{"hold":"C"}]})";

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
