#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/sim/issuer/checked_issuer_api.hpp"

using namespace sesame;
using namespace sesame::sim;
using nlohmann::json;

namespace {

constexpr const char* kAccepted = R"({"accepted":true,"last_try":false})";
constexpr const char* kRefused = R"({"accepted":false,"last_try":false})";
constexpr const char* kLastTry = R"({"accepted":false,"last_try":true})";

std::string shipped(const std::string& name) { return issuer::test::card_text(name); }

}  // namespace

TEST_CASE(
    "every route of the issuer is described, with who may use it, and everything described has a route") {
  std::set<std::string> routes, described;
  for (const IssuerApi::Route& route : IssuerApi::routes()) {
    std::string method(route.method);
    for (char& character : method) character = static_cast<char>(character + 32);
    const char* whose = route.whose == IssuerApi::Whose::anybody ? " anybody"
                        : route.whose == IssuerApi::Whose::desk  ? " desk"
                                                                 : " relying party";
    routes.insert(method + " " + std::string(route.pattern) + " " + std::string(route.operation) + whose);
  }
  for (const auto& [path, methods] : issuer_description()["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      const char* whose = !operation.contains("security") ? " desk"
                          : operation["security"].empty() ? " anybody"
                                                          : " relying party";
      described.insert(method + " " + path + " " + operation["operationId"].get<std::string>() + whose);
    }
  }
  CHECK(routes == described);
}

TEST_CASE("a code is accepted once, and the audit knows why it was not again") {
  CheckedIssuerApi checked;
  const json code = checked.body(checked.codes.good(1));
  CHECK(checked.verify(code) == kAccepted);
  CHECK(checked.verify(code) == kRefused);
  CHECK(checked.causes() == std::vector<std::string>{"replayed"});
  CHECK(checked.ok("GET", "/v1/cards/1")["last_atc"] == "0001");
}

TEST_CASE("who submits a code is told the same of a wrong one, of a used one and of no card at all") {
  CheckedIssuerApi checked;
  json wrong = checked.body(checked.codes.wrong(1));
  const std::string answer = checked.verify(wrong);
  CHECK(answer == kRefused);
  wrong["card"] = 77;
  CHECK(checked.verify(wrong) == answer);
  wrong.erase("card");
  wrong["customer"] = "nobody";
  CHECK(checked.verify(wrong) == answer);
  wrong.erase("customer");
  wrong.update({{"pan", "5413330000000027"}, {"psn", "00"}});
  CHECK(checked.verify(wrong) == answer);
  wrong["code"] = "no digits";
  CHECK(checked.verify(wrong) == answer);
  checked.issuer().registry().suspend(checked.card(), 5);
  CHECK(checked.verify(checked.body(checked.codes.good(2))) == answer);
}

TEST_CASE("a card is named by its number, by PAN and PSN, or by a customer who has no other") {
  CheckedIssuerApi checked;
  const auto named = [&](std::uint16_t atc, const json& which) {
    json body = checked.body(checked.codes.good(atc));
    body.erase("card");
    body.update(which);
    return body;
  };
  CHECK(checked.verify(named(1, {{"pan", "5413330000000019"}, {"psn", "00"}})) == kAccepted);
  CHECK(checked.verify(named(2, {{"customer", "alice"}})) == kAccepted);
  CHECK(checked.verify(named(3, {{"pan", "5413330000000019"}, {"psn", "01"}})) == kRefused);

  const json next = checked.ok("POST", "/v1/cards", {{"toml", shipped("bank-card")}, {"customer", "alice"}});
  CHECK(checked.refused("POST", "/v1/verifications", named(3, {{"customer", "alice"}})) ==
        "409 several_cards");
  checked.ok("PATCH", "/v1/cards/" + next["id"].dump(), {{"action", "report-lost"}});
  CHECK(checked.verify(named(3, {{"customer", "alice"}})) == kAccepted);
}

TEST_CASE("the last try is announced, the card blocks, and the desk unblocks it") {
  CheckedIssuerApi checked;
  const json wrong = checked.body(checked.codes.wrong(1));
  CHECK(checked.verify(wrong) == kRefused);
  CHECK(checked.verify(wrong) == kLastTry);
  CHECK(checked.verify(wrong) == kRefused);
  CHECK(checked.ok("GET", "/v1/cards/1")["state"] == "blocked");
  CHECK(checked.verify(checked.body(checked.codes.good(1))) == kRefused);
  CHECK(checked.ok("PATCH", "/v1/cards/1", {{"action", "unblock"}})["tries_left"] == 3);
  CHECK(checked.verify(checked.body(checked.codes.good(1))) == kAccepted);
}

TEST_CASE("two codes in a row, or the ATC of the reader's menu, find a card again") {
  CheckedIssuerApi checked;
  json first = checked.body(checked.codes.good(500)), second = checked.body(checked.codes.good(501));
  first.erase("card");
  second.erase("card");
  CHECK(checked.ok("POST", "/v1/resynchronizations", {{"card", 1}, {"codes", {first, second}}})["accepted"] ==
        true);
  CHECK(checked.ok("GET", "/v1/cards/1")["last_atc"] == "01F5");
  CHECK(checked.ok("PATCH", "/v1/cards/1", {{"last_atc", "0300"}})["last_atc"] == "0300");
  CHECK(checked.refused("PATCH", "/v1/cards/1", {{"last_atc", "0200"}}) == "409 refused");
  CHECK(checked.refused("POST", "/v1/resynchronizations", {{"card", 1}, {"codes", {first}}}) ==
        "400 out_of_range");
}

TEST_CASE("a card comes in as its file, is shown without its key, and codes of it are good") {
  CheckedIssuerApi checked;
  const Response added = checked.send(
      "POST", "/v1/cards",
      json{{"toml", shipped("bank-card")}, {"customer", "bob"}, {"window", 20}, {"modes", {"identify"}}}
          .dump());
  REQUIRE(added.status == 201);
  const json card = json::parse(added.body);
  CHECK(card["customer"] == "bob");
  CHECK(card["window"] == 20);
  CHECK(card["modes"] == json::array({"identify"}));
  CHECK(checked.ok("GET", "/v1/cards/2") == card);
  CHECK(checked.ok("GET", "/v1/cards?from=2")["cards"] == json::array({card}));
  const json listed = checked.ok("GET", "/v1/cards?limit=1");
  CHECK(listed["cards"].size() == 1);
  CHECK(listed["next"] == 2);
  CHECK(checked.refused("POST", "/v1/cards", {{"toml", shipped("bank-card")}}) == "400 bad_card");  // again
  CHECK(checked.refused("POST", "/v1/cards", {{"toml", "aid = 1"}}) == "400 bad_card");
  CHECK(checked.refused("POST", "/v1/cards", {{"toml", shipped("bank-card")}, {"aid", "F000000000"}}) ==
        "400 out_of_range");
}

TEST_CASE("cards are listed a page at a time, each once") {
  CheckedIssuerApi checked;
  for (const char* pan : {"5413330000000027", "5413330000000035", "5413330000000043", "5413330000000050"}) {
    const issuer::NewCard card = issuer::test::new_card(pan);
    checked.issuer().registry().add({&card, 1}, 5);
  }
  for (const std::string limit : {"1", "2", "3", "4", "5", "6"}) {
    std::vector<int> ids;
    for (json next = 1; !next.is_null();) {
      const json page = checked.ok("GET", "/v1/cards?limit=" + limit + "&from=" + next.dump());
      CHECK(page["cards"].size() <= std::stoul(limit));
      for (const json& card : page["cards"]) ids.push_back(card["id"]);
      next = page["next"];
    }
    CHECK(ids == std::vector<int>{1, 2, 3, 4, 5});
  }
  CHECK(checked.ok("GET", "/v1/cards?from=6")["cards"].empty());
  CHECK(checked.ok("GET", "/v1/cards?from=9223372036854775807")["next"].is_null());
}

TEST_CASE("a card comes in by its number and its own key, from a shipped file or a text") {
  CheckedIssuerApi checked;
  const std::string key = "73AD54688CEF2934B0979857E3C719F1";
  const json with_key{{"pan", "4970100000000022"}, {"psn", "03"}, {"key", key}};
  json named{{"template", "bank-card"}, {"customer", "bob"}, {"unblock_after", 60}}, file = named;
  named.update(with_key);
  const json added = checked.ok("POST", "/v1/cards", named);
  CHECK(added["pan"] == "497010******0022");
  CHECK(added["psn"] == "03");
  CHECK(added["unblock_after"] == 60);
  CHECK(checked.seen.find(key) == std::string::npos);
  // Its codes are those of a card with that key.
  std::string text = shipped("bank-card");
  const std::size_t imk = text.find("imk = ");
  text.replace(imk, text.find('\n', imk) - imk, "mk = \"" + key + "\"");
  issuer::CardRecord record = issuer::record_of(card::read_card(text, "card"), 0);
  issuer::ExpectedAc expected(record);
  expected.expect({}, *issuer::issuer_data(record, {}), {});
  const keys::Mac ac = expected.at(1);
  // 80 01FF FFFF…: a bit of the CID, 9 of the ATC, 16 of the AC.
  const unsigned code = 1U << 25 | 1U << 16 | static_cast<unsigned>(ac[0]) << 8 | ac[1];
  const json body{{"card", added["id"]}, {"mode", "identify"}, {"code", std::to_string(code)}};
  CHECK(checked.verify(body) == kAccepted);

  file.erase("template");
  file["toml"] = shipped("bank-card");
  file.update(json{{"pan", "4970100000000030"}, {"psn", "00"}, {"key", key}});
  CHECK(checked.ok("POST", "/v1/cards", file)["pan"] == "497010******0030");
  CHECK(checked.ok("POST", "/v1/cards", {{"template", "aes-card"}})["psn"] == "01");
  const auto refused = [&](json whole, const json& change) {
    whole.merge_patch(change);
    return checked.refused("POST", "/v1/cards", whole);
  };
  CHECK(refused(named, {{"key", nullptr}}) == "400 malformed_request");
  CHECK(refused(named, {{"psn", nullptr}}) == "400 malformed_request");
  CHECK(refused(named, {{"key", "00"}}) == "400 out_of_range");
  CHECK(refused(named, {{"imk", key}}) == "400 unknown_field");
  CHECK(refused(named, {{"template", "/etc/passwd"}}) == "400 out_of_range");
  CHECK(refused(named, {{"template", "none.toml"}}) == "400 out_of_range");
  CHECK(refused(named, {{"template", "none"}}) == "400 bad_card");
  CHECK(refused(named, {{"template", nullptr}}) == "400 malformed_request");
  CHECK(refused(named, {{"toml", shipped("bank-card")}}) == "400 malformed_request");
}

TEST_CASE("how codes of a card are verified is changed, audited, and bound to the card anew") {
  CheckedIssuerApi checked;
  const std::string card = "/v1/cards/1";
  const json before = checked.ok("GET", card);
  const json after = checked.ok("PATCH", card, {{"window", 30}, {"tries", 5}});
  CHECK(after["window"] == 30);
  CHECK(after["tries"] == 5);
  CHECK(after["tries_left"] == 5);
  CHECK(after["reach"] == before["reach"]);
  CHECK(after["tampered"] == false);
  CHECK(checked.verify(checked.body(checked.codes.good(25))) == kAccepted);
  const json audit = checked.ok("GET", "/v1/audit")["rows"];
  const auto changed =
      std::find_if(audit.begin(), audit.end(), [](const json& row) { return row["event"] == "changed"; });
  REQUIRE(changed != audit.end());
  CHECK((*changed)["detail"]["from"]["window"] == 10);
  CHECK((*changed)["detail"]["to"]["window"] == 30);
  CHECK(checked.ok("GET", "/v1/audit/verification")["whole"] == true);

  // Fewer tries than it has failed block it, and more do not unblock it.
  checked.verify(checked.body(checked.codes.wrong(26)));
  checked.verify(checked.body(checked.codes.wrong(26)));
  CHECK(checked.ok("PATCH", card, {{"tries", 2}})["state"] == "blocked");
  CHECK(checked.ok("PATCH", card, {{"tries", 9}})["state"] == "blocked");
  CHECK(checked.verify(checked.body(checked.codes.good(27))) == kRefused);
  CHECK(checked.ok("PATCH", card, {{"action", "unblock"}})["tries_left"] == 9);
  CHECK(checked.ok("PATCH", card, {{"modes", {"respond"}}, {"unblock_after", 5}, {"reach", 7}})["modes"] ==
        json::array({"respond"}));
  CHECK(checked.verify(checked.body(checked.codes.good(27))) == kRefused);

  CHECK(checked.refused("PATCH", card, {{"window", 0}}) == "400 out_of_range");
  CHECK(checked.refused("PATCH", card, {{"tries", 16}}) == "400 out_of_range");
  CHECK(checked.refused("PATCH", card, {{"modes", json::array()}}) == "400 out_of_range");
  CHECK(checked.refused("PATCH", card, {{"window", 5}, {"action", "suspend"}}) == "400 malformed_request");
  CHECK(checked.refused("PATCH", card, {{"weak_mask", true}}) == "400 unknown_field");
  checked.ok("PATCH", card, {{"action", "report-lost"}});
  CHECK(checked.refused("PATCH", card, {{"window", 5}}) == "409 refused");
}

TEST_CASE("a card is suspended, resumed and lost, in an order that can be") {
  CheckedIssuerApi checked;
  const std::string card = "/v1/cards/1";
  CHECK(checked.refused("PATCH", card, {{"action", "resume"}}) == "409 refused");
  CHECK(checked.ok("PATCH", card, {{"action", "suspend"}})["state"] == "suspended");
  CHECK(checked.ok("PATCH", card, {{"action", "resume"}})["state"] == "active");
  CHECK(checked.ok("PATCH", card, {{"action", "report-lost"}})["state"] == "lost");
  CHECK(checked.refused("PATCH", card, {{"action", "unblock"}}) == "409 refused");
  CHECK(checked.refused("PATCH", card, {{"action", "burn"}}) == "400 out_of_range");
  CHECK(checked.refused("PATCH", card, json::object()) == "400 malformed_request");
  CHECK(checked.refused("PATCH", "/v1/cards/9", {{"action", "suspend"}}) == "404 unknown_card");
  CHECK(checked.refused("GET", "/v1/cards/x") == "404 unknown_card");
}

TEST_CASE("the audit is read in parts, and verified") {
  CheckedIssuerApi checked;
  for (std::uint16_t atc = 1; atc <= 3; ++atc) checked.verify(checked.body(checked.codes.good(atc)));
  const json all = checked.ok("GET", "/v1/audit")["rows"];
  REQUIRE(all.size() >= 8);
  json joined = json::array();
  for (json next = 1; !next.is_null();) {
    const json part = checked.ok("GET", "/v1/audit?limit=3&from=" + next.dump());
    for (const json& row : part["rows"]) joined.push_back(row);
    next = part["next"];
  }
  CHECK(joined == all);
  const json check = checked.ok("GET", "/v1/audit/verification");
  CHECK(check["whole"] == true);
  CHECK(check["rows"] == all.size());
  CHECK(check["head"]["number"] == all.size());
}

TEST_CASE("a relying party may verify codes, and nothing else; without a token nothing is done") {
  CheckedIssuerApi checked;
  const std::string good = checked.body(checked.codes.good(1)).dump();
  for (const IssuerApi::Route& route : IssuerApi::routes()) {
    const std::string method(route.method), path(route.pattern);
    INFO(path);
    const bool open = route.whose == IssuerApi::Whose::anybody;
    CHECK(checked.send(method, path, "{}", "").status == (open ? 200 : 401));
    CHECK(checked.send(method, path, "{}", "desk-toke").status == (open ? 200 : 401));
    if (route.whose == IssuerApi::Whose::desk)
      CHECK(checked.refused(method, path, nullptr, "party-token") == "403 not_yours");
    Request head;
    head.method = method;
    head.path = path;
    head.headers = {{"host", "127.0.0.1:8036"}};
    CHECK(checked.api().judge(head).has_value() == !open);
    head.headers["host"] = "evil.example";
    const auto refused = checked.api().judge(head);
    CHECK(refused.has_value() == (path != "/healthz"));
    if (refused) CHECK(refused->status == 403);
  }
  CHECK(checked.send("POST", "/v1/verifications", good, "").status == 401);
  CHECK(checked.send("POST", "/v1/verifications", good).body == kAccepted);
}

TEST_CASE("what is malformed is refused before any card is looked at, and counts nowhere") {
  CheckedIssuerApi checked;
  const json good = checked.body(checked.codes.good(1));
  const auto with = [&](const json& more) {
    json body = good;
    body.merge_patch(more);
    return checked.refused("POST", "/v1/verifications", body);
  };
  CHECK(with({{"mode", "guess"}}) == "400 out_of_range");
  CHECK(with({{"mode", "respond"}}) == "400 malformed_request");
  CHECK(with({{"mode", "sign"}}) == "400 malformed_request");
  CHECK(with({{"mode", "tds"}}) == "400 malformed_request");
  CHECK(with({{"challenge", "12"}}) == "400 malformed_request");
  CHECK(with({{"mode", "respond"}, {"challenge", "12x"}}) == "400 out_of_range");
  CHECK(with({{"mode", "respond"}, {"challenge", "123456789"}}) == "400 out_of_range");
  CHECK(with({{"mode", "sign"}, {"amount", "1"}, {"challenge", std::string(21, '1')}}) == "400 out_of_range");
  CHECK(with({{"code", std::string(65, '1')}}) == "400 out_of_range");
  CHECK(with({{"code", nullptr}}) == "400 missing_field");
  CHECK(with({{"card", nullptr}}) == "400 malformed_request");
  CHECK(with({{"card", 0}}) == "400 out_of_range");
  CHECK(with({{"customer", "alice"}}) == "400 malformed_request");
  CHECK(with({{"psn", "00"}}) == "400 malformed_request");
  CHECK(with({{"pin", "1234"}}) == "400 unknown_field");
  CHECK(checked.refused("POST", "/v1/verifications?x=1", good) == "400 unknown_field");
  CHECK(checked.send("POST", "/v1/verifications", "{").status == 400);
  CHECK(checked.refused("POST", "/v1/verifications", json(std::string(IssuerApi::kLargestBody, ' '))) ==
        "413 body_too_large");
  CHECK(checked.refused("PUT", "/v1/verifications") == "405 method_not_allowed");
  CHECK(checked.ok("GET", "/v1/cards/1")["tries_left"] == 3);
  CHECK(checked.verify(good) == kAccepted);
}

TEST_CASE("of 64 submissions of one code at once one is accepted") {
  CheckedIssuerApi checked;
  const std::string good = checked.body(checked.codes.good(1)).dump();
  std::atomic<int> accepted = 0;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 8; ++i) {
      clients.emplace_back([&] {
        Request request;
        request.method = "POST";
        request.path = "/v1/verifications";
        request.headers = {{"host", "127.0.0.1:8036"}, {"authorization", "Bearer party-token"}};
        request.body = good;
        for (int k = 0; k < 8; ++k) accepted += checked.api().begin(request).body == kAccepted ? 1 : 0;
      });
    }
  }
  CHECK(accepted == 1);
  const std::string metrics = checked.send("GET", "/metrics").body;
  CHECK(metrics.find("\nsesame_issuer_accepted_total 1\n") != std::string::npos);
  CHECK(metrics.find("\nsesame_issuer_refused_total 63\n") != std::string::npos);
}

TEST_CASE("guesses beyond those whose cause is being found out are refused all the same") {
  CheckedIssuerApi checked;
  const auto submission = [&] { return checked.codes.wrong(1); };
  issuer::Decision refused;
  refused.verdict.outcome = issuer::Outcome::format;
  for (std::size_t i = 0; i < Inquiries::kMost + 5; ++i) {
    checked.api().inquiries().take(
        checked.card(), issuer::test::with(issuer::test::of(issuer::Mode::identify), "1"), refused);
  }
  CHECK(checked.api().inquiries().dropped() == 5);
  CHECK(checked.verify(checked.body(submission())) == kRefused);
}

TEST_CASE("no key and no whole card number is ever in an answer") {
  CheckedIssuerApi checked;
  checked.ok("POST", "/v1/cards", {{"toml", shipped("bank-card")}});
  checked.verify(checked.body(checked.codes.wrong(1)));
  checked.causes();
  checked.ok("GET", "/v1/cards");
  CHECK(checked.seen.find("5413330000000019") == std::string::npos);
  CHECK(checked.seen.find("541333******0019") != std::string::npos);
}

TEST_CASE("a server that ends, and what cannot be read, have answers of their own") {
  CheckedIssuerApi checked;
  for (const int status : {400, 408, 413, 414, 431, 503}) {
    const Response response = checked.api().refuse(status);
    CHECK(response.status == status);
    CHECK(json::parse(response.body).contains("code"));
  }
}
