// openapi.json and the API say the same; what each request and each response is, site.hpp checks in all
// tests.
#include <set>

#include "tests/sim/bank/site.hpp"

using namespace sesame;
using namespace sesame::bank;
using namespace sesame::bank::test;

namespace {

// With the bank of the test, and something for what else the pattern asks.
std::string path_of(const Api::Route& route, const SiteUnderTest& site) {
  std::string path(route.pattern);
  const bool of_tests = path.starts_with("/v1/");
  for (std::size_t at = 0; (at = path.find('{')) != std::string::npos;) {
    path.replace(at, path.find('}') - at + 1, of_tests ? site.tenant["id"].get<std::string>() : "1");
  }
  return of_tests || route.door == Api::Door::tests ? path : site.base() + path;
}

}  // namespace

TEST_CASE("every route of the bank is described, with who may use it, and everything described has a route") {
  const auto tag = [](Api::Door door) {
    return door == Api::Door::open ? "site" : door == Api::Door::page ? "pages" : "tests";
  };
  std::set<std::string> routes, described, ids;
  for (const Api::Route& route : Api::routes()) {
    std::string method(route.method);
    for (char& character : method) character = static_cast<char>(character + 32);
    routes.insert(method + " " + std::string(route.pattern) + " " + std::string(route.operation) + " " +
                  tag(route.door));
  }
  for (const auto& [path, methods] : description()["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      INFO(method << " " << path);
      const std::string id = operation["operationId"], who = operation["tags"][0];
      CHECK(ids.insert(id).second);
      described.insert(method + " " + path + " " + id + " " + who);
      const bool changes = method != "get";
      const json security = operation["security"];
      if (who == "tests") CHECK(security[0].contains("token"));
      if (who == "pages") {
        CHECK(security[security.size() - 1].contains("session"));
        CHECK(security[0].contains("csrf") == changes);
      }
    }
  }
  CHECK(routes == described);
}

TEST_CASE("without what the description asks of it, a request does nothing") {
  SiteUnderTest site;
  for (const Api::Route& route : Api::routes()) {
    INFO(route.operation);
    if (route.door != Api::Door::page) continue;
    const bool changes = route.method != "GET";
    const int expected = changes ? 403 : route.operation == "getSession" ? 200 : 401;
    CHECK(site.bank.send(request_of(std::string(route.method), path_of(route, site))).status == expected);
  }
  Served bank({}, "desk-token");
  for (const Api::Route& route : Api::routes()) {
    if (route.door != Api::Door::tests) continue;
    INFO(route.operation);
    CHECK(bank.send(request_of(std::string(route.method), path_of(route, site))).status == 401);
  }
}

TEST_CASE("a body that is no JSON, or has a field that there is not, is refused everywhere") {
  SiteUnderTest site;
  Browser alice = site.logged_in();
  for (const Api::Route& route : Api::routes()) {
    const bool has_body = route.method == "POST" || route.door == Api::Door::page;
    if (route.method == "GET" || route.door == Api::Door::open || !has_body) continue;
    INFO(route.operation);
    for (const char* body : {"{", "[]", R"({"nonsense":1})"}) {
      sim::Request request = request_of(std::string(route.method), path_of(route, site));
      request.headers["cookie"] = alice.cookie;
      request.headers["x-csrf-token"] = alice.csrf;
      request.body = body;
      CHECK(site.bank.send(request).status == 400);
    }
  }
}
