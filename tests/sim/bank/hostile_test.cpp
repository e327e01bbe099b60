// A bounded run of what an attacker sends: each is refused, nothing is thrown, and nothing leaks.
#include "tests/sim/bank/site.hpp"

using namespace sesame;
using namespace sesame::bank;
using namespace sesame::bank::test;

namespace {

const std::vector<std::string> kTexts{
    "' OR '1'='1",
    "1; DROP TABLE users;--",
    "\" union select hash from secrets --",
    "<script>alert(1)</script>",
    "{{7*7}}${7*7}",
    "../../../../etc/passwd",
    "..%2f..%2f",
    std::string("nul\0byte", 8),
    "\xC3\x28",
    "\xE2\x80\xAE",
    "%n%n%n%s",
    "10002000/1",
    std::string(127, 'A'),
    std::string(100'000, 'A'),
    "",
    " ",
    "0",
    "-1",
    "18446744073709551616",
};

// What no answer may have in it: keys, hashes and codes of the bank's own.
bool leaks(const std::string& body) {
  for (const char* secret : {"SELECT", "sqlite", ".cpp", "sim/bank", "std::", "sesame::", "tournesol"}) {
    if (body.find(secret) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("whatever is typed where something is asked for, it is refused, and nothing leaks") {
  SiteUnderTest site;
  const std::vector<std::pair<std::string, json>> bodies{
      {"/api/login/code", {{"site", "coopanet"}, {"user_code", "CLIENT01"}, {"code", "12345678"}}},
      {"/api/login/code", {{"site", "coopaccess"}, {"client_id", "1"}, {"user_number", "1"}, {"code", "1"}}},
      {"/api/login/confidential", {{"client_id", "1"}, {"user_number", "1"}, {"confidential_code", "wrong"}}},
      {"/api/login/password", {{"email", "a@b.c"}, {"password", "wrong-password"}}},
      {"/api/login/certificate", {{"client_id", "1"}, {"user_number", "1"}}},
      {"/api/forgotten/identifier", {{"name", "A"}, {"born", "1980-01-01"}}},
      {"/api/forgotten/secret", {{"site", "coopanet"}, {"user_code", "CLIENT01"}, {"method", "code"}}},
      {"/api/reactivation", {{"site", "coopanet"}, {"user_code", "CLIENT01"}, {"letter_code", "1"}}},
  };
  for (const auto& [path, body] : bodies) {
    for (const auto& [field, value] : body.items()) {
      for (const std::string& text : kTexts) {
        json bad = body;
        bad[field] = text;
        Browser one = site.browser();
        sim::Request request = request_of("POST", site.base() + path);
        request.headers["cookie"] = one.cookie;
        request.headers["x-csrf-token"] = one.csrf;
        request.body = bad.dump(-1, ' ', false, json::error_handler_t::ignore);
        const sim::Response response = site.bank.send(request);
        INFO(path << " " << field << " " << text.substr(0, 40) << ": " << response.status << " "
                  << response.body);
        CHECK(response.status != 500);
        CHECK(response.status != 200);
        CHECK_FALSE(leaks(response.body));
      }
      for (const json& other : {json(nullptr), json(7), json(true), json::array(), json::object()}) {
        json bad = body;
        bad[field] = other;
        Browser one = site.browser();
        CHECK(one.refused("POST", path, bad).substr(0, 1) == "4");
      }
    }
    json more = body;
    more["admin"] = true;
    Browser one = site.browser();
    CHECK(one.refused("POST", path, more).substr(0, 3) == "400");
    CHECK(one.refused("POST", path, json::array()).substr(0, 3) == "400");
  }
  // It was not lost on the way: who is a customer still is.
  SiteUnderTest fresh;
  fresh.logged_in();
  CHECK(site.bank.troubles.empty());
}

TEST_CASE("paths that lead elsewhere, and methods that are none, are not followed") {
  SiteUnderTest site;
  for (const char* path :
       {"/assets/../../etc/passwd", "/assets/..", "/assets/%2e%2e", "/api/../v1/tenants",
        "/api/accounts/../users", "//evil.example/", "/t/", "/t/../v1/tenants", "/v1/tenants", "/reader/x"}) {
    const auto response = site.bank.send(request_of("GET", site.base() + path));
    INFO(path << " " << response.status << " " << response.body);
    CHECK((response.status == 404 || response.status == 403));
  }
  for (const char* method : {"PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "FOO"}) {
    CHECK(site.bank.send(request_of(method, site.base() + "/api/session")).status == 405);
  }
}

TEST_CASE("what belongs to another customer is not there") {
  json customers = seed();
  customers["subscriptions"].push_back(
      {{"client_id", "20003000"}, {"accounts", {{{"balance", "5.00"}}}}, {"users", {user("4", "main", "")}}});
  SiteUnderTest site(json::object(), customers);
  Browser alice = site.logged_in();
  CHECK(alice.ok("GET", "/api/accounts")["accounts"].size() == 1);
  CHECK(alice.refused("GET", "/api/accounts/2/transactions") == "404 unknown");
  CHECK(alice.refused("POST", "/api/operations", {{"kind", "cheque_book"}, {"account", 2}, {"count", 1}}) ==
        "404 unknown");
  CHECK(alice.refused("POST", "/api/users/4/confidential-code") == "404 unknown");
  CHECK(alice.refused("POST", "/api/operations",
                      {{"kind", "entitlements"}, {"user_number", "4"}, {"entitlements", json::array()}}) ==
        "404 unknown");
}

TEST_CASE("each answer has the headers that browsers heed") {
  SiteUnderTest site;
  for (const char* path : {"/", "/outbox", "/api/session", "/api/accounts", "/assets/app.js", "/nowhere"}) {
    const auto response = site.bank.send(request_of("GET", site.base() + path));
    std::map<std::string, std::string> headers(response.headers.begin(), response.headers.end());
    INFO(path);
    CHECK(headers["Content-Security-Policy"].find("default-src 'none'") == 0);
    CHECK(headers["Content-Security-Policy"].find("frame-ancestors 'none'") != std::string::npos);
    CHECK(headers["Content-Security-Policy"].find("unsafe") == std::string::npos);
    CHECK(headers["X-Content-Type-Options"] == "nosniff");
    CHECK(headers["X-Frame-Options"] == "DENY");
    CHECK(headers["Referrer-Policy"] == "no-referrer");
    CHECK(headers["Cache-Control"] == "no-store");
    CHECK(headers["Cross-Origin-Opener-Policy"] == "same-origin");
    CHECK(headers["Cross-Origin-Resource-Policy"] == "same-origin");
    CHECK(headers["Permissions-Policy"].find("camera=()") == 0);
    CHECK(headers.count("Server") == 0);
  }
}
