// How many customers log in a second, by a code of the reader and by a confidential code; beside the price of
// scrypt alone. Nothing is asserted.
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "host/io/random.hpp"
#include "sim/bank/api.hpp"
#include "tests/host/issuer/code_maker.hpp"

namespace {

using namespace sesame;
using namespace sesame::bank;
using nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kClients = 8;  // each with a bank of its own
constexpr std::size_t kHashing = 2;  // threads for scrypt, as the site has

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// A second, of all clients together; for two seconds, or as often as it may be done.
double per_second(std::size_t clients, std::size_t most,
                  const std::function<void(std::size_t client, std::size_t n)>& work) {
  std::vector<std::size_t> counts(clients);
  const auto start = Clock::now();
  {
    std::vector<std::jthread> threads;
    for (std::size_t client = 0; client < clients; ++client) {
      threads.emplace_back([&, client] {
        while (counts[client] < most && seconds_since(start) < 2) work(client, counts[client]++);
      });
    }
  }
  std::size_t all = 0;
  for (const std::size_t count : counts) all += count;
  return static_cast<double>(all) / seconds_since(start);
}

class Served {
 public:
  Served()
      : tenants_([] { return sesame::bank::Millis{1'700'000'000'000}; }, io::system_random),
        api_(tenants_, gate(), how()) {
    api_.on_news([this](const std::string&) {
      const std::lock_guard lock(mutex_);
      ++news_;
      changed_.notify_all();
    });
  }
  ~Served() { api_.on_news({}); }

  json ask(const std::string& method, const std::string& path, const json& body, const json& session = {}) {
    sim::Request request;
    request.method = method;
    request.path = path;
    request.headers = {{"host", "127.0.0.1:8037"}};
    if (!session.is_null()) {
      request.headers["cookie"] = session["cookie"];
      request.headers["x-csrf-token"] = session["csrf"];
    }
    if (!body.is_null()) request.body = body.dump();
    sim::Response response = api_.begin(request);
    while (const auto wait = response.wait) {
      std::unique_lock lock(mutex_);
      const std::uint64_t seen = news_;
      lock.unlock();
      if (auto done = wait->ask(false)) {
        response = std::move(*done);
        break;
      }
      lock.lock();
      changed_.wait_until(lock, wait->again(), [&] { return news_ != seen; });
    }
    if (response.status / 100 != 2) {
      std::fprintf(stderr, "%s %s: %s\n", method.c_str(), path.c_str(), response.body.c_str());
      std::exit(1);
    }
    json answer = json::parse(response.body);
    for (const auto& [name, value] : response.headers) {
      if (name == "Set-Cookie") answer["cookie"] = value.substr(0, value.find(';'));
    }
    return answer;
  }

 private:
  static sim::Gate gate() { return {"127.0.0.1", 8037, std::nullopt}; }
  static SiteOptions how() {
    SiteOptions options;
    options.hashing = kHashing;
    return options;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t news_ = 0;
  Tenants tenants_;
  Api api_;
};

// A bank with one customer, who has a card and a confidential code; and a browser that has come there.
struct Customer {
  explicit Customer(Served& site_) : site(site_) {
    json user{{"number", "1"}, {"name", "Alice Exemple"}, {"user_code", "ALICE001"}, {"role", "main"}};
    user["confidential_code"] = {{"value", "tournesol7"}};
    user["card"] = {{"template", "sesame-card"}, {"pin", "1234"}};
    json subscription{{"client_id", "10002000"}};
    subscription["users"] = json::array({user});
    json seed;
    seed["subscriptions"] = json::array({subscription});
    const json made = site.ask("POST", "/v1/tenants", {{"seed", seed}});
    base = "/t/" + made["id"].get<std::string>();
    session = site.ask("GET", base + "/api/session", nullptr);
    maker = std::make_unique<issuer::test::CodeMaker>(made["customers"][0]["card"]["toml"].get<std::string>(),
                                                      issuer::test::kApplications[0]);
  }
  void make_codes(std::size_t count) {
    codes.clear();
    for (std::size_t i = 0; i < count; ++i) codes.push_back(maker->code({}));
    for (std::string& code : codes) code.insert(0, 8 - std::min<std::size_t>(8, code.size()), '0');
  }
  void log_in_by_code(std::size_t n) {
    site.ask("POST", base + "/api/login/code",
             {{"site", "coopanet"}, {"user_code", "ALICE001"}, {"code", codes[n]}}, session);
  }
  void log_in_by_confidential_code() {
    site.ask("POST", base + "/api/login/confidential",
             {{"client_id", "10002000"}, {"user_number", "1"}, {"confidential_code", "tournesol7"}}, session);
  }

  Served& site;
  std::string base;
  json session;
  std::unique_ptr<issuer::test::CodeMaker> maker;
  std::vector<std::string> codes;
};

}  // namespace

int main() {
  constexpr std::size_t kCodes = 500, kNoEnd = 1'000'000;
  Served site;
  std::vector<std::unique_ptr<Customer>> customers;
  for (std::size_t i = 0; i <= kClients; ++i) {
    customers.push_back(std::make_unique<Customer>(site));
    customers.back()->make_codes(kCodes);
  }
  const Rules rules;
  const auto scrypt = [&](std::size_t, std::size_t) {
    hash_secret("tournesol7", rules.scrypt_cost, io::system_random);
  };
  const auto print = [](const char* what, std::size_t clients, double rate) {
    std::printf("%-36s a second, %zu at once: %8.0f\n", what, clients, rate);
  };
  std::printf("scrypt: N = 2^%d; the site has %zu threads for it\n", int{rules.scrypt_cost}, kHashing);
  for (const std::size_t threads : {std::size_t{1}, kHashing}) {
    print("scrypt alone", threads, per_second(threads, kNoEnd, scrypt));
  }
  // Each code is good once: who logs in alone is none of the others.
  for (const std::size_t clients : {std::size_t{1}, kClients}) {
    const std::size_t first = clients == 1 ? 0 : 1;
    print("logins by confidential code", clients,
          per_second(clients, kNoEnd, [&](std::size_t client, std::size_t) {
            customers[first + client]->log_in_by_confidential_code();
          }));
    print("logins by code of the reader", clients,
          per_second(clients, kCodes, [&](std::size_t client, std::size_t n) {
            customers[first + client]->log_in_by_code(n);
          }));
  }
}
