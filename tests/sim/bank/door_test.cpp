// Who may ask, and what a browser is told beside the answer.
#include <thread>

#include "tests/sim/bank/site.hpp"

using namespace sesame;
using namespace sesame::bank;
using namespace sesame::bank::test;

TEST_CASE("what changes something needs the page's CSRF token, of this very session") {
  SiteUnderTest site;
  Browser alice = site.browser();
  const std::string csrf = std::exchange(alice.csrf, "");
  CHECK(alice.refused("POST", "/api/logout") == "403 bad_csrf_token");
  alice.csrf = site.browser().csrf;
  CHECK(alice.refused("POST", "/api/logout") == "403 bad_csrf_token");
  alice.csrf = csrf;
  alice.ok("POST", "/api/logout");
}

TEST_CASE("a token that was there before the login is worth nothing after it") {
  SiteUnderTest site;
  Browser attacker = site.browser(), victim = site.browser();
  victim.cookie = attacker.cookie;
  victim.arrive();
  victim.ok("POST", "/api/login/code", site.people[0].login("coopaccess", site.people[0].code()));
  CHECK(attacker.arrive()["level"] == "anonymous");
  CHECK(attacker.refused("GET", "/api/accounts") == "401 no_session");
}

TEST_CASE("the cookie of a session is for this site alone, and no script reads it") {
  for (const bool secure : {true, false}) {
    SiteOptions options;
    options.secure = options.strict_transport = secure;
    Served bank(options);
    const auto made =
        bank.send(request_of("POST", "/v1/tenants", {{"seed", seed()}, {"rules", {{"scrypt_cost", 4}}}}));
    const std::string id = json::parse(made.body)["id"];
    const auto response = bank.send(request_of("GET", "/t/" + id + "/api/session"));
    std::string cookie, transport;
    for (const auto& [name, value] : response.headers) {
      if (name == "Set-Cookie") cookie = value.substr(value.find(';'));
      if (name == "Strict-Transport-Security") transport = value;
    }
    CHECK(cookie == "; Path=/t/" + id + "/; HttpOnly; SameSite=Lax" + (secure ? "; Secure" : ""));
    CHECK(transport.empty() != secure);
  }
}

TEST_CASE("a page from elsewhere, and a name that is not this server's, get nothing") {
  SiteUnderTest site;
  auto request = request_of("GET", site.base() + "/api/session");
  request.headers["origin"] = "http://evil.example";
  CHECK(site.bank.send(request).status == 403);
  request = request_of("GET", site.base() + "/api/session");
  request.headers["host"] = "evil.example";
  CHECK(site.bank.send(request).status == 403);
}

TEST_CASE("where there is a token, tests need it, and pages do not") {
  Served bank({}, "desk-token");
  auto request = request_of("GET", "/v1/tenants");
  CHECK(bank.send(request).status == 401);
  request.headers["authorization"] = "Bearer desk-token";
  CHECK(bank.send(request).status == 200);
  CHECK(bank.send(request_of("GET", "/healthz")).status == 404);  // there is no bank of the process here
}

TEST_CASE("the outbox, which has everyone's codes, is not for strangers") {
  Served served({}, "desk-token");
  auto request = request_of("POST", "/v1/tenants", {{"seed", seed()}, {"rules", {{"scrypt_cost", 4}}}});
  request.headers["authorization"] = "Bearer desk-token";
  const std::string id = json::parse(served.send(request).body)["id"];
  request = request_of("GET", "/t/" + id + "/api/outbox");
  CHECK(served.send(request).status == 401);
  request.headers["authorization"] = "Bearer desk-token";
  CHECK(served.send(request).status == 200);
}

TEST_CASE("a bank of a test is thrown away in one call, and its neighbors stay as they are") {
  SiteUnderTest one;
  Browser alice = one.logged_in();
  const auto made =
      one.bank.send(request_of("POST", "/v1/tenants", {{"seed", seed()}, {"rules", {{"scrypt_cost", 4}}}}));
  const std::string other = json::parse(made.body)["id"];
  CHECK(one.bank.send(request_of("DELETE", "/v1/tenants/" + other)).status == 204);
  CHECK(one.bank.send(request_of("GET", "/t/" + other + "/api/session")).status == 404);
  alice.ok("GET", "/api/accounts");
  CHECK(one.bank.send(request_of("DELETE", "/v1/tenants/default")).status == 404);
}

TEST_CASE("a test waits for the next message, and gets it as it is sent") {
  SiteUnderTest site;
  std::thread later([&] {
    Browser alice = site.browser();
    alice.ok("POST", "/api/forgotten/identifier",
             {{"site", "coopanet"}, {"name", "Client 1"}, {"born", "1980-05-17"}});
  });
  CHECK(site.outbox("?after=0&wait_ms=60000").size() == 1);
  later.join();
  CHECK(site.outbox("?after=1").empty());
}

TEST_CASE("sixteen at once with one code: one of them is let in") {
  SiteUnderTest site;
  const json login = site.people[0].login("coopaccess", site.people[0].code());
  std::vector<Browser> browsers;
  for (int i = 0; i < 16; ++i) browsers.push_back(site.browser());
  std::atomic<int> in = 0;
  std::vector<std::thread> threads;
  for (Browser& one : browsers) {
    threads.emplace_back([&] { in += one.send("POST", "/api/login/code", login).status == 200 ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(in == 1);
}
