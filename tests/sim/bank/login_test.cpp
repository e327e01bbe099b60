// Logging in by a code of the reader, and by secrets: the documents' rules, through the API.
#include "tests/sim/bank/site.hpp"

using namespace sesame;
using namespace sesame::bank;
using namespace sesame::bank::test;

TEST_CASE("a code of the reader opens Coop@net and Coop@ccess, as 00000000 or 0000 0000, once") {
  SiteUnderTest site;
  for (const char* where : {"coopanet", "coopaccess"}) {
    Browser alice = site.browser();
    const std::string before = alice.cookie;
    const std::string code = site.people[0].code();
    REQUIRE(code.size() == 8);
    const std::string typed =
        std::string_view(where) == "coopanet" ? code.substr(0, 4) + " " + code.substr(4) : code;
    const json session = alice.ok("POST", "/api/login/code", site.people[0].login(where, typed));
    CHECK(session["level"] == "strong");
    CHECK(session["access"] == "full");
    CHECK(session["site"] == where);
    CHECK(session["user"]["name"] == "Client 1");
    CHECK(alice.cookie != before);
    Browser again = site.browser();
    CHECK(again.refused("POST", "/api/login/code", site.people[0].login(where, code)) == "403 refused");
    CHECK(again.ok("GET", "/api/session")["level"] == "anonymous");
  }
}

TEST_CASE("three failures disable, with a warning before; it is the same where there is no such customer") {
  SiteUnderTest site;
  for (const json& body :
       {json{{"site", "coopanet"}, {"user_code", "CLIENT01"}, {"code", "12345678"}},
        json{{"site", "coopanet"}, {"user_code", "NOBODY99"}, {"code", "12345678"}},
        json{{"site", "coopaccess"}, {"client_id", "99"}, {"user_number", "1"}, {"code", "12345678"}}}) {
    Browser one = site.browser();
    CHECK(one.refused("POST", "/api/login/code", body) == "403 refused");
    CHECK(one.refused("POST", "/api/login/code", body) == "403 refused last try");
    CHECK(one.refused("POST", "/api/login/code", body) == "403 disabled");
    CHECK(one.refused("POST", "/api/login/code", body) == "403 disabled");
  }
  for (const json& body :
       {json{{"client_id", "10002000"}, {"user_number", "1"}, {"confidential_code", "wrong-1"}},
        json{{"client_id", "10002000"}, {"user_number", "8"}, {"confidential_code", "wrong-1"}}}) {
    Browser one = site.browser();
    CHECK(one.refused("POST", "/api/login/confidential", body) == "403 refused");
    CHECK(one.refused("POST", "/api/login/confidential", body) == "403 refused last try");
    CHECK(one.refused("POST", "/api/login/confidential", body) == "403 disabled");
  }
}

TEST_CASE("a disabled means leaves the others open: a stranger keeps nobody out") {
  SiteUnderTest site;
  Browser stranger = site.browser();
  const json wrong{{"client_id", "10002000"}, {"user_number", "1"}, {"confidential_code", "a guess"}};
  for (int i = 0; i < 5; ++i) stranger.refused("POST", "/api/login/confidential", wrong);
  json right = wrong;
  right["confidential_code"] = "tournesol1";
  CHECK(stranger.refused("POST", "/api/login/confidential", right) == "403 disabled");
  CHECK(site.logged_in().access == "full");
}

TEST_CASE("a disabled reader's access is opened again by the code of a letter, and the card with it") {
  SiteUnderTest site;
  Browser alice = site.browser();
  const json wrong{{"site", "coopanet"}, {"user_code", "CLIENT01"}, {"code", "12345678"}};
  for (int i = 0; i < 3; ++i) alice.refused("POST", "/api/login/code", wrong);
  json ask{{"site", "coopanet"}, {"user_code", "CLIENT01"}, {"method", "code"}};
  alice.ok("POST", "/api/forgotten/secret", ask);
  alice.ok("POST", "/api/forgotten/secret", ask);  // no second letter on the same day
  ask["user_code"] = "NOBODY99";
  alice.ok("POST", "/api/forgotten/secret", ask);
  const json letters = site.outbox("?kind=post");
  REQUIRE(letters.size() == 1);
  const std::string code = letters[0]["values"]["code"];
  json open{{"site", "coopanet"}, {"user_code", "CLIENT01"}, {"letter_code", "00000000"}};
  CHECK(alice.refused("POST", "/api/reactivation", open) == "403 refused");
  open["letter_code"] = code;
  alice.ok("POST", "/api/reactivation", open);
  CHECK(alice.refused("POST", "/api/reactivation", open) == "403 refused");  // once
  alice.ok("POST", "/api/login/code", site.people[0].login("coopanet", site.people[0].code()));
}

TEST_CASE("a letter's code is good for thirty days") {
  SiteUnderTest site;
  Browser alice = site.browser();
  alice.ok("POST", "/api/forgotten/secret",
           {{"site", "coopanet"}, {"user_code", "CLIENT01"}, {"method", "code"}});
  site.advance(30 * kDay);
  const json open{
      {"site", "coopanet"}, {"user_code", "CLIENT01"}, {"letter_code", site.outbox()[0]["values"]["code"]}};
  CHECK(alice.refused("POST", "/api/reactivation", open) == "403 refused");
}

TEST_CASE("the first access, and one every ninety days, is a strong authentication") {
  SiteUnderTest site;
  const json login{{"client_id", "10002000"}, {"user_number", "1"}, {"confidential_code", "tournesol1"}};
  Browser alice = site.browser();
  json session = alice.ok("POST", "/api/login/confidential", login);
  CHECK(session["level"] == "simple");
  CHECK(session["access"] == "must_prove");
  CHECK(alice.refused("GET", "/api/accounts") == "403 not_now must_prove");
  CHECK(alice.refused("POST", "/api/secret", {{"new", "marguerite"}}) == "403 not_now must_prove");

  const json operation = alice.ok("POST", "/api/operations", {{"kind", "strong"}});
  CHECK(operation["method"] == "identify");
  const std::string cookie = alice.cookie;
  const json done = alice.ok("POST", "/api/operations/" + operation["id"].get<std::string>(),
                             {{"code", site.people[0].code()}});
  CHECK(done["session"]["level"] == "strong");
  CHECK(alice.cookie != cookie);
  alice.ok("GET", "/api/accounts");

  site.advance(90 * kDay - 1);
  Browser later = site.browser();
  CHECK(later.ok("POST", "/api/login/confidential", login)["access"] == "limited");
  site.advance(1);
  Browser too_late = site.browser();
  CHECK(too_late.ok("POST", "/api/login/confidential", login)["access"] == "must_prove");
}

TEST_CASE("between two strong authentications a simple one shows balances and ninety days of history") {
  SiteUnderTest site;
  site.logged_in();
  site.advance(10 * kDay);
  Browser alice = site.browser();
  alice.ok("POST", "/api/login/confidential",
           {{"client_id", "10002000"}, {"user_number", "1"}, {"confidential_code", "tournesol1"}});
  CHECK(alice.access == "limited");
  CHECK(alice.ok("GET", "/api/accounts")["accounts"].size() == 1);
  alice.ok("GET", "/api/accounts/1/transactions?days=90");
  CHECK(alice.refused("GET", "/api/accounts/1/transactions?days=91") == "403 not_now limited");
  CHECK(alice.refused("GET", "/api/beneficiaries") == "403 not_now limited");
  CHECK(alice.refused("GET", "/api/users") == "403 not_now limited");
  alice.ok("GET", "/api/history");
}

TEST_CASE("a session ends after five minutes without activity, and with the log-off button") {
  SiteUnderTest site;
  Browser alice = site.logged_in();
  site.advance(5 * kMinute - 1);
  alice.ok("GET", "/api/accounts");
  site.advance(5 * kMinute - 1);
  alice.ok("GET", "/api/accounts");
  site.advance(5 * kMinute);
  CHECK(alice.refused("GET", "/api/accounts") == "401 no_session");

  Browser bruno = site.logged_in(1);
  bruno.ok("POST", "/api/logout");
  CHECK(bruno.refused("GET", "/api/accounts") == "401 no_session");
}

TEST_CASE("the session shows when and how the last login was") {
  SiteUnderTest site;
  site.logged_in();
  site.advance(kDay);
  Browser alice = site.logged_in();
  const json session = alice.arrive();
  CHECK(session["user"]["last_login_ms"] == kMorning);
  CHECK(session["user"]["last_login_method"] == "code");
}

TEST_CASE("the savings site takes an e-mail address, or a company number and a server code, and a password") {
  SiteUnderTest site;
  Browser alice = site.browser();
  CHECK(alice.ok("POST", "/api/login/password",
                 {{"email", "client1@example.org"}, {"password", "Premier-Mot-1"}})["access"] == "full");
  Browser by_company = site.browser();
  CHECK(by_company.ok(
            "POST", "/api/login/password",
            {{"company", "4711"}, {"server_code", "A1B2C1"}, {"password", "Premier-Mot-1"}})["site"] ==
        "savings");
  CHECK(by_company.refused("POST", "/api/operations", {{"kind", "strong"}}) == "422 not_possible site");
}

TEST_CASE("who forgot an identifier gets it by post, and nobody else learns anything") {
  SiteUnderTest site;
  Browser one = site.browser();
  one.ok("POST", "/api/forgotten/identifier",
         {{"site", "coopanet"}, {"name", "Client 1"}, {"born", "1980-05-17"}});
  one.ok("POST", "/api/forgotten/identifier",
         {{"site", "coopanet"}, {"name", "No one"}, {"born", "1980-05-17"}});
  const json letters = site.outbox();
  REQUIRE(letters.size() == 1);
  CHECK(letters[0]["text"].get<std::string>().find("CLIENT01") != std::string::npos);
}
