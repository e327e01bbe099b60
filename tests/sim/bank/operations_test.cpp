// What needs an authentication of its own.
#include "tests/sim/bank/site.hpp"

using namespace sesame;
using namespace sesame::bank;
using namespace sesame::bank::test;

namespace {

const std::string kPayee = "FR1420041010050500013M02606";

json transfer_of(const std::string& amount) {
  return {{"kind", "instant_transfer"}, {"account", 1},   {"name", "Boulangerie"}, {"iban", kPayee},
          {"amount", amount},           {"label", "Pain"}};
}
std::string path_of(const json& operation) { return "/api/operations/" + operation["id"].get<std::string>(); }
std::string balance(Browser& browser) { return browser.ok("GET", "/api/accounts")["accounts"][0]["balance"]; }

json with_signing_card() {
  json customers = seed();
  std::string toml = issuer::test::card_text("sesame-card", "iaf = \"00\"", "iaf = \"80\"");
  customers["subscriptions"][0]["users"][0]["card"] = {{"toml", toml}};
  return customers;
}

}  // namespace

TEST_CASE("an instant transfer is signed with its payee and its amount, and done once") {
  SiteUnderTest site;
  Browser alice = site.logged_in();
  const json operation = alice.ok("POST", "/api/operations", transfer_of("12.34"));
  CHECK(operation["method"] == "tds");
  REQUIRE(operation["inputs"].size() == 3);
  CHECK(operation["inputs"][0]["field"] == "reference");
  CHECK(operation["inputs"][1] == json{{"field", "payee"}, {"value", "0001302606"}});
  CHECK(operation["inputs"][2] == json{{"field", "amount"}, {"value", "1234"}});
  const std::string code = site.people[0].code(operation);
  alice.ok("POST", path_of(operation), {{"code", code}});
  CHECK(balance(alice) == "987.66");
  CHECK(alice.refused("POST", path_of(operation), {{"code", code}}) == "409 over");
  CHECK(balance(alice) == "987.66");
  const json moved = alice.ok("GET", "/api/accounts/1/transactions")["transactions"];
  REQUIRE(moved.size() == 1);
  CHECK(moved[0]["amount"] == "-12.34");
}

TEST_CASE(
    "where the card takes an amount, it signs: a challenge with the payee's last digits, and the amount") {
  SiteUnderTest site({}, with_signing_card());
  Browser alice = site.logged_in();
  const json operation = alice.ok("POST", "/api/operations", transfer_of("12.34"));
  CHECK(operation["method"] == "sign");
  REQUIRE(operation["inputs"].size() == 2);
  const std::string challenge = operation["inputs"][0]["value"];
  CHECK(challenge.size() == 8);
  CHECK(challenge.substr(4) == "2606");
  alice.ok("POST", path_of(operation), {{"code", site.people[0].code(operation)}});
  CHECK(balance(alice) == "987.66");
}

TEST_CASE("a code for another amount, another payee, or for a login, signs nothing") {
  for (const json& customers : {seed(), with_signing_card()}) {
    SiteUnderTest site({}, customers);
    Browser alice = site.logged_in();
    json other = transfer_of("12.34");
    other["iban"] = "FR7630006000011234567890189";
    // Each ends its operation, and one more would be the card's last try.
    const json first = alice.ok("POST", "/api/operations", transfer_of("12.34"));
    json wrong = first;
    wrong["inputs"][wrong["inputs"].size() - 1]["value"] = "9934";
    CHECK(alice.refused("POST", path_of(first), {{"code", site.people[0].code(wrong)}}) == "403 refused");
    CHECK(alice.refused("POST", path_of(first), {{"code", site.people[0].code(first)}}) == "409 over");
    const json second = alice.ok("POST", "/api/operations", other);
    const json third = alice.ok("POST", "/api/operations", transfer_of("12.34"));
    CHECK(alice.refused("POST", path_of(second), {{"code", site.people[0].code(second)}}) == "409 over");
    CHECK(alice.refused("POST", path_of(third), {{"code", site.people[0].code()}}) == "403 refused last try");
    CHECK(balance(alice) == "1000.00");
  }
}

TEST_CASE("an operation waits five minutes for its code, in a session that goes on") {
  SiteUnderTest site;
  Browser alice = site.logged_in();
  const json operation = alice.ok("POST", "/api/operations", transfer_of("12.34"));
  site.advance(3 * kMinute);
  alice.ok("GET", "/api/accounts");
  site.advance(2 * kMinute);
  CHECK(alice.refused("POST", path_of(operation), {{"code", site.people[0].code(operation)}}) == "409 over");
  CHECK(balance(alice) == "1000.00");
}

TEST_CASE("an operation is of the session that began it") {
  SiteUnderTest site;
  Browser alice = site.logged_in(), again = site.logged_in();
  const json operation = alice.ok("POST", "/api/operations", transfer_of("12.34"));
  CHECK(again.refused("POST", path_of(operation), {{"code", site.people[0].code(operation)}}) == "409 over");
}

TEST_CASE("a session that a confidential code opened signs with the reader too") {
  SiteUnderTest site;
  site.logged_in();
  Browser alice = site.browser();
  alice.ok("POST", "/api/login/confidential",
           {{"client_id", "10002000"}, {"user_number", "1"}, {"confidential_code", "tournesol1"}});
  CHECK(alice.access == "limited");
  const json operation = alice.ok("POST", "/api/operations", transfer_of("1.00"));
  alice.ok("POST", path_of(operation), {{"code", site.people[0].code(operation)}});
  CHECK(balance(alice) == "999.00");
  CHECK(alice.arrive()["access"] == "limited");
}

TEST_CASE("more than there is on the account is not transferred") {
  SiteUnderTest site;
  Browser alice = site.logged_in();
  CHECK(alice.refused("POST", "/api/operations", transfer_of("1000.01")) == "422 not_possible funds");
  json nothing = transfer_of("0.00");
  CHECK(alice.refused("POST", "/api/operations", nothing).substr(0, 3) == "400");
  json bad = transfer_of("1.00");
  bad["iban"] = "FR1420041010050500013M02607";
  CHECK(alice.refused("POST", "/api/operations", bad).substr(0, 3) == "400");
}

TEST_CASE("a batch is entered by one, and signed by another with its total and its payees") {
  SiteUnderTest site;
  Browser bruno = site.logged_in(1);
  const json entered =
      bruno.ok("POST", "/api/batches",
               {{"account", 1},
                {"label", "Salaires"},
                {"orders",
                 {{{"name", "Un"}, {"iban", kPayee}, {"amount", "100.00"}},
                  {{"name", "Deux"}, {"iban", "FR7630006000011234567890189"}, {"amount", "50.50"}}}}});
  // An administrator enters, and does not sign.
  CHECK(bruno.refused("POST", "/api/operations", {{"kind", "batch"}, {"id", entered["id"]}}) ==
        "403 not_yours");
  Browser alice = site.logged_in();
  const json operation = alice.ok("POST", "/api/operations", {{"kind", "batch"}, {"id", entered["id"]}});
  REQUIRE(operation["inputs"].size() == 4);
  CHECK(operation["inputs"][1]["field"] == "control");
  CHECK(operation["inputs"][2] == json{{"field", "total"}, {"value", "15050"}});
  CHECK(operation["inputs"][3] == json{{"field", "count"}, {"value", "2"}});
  alice.ok("POST", path_of(operation), {{"code", site.people[0].code(operation)}});
  CHECK(balance(alice) == "849.50");
  const json batch = alice.ok("GET", "/api/orders")["batches"][0];
  CHECK(batch["state"] == "signed");
  CHECK(batch["entered_by"] == "Client 2");
  CHECK(batch["signed_by"] == "Client 1");
  CHECK(alice.refused("POST", "/api/operations", {{"kind", "batch"}, {"id", entered["id"]}}) ==
        "422 not_possible signed");
  CHECK(alice.refused("DELETE", "/api/batches/1") == "404 unknown");
}

TEST_CASE("entitlements, payees and cheque books are asked for with a code of the reader") {
  SiteUnderTest site;
  Browser alice = site.logged_in();
  const auto done = [&](const json& wish) {
    const json operation = alice.ok("POST", "/api/operations", wish);
    CHECK(operation["method"] == "identify");
    alice.ok("POST", path_of(operation), {{"code", site.people[0].code(operation)}});
  };
  done({{"kind", "beneficiary"}, {"name", "Boulangerie"}, {"iban", kPayee}});
  CHECK(alice.ok("GET", "/api/beneficiaries")["beneficiaries"][0]["iban"] == kPayee);
  CHECK(alice.refused("POST", "/api/operations",
                      {{"kind", "beneficiary"}, {"name", "Boulangerie"}, {"iban", kPayee}}) ==
        "422 not_possible there_already");
  done({{"kind", "beneficiary_removal"}, {"id", 1}});
  done({{"kind", "cheque_book"}, {"account", 1}, {"count", 2}});
  done({{"kind", "entitlements"}, {"user_number", "2"}, {"entitlements", {"view", "sign_orders"}}});
  CHECK(alice.ok("GET", "/api/users")["users"][1]["entitlements"] == json{"view", "sign_orders"});
  CHECK(alice.refused("POST", "/api/operations",
                      {{"kind", "entitlements"}, {"user_number", "1"}, {"entitlements", json::array()}}) ==
        "403 not_yours");
}

TEST_CASE("a setting asks for the response to a challenge instead, which is never zero") {
  SiteUnderTest site(json{{"challenge_for_functions", true}});
  Browser alice = site.logged_in();
  const json operation =
      alice.ok("POST", "/api/operations", {{"kind", "cheque_book"}, {"account", 1}, {"count", 1}});
  CHECK(operation["method"] == "respond");
  CHECK(operation["inputs"][0]["value"] != "00000000");
  alice.ok("POST", path_of(operation), {{"code", site.people[0].code(operation)}});
}

TEST_CASE("contact and bank details change with a single-use code that comes to the mobile") {
  SiteUnderTest site;
  Browser alice = site.browser();
  alice.ok("POST", "/api/login/password", {{"email", "client1@example.org"}, {"password", "Premier-Mot-1"}});
  const json operation =
      alice.ok("POST", "/api/operations", {{"kind", "contact"}, {"mobile", "+33 6 99 99 99 99"}});
  CHECK(operation["method"] == "sms");
  const json sent = site.outbox("?kind=sms");
  REQUIRE(sent.size() == 1);
  CHECK(sent[0]["to"] == "+33600000001");
  alice.ok("POST", path_of(operation), {{"code", sent[0]["values"]["code"]}});
  CHECK(alice.arrive()["user"]["mobile"] == "+33 ••••• 99");
  CHECK(site.outbox("?kind=sms").size() == 2);  // and the old number learns of it
  for (int i = 0; i < 2; ++i) {
    const json wrong = alice.ok("POST", "/api/operations", {{"kind", "contact"}, {"email", "a@example.org"}});
    CHECK(alice.refused("POST", path_of(wrong), {{"code", "not it"}}) ==
          (i == 0 ? "403 refused" : "403 refused last try"));
  }
}

TEST_CASE("every sensitive step is in the history that its customer reads, and no code is in it") {
  SiteUnderTest site;
  Browser alice = site.logged_in();
  const json operation = alice.ok("POST", "/api/operations", transfer_of("12.34"));
  const std::string code = site.people[0].code(operation);
  alice.ok("POST", path_of(operation), {{"code", code}});
  const json events = alice.ok("GET", "/api/history")["events"];
  std::vector<std::string> names;
  for (const json& event : events) names.push_back(event["event"]);
  CHECK(names == std::vector<std::string>{"instant_transfer", "login"});
  CHECK(events[0]["detail"]["amount"] == "12.34");
  CHECK(events.dump().find(code) == std::string::npos);
}
