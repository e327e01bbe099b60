// The workers of a test run: each has a bank of its own, in one process.
#include <thread>

#include "tests/sim/bank/site.hpp"

using namespace sesame;
using namespace sesame::bank;
using namespace sesame::bank::test;

namespace {

constexpr int kWorkers = 16, kLogins = 63;

// In a thread: what is not as it should be is said, not checked. All banks have customers of the same names.
std::string work(Served& bank, int worker) {
  const bank::Millis morning = kMorning + worker * kDay, step = (worker + 1) * kSecond;
  const auto ask = [&](const char* method, const std::string& target, const json& body = nullptr) {
    const sim::Response response = bank.send(request_of(method, target, body));
    if (response.status / 100 != 2) throw std::runtime_error(target + " " + response.body);
    return response.body.empty() ? json() : json::parse(response.body);
  };
  const json tenant =
      ask("POST", "/v1/tenants", {{"seed", seed()}, {"rules", {{"scrypt_cost", 4}}}, {"now_ms", morning}});
  const std::string id = tenant["id"], path = "/v1/tenants/" + id;
  Customer alice(tenant["customers"][0]);
  json before = nullptr;
  for (int i = 0; i < kLogins; ++i) {
    Browser browser(bank, "/t/" + id);
    browser.send("GET", "/api/session");
    const auto answer = browser.send("POST", "/api/login/code", alice.login("coopaccess", alice.code()));
    if (answer.status != 200) return "a code is refused: " + answer.body;
    const json session = json::parse(answer.body);
    if (session["now_ms"] != morning + i * step) return "the clock is another's: " + session.dump();
    if (session["user"]["last_login_ms"] != before) return "the last login is another's: " + session.dump();
    before = session["now_ms"];
    if (i % 8 == 0) {
      const json accounts = json::parse(browser.send("GET", "/api/accounts").body);
      if (accounts["accounts"].size() != 1) return "the accounts are another's: " + accounts.dump();
    }
    ask("POST", path + "/clock", {{"advance_ms", step}});
  }
  Browser forgetful(bank, "/t/" + id);
  forgetful.send("GET", "/api/session");
  forgetful.send("POST", "/api/forgotten/identifier",
                 {{"site", "coopanet"}, {"name", "Client 1"}, {"born", "1980-05-17"}});
  const json messages = ask("GET", path + "/outbox")["messages"];
  if (messages.size() != 1 || messages[0]["at_ms"] != morning + kLogins * step) {
    return "the outbox is another's: " + messages.dump();
  }
  const json rows = ask("GET", path + "/audit")["rows"];
  const auto logins =
      std::count_if(rows.begin(), rows.end(), [](auto& row) { return row["event"] == "login"; });
  if (logins != kLogins || rows.size() != kLogins + 1) return "the audit is another's: " + rows.dump();
  // Some are thrown away while the others go on.
  if (worker % 2 == 1) ask("DELETE", path);
  return "";
}

}  // namespace

TEST_CASE("sixteen workers with a bank each log in a thousand times in all, and none disturbs another") {
  Served bank;
  std::vector<std::string> said(kWorkers);
  {
    std::vector<std::jthread> workers;
    for (int worker = 0; worker < kWorkers; ++worker) {
      workers.emplace_back([&, worker] {
        std::string& mistake = said[static_cast<std::size_t>(worker)];
        try {
          mistake = work(bank, worker);
        } catch (const std::exception& error) {
          mistake = error.what();
        }
      });
    }
  }
  for (const std::string& mistake : said) CHECK(mistake == "");
  const json left = json::parse(bank.send(request_of("GET", "/v1/tenants")).body)["tenants"];
  CHECK(left.size() == kWorkers / 2);
  CHECK(bank.troubles.empty());
}
