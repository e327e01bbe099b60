// A bank's API without sockets, a bank of a test in it, and a browser that goes there.
#pragma once

#include <catch2/catch.hpp>

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "sim/bank/api.hpp"
#include "sim/bank/assets.hpp"
#include "tests/host/issuer/code_maker.hpp"
#include "tests/sim/server/described.hpp"

namespace sesame::bank::test {

using nlohmann::json;

inline Random seeded_random(std::uint64_t seed = 7) {
  auto engine = std::make_shared<std::mt19937_64>(seed);
  auto mutex = std::make_shared<std::mutex>();
  return [engine, mutex](std::span<std::uint8_t> out) {
    const std::lock_guard lock(*mutex);
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>((*engine)());
  };
}

constexpr Millis kMorning = 1'700'000'000'000;

inline SiteOptions usual_options() {
  SiteOptions options;
  options.site_url = "https://127.0.0.1:8037";
  return options;
}

inline const json& description() {
  static const json document = json::parse(asset("openapi.json").value_or(""));
  return document;
}

// A response that may have to be waited for. Every one is checked against openapi.json, and so is every
// request that succeeds; what is not described is told at the end, since threads ask, too.
class Served {
 public:
  explicit Served(SiteOptions options = {}, std::optional<std::string> token = std::nullopt)
      : tenants_([] { return kMorning; }, seeded_random()),
        api_(tenants_, sim::Gate("127.0.0.1", 8037, std::move(token)), std::move(options),
             [this](const std::string& line) { troubles.push_back(line); }) {
    api_.on_news([this](const std::string&) {
      const std::lock_guard lock(mutex_);
      ++news_;
      changed_.notify_all();
    });
  }
  ~Served() {
    api_.on_news({});
    for (const std::string& mistake : mistakes_) FAIL_CHECK(mistake);
  }

  sim::Response send(const sim::Request& request) {
    sim::Response response = answer(request);
    check(request, response);
    return response;
  }
  Api& api() { return api_; }
  Tenants& tenants() { return tenants_; }
  std::vector<std::string> troubles;

 private:
  sim::Response answer(const sim::Request& request) {
    sim::Response response = api_.begin(request);
    while (const auto wait = response.wait) {
      std::unique_lock lock(mutex_);
      const std::uint64_t seen = news_;
      lock.unlock();
      if (auto done = wait->ask(false)) return std::move(*done);
      lock.lock();
      changed_.wait_until(lock, wait->again(), [&] { return news_ != seen; });
    }
    return response;
  }
  void check(const sim::Request& request, const sim::Response& response) {
    std::string path = request.path;
    if (path.starts_with("/t/")) path.erase(0, path.find('/', 3));
    if (path.empty()) return;  // leads to /t/ID/
    const std::lock_guard lock(checking_);
    std::string found =
        sim::undescribed(description(), request.method, path, response.status, response.type, response.body);
    if (found.empty() && response.status / 100 == 2) {
      found = sim::undescribed_request(description(), request.method, path, request.query, request.body);
    }
    if (!found.empty()) mistakes_.push_back(request.method + " " + path + ": " + found);
  }

  std::mutex checking_;
  std::vector<std::string> mistakes_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t news_ = 0;
  Tenants tenants_;
  Api api_;
};

inline sim::Request request_of(std::string method, std::string target, const json& body = nullptr) {
  sim::Request request;
  request.method = std::move(method);
  request.headers = {{"host", "127.0.0.1:8037"}};
  const std::size_t mark = target.find('?');
  if (mark != std::string::npos) {
    std::istringstream in(target.substr(mark + 1));
    for (std::string pair; std::getline(in, pair, '&');) {
      request.query[pair.substr(0, pair.find('='))] = pair.substr(pair.find('=') + 1);
    }
    target.resize(mark);
  }
  request.path = std::move(target);
  if (!body.is_null()) request.body = body.dump();
  return request;
}

// With a cookie and the page's CSRF token, as a browser has them.
class Browser {
 public:
  Browser(Served& bank, std::string base) : bank_(bank), base_(std::move(base)) {}

  sim::Response send(const std::string& method, const std::string& target, const json& body = nullptr) {
    sim::Request request = request_of(method, base_ + target, body);
    if (!cookie.empty()) request.headers["cookie"] = cookie;
    if (!csrf.empty()) request.headers["x-csrf-token"] = csrf;
    sim::Response response = bank_.send(request);
    for (const auto& [name, value] : response.headers) {
      if (name == "Set-Cookie") cookie = value.substr(0, value.find(';'));
    }
    const json answer = json::parse(response.body, nullptr, false);
    const json& session = answer.is_object() && answer.contains("session") ? answer["session"] : answer;
    if (session.is_object() && session.contains("csrf")) {
      csrf = session["csrf"];
      access = session["access"];
    }
    return response;
  }
  // What a request that succeeds is answered.
  json ok(const std::string& method, const std::string& target, const json& body = nullptr) {
    const sim::Response response = send(method, target, body);
    INFO(method << " " << target << "\n" << response.status << " " << response.body);
    REQUIRE(response.status / 100 == 2);
    return response.body.empty() ? json() : json::parse(response.body);
  }
  // "403 refused"; with what it says beside the code.
  std::string refused(const std::string& method, const std::string& target, const json& body = nullptr) {
    const sim::Response response = send(method, target, body);
    if (response.status < 400) return std::to_string(response.status);
    json error = json::parse(response.body);
    std::string all = std::to_string(response.status) + " " + error["code"].get<std::string>();
    for (const char* more : {"reason", "rule", "access"}) {
      if (error.contains(more)) all += " " + error[more].get<std::string>();
    }
    if (error.value("last_try", false)) all += " last try";
    return all;
  }
  json arrive() { return ok("GET", "/api/session"); }

  std::string cookie, csrf, access;

 private:
  Served& bank_;
  std::string base_;
};

// A customer with a card, and a reader that makes its codes.
class Customer {
 public:
  explicit Customer(const json& seeded)
      : json_(seeded), maker_(seeded["card"]["toml"].get<std::string>(), application(seeded)) {}

  json identifier(const char* site) const {
    if (std::string_view(site) == "coopanet") return {{"site", site}, {"user_code", json_["user_code"]}};
    return {{"site", site}, {"client_id", json_["client_id"]}, {"user_number", json_["user_number"]}};
  }
  json login(const char* site, const std::string& code) const {
    json body = identifier(site);
    body["code"] = code;
    return body;
  }
  std::string code() {
    std::string code = maker_.code({});  // the reader of these tests shows no zeros in front
    return code.insert(0, 8 - std::min<std::size_t>(8, code.size()), '0');
  }
  // What the page asks to be typed on the reader.
  std::string code(const json& operation) {
    issuer::Submission asked;
    const std::string method = operation["method"];
    const json& inputs = operation["inputs"];
    if (method == "respond") {
      asked.mode = issuer::Mode::respond;
      asked.challenge = inputs[0]["value"];
    } else if (method == "sign") {
      asked.mode = issuer::Mode::sign;
      asked.challenge = inputs[0]["value"];
      asked.amount = inputs[1]["value"];
    } else if (method == "tds") {
      asked.mode = issuer::Mode::tds;
      for (const json& input : inputs) asked.tds.push_back(input["value"]);
    }
    return maker_.code(asked);
  }

 private:
  static issuer::test::Application application(const json& seeded) {
    const std::string toml = seeded["card"]["toml"];
    const bool visa = toml.find("A0000000038002") != std::string::npos;
    return visa ? issuer::test::kApplications[1] : issuer::test::kApplications[0];
  }

  json json_;
  issuer::test::CodeMaker maker_;
};

inline json user(const std::string& number, const std::string& role, const std::string& template_) {
  json one{{"number", number},
           {"name", "Client " + number},
           {"role", role},
           {"born", "1980-05-17"},
           {"user_code", "CLIENT0" + number},
           {"mobile", "+3360000000" + number},
           {"email", "client" + number + "@example.org"},
           {"company", "471" + number},
           {"server_code", "A1B2C" + number},
           {"address", number + " rue de l’Exemple"},
           {"confidential_code", {{"value", "tournesol" + number}, {"must_change", false}}},
           {"password", {{"value", "Premier-Mot-" + number}, {"must_change", false}}}};
  if (!template_.empty()) one["card"] = {{"template", template_}, {"pin", "1234"}};
  return one;
}

inline json seed() {
  return {{"subscriptions",
           {{{"client_id", "10002000"},
             {"name", "Association Exemple"},
             {"accounts", {{{"label", "Compte courant"}, {"balance", "1000.00"}}}},
             {"users",
              {user("1", "main", "sesame-card"), user("2", "administrator", "bank-card"),
               user("3", "user", "")}}}}}};
}

// One bank of a test, with its customers.
class SiteUnderTest {
 public:
  explicit SiteUnderTest(const json& rules = json::object(), const json& customers = seed(),
                         SiteOptions options = usual_options())
      : bank(std::move(options)) {
    json all = rules;
    all["scrypt_cost"] = 4;  // what hashes cost is measured elsewhere
    const auto made = bank.send(
        request_of("POST", "/v1/tenants", {{"seed", customers}, {"rules", all}, {"now_ms", kMorning}}));
    INFO(made.body);
    REQUIRE(made.status == 201);
    tenant = json::parse(made.body);
    for (const json& one : tenant["customers"]) {
      if (!one["card"].is_null()) people.emplace_back(one);
    }
  }
  std::string base() const { return "/t/" + tenant["id"].get<std::string>(); }
  Browser browser() {
    Browser one(bank, base());
    one.arrive();
    return one;
  }
  void advance(Millis by) {
    REQUIRE(bank.send(request_of("POST", path("/clock"), {{"advance_ms", by}})).status == 200);
  }
  json outbox(const std::string& query = "") {
    return json::parse(bank.send(request_of("GET", path("/outbox") + query)).body)["messages"];
  }
  std::string path(const std::string& rest) const {
    return "/v1/tenants/" + tenant["id"].get<std::string>() + rest;
  }
  Browser logged_in(std::size_t person = 0) {
    Browser one = browser();
    one.ok("POST", "/api/login/code", people[person].login("coopaccess", people[person].code()));
    return one;
  }

  Served bank;
  json tenant;
  std::deque<Customer> people;
};

}  // namespace sesame::bank::test
