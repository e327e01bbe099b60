// Whether the time that a refusal takes tells its reason: so many of each, in random order, by the registry
// and by HTTP, each reason compared with a wrong code. Printed, never asserted; what is asserted is that each
// does the same (tests/host/issuer/refusals).
//
//   bench_refusals [FOLDER [EACH]]     where the stores are made [the temporary folder], how many [10000]
//
// "longer" is how often one of this kind takes longer than a wrong code: 0.500 tells nothing. The two p are
// how likely such a difference is by chance alone, by Mann and Whitney (longer or shorter) and by Kolmogorov
// and Smirnov (any other distribution). Of ten comparisons one has a p below 0.1, as a rule.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "host/card/file/card_file.hpp"
#include "host/io/descriptor.hpp"
#include "host/io/random.hpp"
#include "host/issuer/expected_ac.hpp"
#include "host/issuer/file/card_file_record.hpp"
#include "host/issuer/store/registry.hpp"
#include "host/issuer/store/sqlite_store.hpp"
#include "sim/http/http_server.hpp"
#include "sim/issuer/api.hpp"

namespace {

using namespace sesame;
using namespace sesame::issuer;
using Clock = std::chrono::steady_clock;

// ---- statistics

double quantile(const std::vector<double>& sorted, double part) {
  return sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))];
}

struct Comparison {
  double longer =
      0.5;  // the chance that one of `a` is longer than one of `b`; half of those that are the same
  double mann_whitney = 1, kolmogorov_smirnov = 1;  // p
};

// Both sorted.
Comparison compare(const std::vector<double>& a, const std::vector<double>& b) {
  const auto n = static_cast<double>(a.size()), m = static_cast<double>(b.size());
  double longer = 0, ties = 0, most = 0;
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    const double at = i == a.size() ? b[j] : j == b.size() ? a[i] : std::min(a[i], b[j]);
    const std::size_t i0 = i, j0 = j;
    while (i < a.size() && a[i] == at) ++i;
    while (j < b.size() && b[j] == at) ++j;
    const auto in_a = static_cast<double>(i - i0), in_b = static_cast<double>(j - j0);
    longer += in_a * (static_cast<double>(j0) + in_b / 2);
    const double same = in_a + in_b;
    ties += same * same * same - same;
    most = std::max(most, std::abs(static_cast<double>(i) / n - static_cast<double>(j) / m));
  }
  const double all = n + m;
  const double deviation = std::sqrt(n * m / 12 * (all + 1 - ties / (all * (all - 1))));
  Comparison out;
  out.longer = longer / (n * m);
  out.mann_whitney = std::erfc(std::abs(longer - n * m / 2) / deviation / std::sqrt(2.0));
  const double root = std::sqrt(n * m / all), lambda = (root + 0.12 + 0.11 / root) * most;
  double sum = 0;
  for (int k = 1; k <= 100; ++k) sum += (k % 2 == 1 ? 2 : -2) * std::exp(-2.0 * k * k * lambda * lambda);
  out.kolmogorov_smirnov = lambda < 0.2 ? 1 : std::clamp(sum, 0.0, 1.0);
  return out;
}

// ---- an issuer

CardRecord record() {
  CardRecord made = record_of(card::load_card("belgian-card"), 0);
  made.iaf = 0;
  made.rule = CodeRule::mask;
  made.mask = {0x00, 0x00, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  return made;
}

struct Kind {
  const char* name;
  CardId card;
  std::string code;
  std::vector<double> times{};  // microseconds
};

class Issuer {
 public:
  explicit Issuer(const std::string& path)
      : store_(path, SqliteStore::Open::make),
        registry_((Registry::found(store_, key(), io::system_random, 0), store_), key(), io::system_random) {
    std::vector<NewCard> cards(3);
    for (std::size_t i = 0; i < cards.size(); ++i) {
      cards[i].pan = std::to_string(541333000000000 + i);
      cards[i].psn = "00";
      cards[i].last_atc = 100;
      cards[i].policy.record = record();
      cards[i].policy.tries = 15;
    }
    registry_.add(cards, 0);
    Submission wrong;
    wrong.code = SecretString(code(105, 1));
    for (int i = 0; i < 15; ++i) registry_.verify(2, wrong, 0);
    registry_.suspend(3, 0);
    if (registry_.show(2).state != CardState::blocked) std::abort();
  }

  Registry& registry() { return registry_; }
  std::vector<Kind> kinds() {
    return {{"wrong", 1, code(105, 1)},
            {"replayed", 1, code(100, 0)},
            {"out of the window", 1, code(150, 0)},
            {"unknown card", 4711, code(105, 1)},
            {"unknown, good code", 4711, code(105, 0)},
            {"blocked", 2, code(105, 0)},
            {"suspended", 3, code(105, 0)}};
  }

 private:
  static keys::SealingKey key() {
    std::array<std::uint8_t, keys::SealingKey::size> bytes{};
    return keys::SealingKey{std::span<const std::uint8_t, keys::SealingKey::size>(bytes)};
  }
  static std::string code(std::uint16_t atc, unsigned change) {
    const CardRecord made = record();
    ExpectedAc expected(made);
    expected.expect({}, *issuer_data(made, {}), {});
    const keys::Mac ac = expected.at(atc);
    const unsigned ac_bits = (static_cast<unsigned>(ac[6]) << 8 | ac[7]) ^ change;
    return std::to_string((atc & 0xFFU) << 16 | ac_bits);
  }

  SqliteStore store_;
  Registry registry_;
};

// ---- by HTTP, as one client that keeps its connection

class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)), port_(port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int yes = 1;
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      std::abort();
  }
  std::string request(const Kind& kind) const {
    const std::string body =
        "{\"card\":" + std::to_string(kind.card) + ",\"mode\":\"identify\",\"code\":\"" + kind.code + "\"}";
    return "POST /v1/verifications HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port_) +
           "\r\nAuthorization: Bearer relying-party-token\r\nContent-Type: "
           "application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  // The body's last character has come.
  void refused(const std::string& request) {
    if (::send(socket_.get(), request.data(), request.size(), 0) < 0) std::abort();
    std::string answer;
    while (answer.find("\"last_try\":false}") == std::string::npos) {
      std::array<char, 4096> buffer{};
      const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
      if (got <= 0 || answer.size() > 10'000) std::abort();
      answer.append(buffer.data(), static_cast<std::size_t>(got));
    }
    if (answer.find("\"accepted\":false") == std::string::npos) std::abort();
  }

 private:
  io::Descriptor socket_;
  std::uint16_t port_;
};

// ---- one round

using Refuse = std::function<void(const Kind& kind)>;

void print(Issuer& issuer, const char* by, std::size_t each,
           const std::function<Refuse(const std::vector<Kind>&)>& prepare) {
  std::vector<Kind> kinds = issuer.kinds();
  const Refuse refuse = prepare(kinds);
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < each * kinds.size(); ++i) order.push_back(i % kinds.size());
  std::mt19937 chance(20260101);
  std::shuffle(order.begin(), order.end(), chance);
  for (const std::size_t i : order) {
    issuer.registry().unblock(1, 0);  // not measured
    const auto from = Clock::now();
    refuse(kinds[i]);
    kinds[i].times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - from).count());
  }
  std::printf("%zu of each, by %s\n%-20s %9s %9s %9s %8s %8s %8s\n", each, by, "microseconds", "25%",
              "median", "75%", "longer", "p (MW)", "p (KS)");
  for (Kind& kind : kinds) std::sort(kind.times.begin(), kind.times.end());
  for (const Kind& kind : kinds) {
    std::printf("%-20s %9.1f %9.1f %9.1f", kind.name, quantile(kind.times, 0.25), quantile(kind.times, 0.5),
                quantile(kind.times, 0.75));
    if (&kind != kinds.data()) {
      const Comparison with = compare(kind.times, kinds.front().times);
      std::printf(" %8.3f %8.3f %8.3f", with.longer, with.mann_whitney, with.kolmogorov_smirnov);
    }
    std::printf("\n");
  }
  std::printf("\n");
}

void by_http(Issuer& issuer, std::size_t each) {
  sim::HttpServer server("127.0.0.1", 0);
  sim::IssuerApi api(issuer.registry(),
                     {sim::Gate("127.0.0.1", server.port(), "issuers-desk-token"),
                      sim::Gate("127.0.0.1", server.port(), "relying-party-token")},
                     [] { return Millis{0}; });
  std::thread serving([&] { server.serve(api); });
  {
    Client client(server.port());
    print(issuer, "HTTP", each, [&](const std::vector<Kind>& kinds) {
      std::vector<std::string> requests;
      for (const Kind& kind : kinds) requests.push_back(client.request(kind));
      return [&client, requests, first = kinds.data()](const Kind& kind) {
        client.refused(requests[static_cast<std::size_t>(&kind - first)]);
      };
    });
  }
  server.stop();
  serving.join();
}

void by_registry(Issuer& issuer, std::size_t each) {
  print(issuer, "the registry", each, [&](const std::vector<Kind>&) {
    return [&](const Kind& kind) {
      Submission submission;
      submission.code = SecretString(kind.code);
      if (issuer.registry().verify(kind.card, submission, 0).accepted) std::abort();
    };
  });
}

}  // namespace

int main(int argc, char** argv) {
  const std::filesystem::path folder =
      (argc > 1 ? std::filesystem::path(argv[1]) : std::filesystem::temp_directory_path()) /
      ("sesame-bench-" + std::to_string(::getpid()));
  const std::size_t each = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 10'000;
  std::filesystem::create_directories(folder);
  {
    Issuer issuer((folder / "registry").string());
    by_registry(issuer, each);
  }
  {
    Issuer issuer((folder / "http").string());
    by_http(issuer, each);
  }
  std::filesystem::remove_all(folder);
}
