// A bank of a test, taken along and begun again.
#include "tests/sim/bank/site.hpp"

using namespace sesame;
using namespace sesame::bank;
using namespace sesame::bank::test;

TEST_CASE("a bank that is exported and imported goes on where it was, and accepts no old code") {
  SiteUnderTest site;
  const std::string used = site.people[0].code();
  Browser alice = site.browser();
  alice.ok("POST", "/api/login/code", site.people[0].login("coopaccess", used));
  const json operation = alice.ok("POST", "/api/operations",
                                  {{"kind", "instant_transfer"},
                                   {"account", 1},
                                   {"name", "Boulangerie"},
                                   {"iban", "FR1420041010050500013M02606"},
                                   {"amount", "12.34"}});
  alice.ok("POST", "/api/operations/" + operation["id"].get<std::string>(),
           {{"code", site.people[0].code(operation)}});
  const json state = json::parse(site.bank.send(request_of("GET", site.path("/state"))).body);
  CHECK(state.dump().find("csrf") == std::string::npos);

  const auto made = site.bank.send(
      request_of("POST", "/v1/tenants",
                 {{"state", state}, {"now_ms", state["now_ms"]}, {"rules", {{"scrypt_cost", 4}}}}));
  INFO(made.body);
  REQUIRE(made.status == 201);
  Browser again(site.bank, "/t/" + json::parse(made.body)["id"].get<std::string>());
  again.arrive();
  CHECK(again.refused("POST", "/api/login/code", site.people[0].login("coopaccess", used)) == "403 refused");
  again.ok("POST", "/api/login/code", site.people[0].login("coopaccess", site.people[0].code()));
  CHECK(again.ok("GET", "/api/accounts")["accounts"][0]["balance"] == "987.66");
  CHECK(again.ok("GET", "/api/history")["events"].size() == 4);
}

TEST_CASE("what is no state is refused, and leaves no bank behind") {
  SiteUnderTest site;
  json state = json::parse(site.bank.send(request_of("GET", site.path("/state"))).body);
  const auto attempt = [&](const json& bad) {
    return site.bank.send(request_of("POST", "/v1/tenants", {{"state", bad}})).status;
  };
  json bad = state;
  bad["tables"].erase("users");
  CHECK(attempt(bad) == 400);
  bad = state;
  bad["tables"]["users"][0]["name; DROP TABLE users"] = 1;
  CHECK(attempt(bad) == 400);
  bad = state;
  bad["tables"]["users"][0]["subscription"] = 99;
  CHECK(attempt(bad) == 400);
  bad = state;
  bad["cards"][0]["customer"] = "nobody/7";
  CHECK(attempt(bad) == 400);
  CHECK(attempt(json::array()) == 400);
  CHECK(json::parse(site.bank.send(request_of("GET", "/v1/tenants")).body)["tenants"].size() == 1);
}
