// What `sesame sim` has in its memory of the requests that it has had.
#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "tests/memory/cards.hpp"
#include "tests/memory/client.hpp"
#include "tests/memory/count.hpp"
#include "tests/memory/watched.hpp"

namespace sesame::memory {
namespace {

using nlohmann::json;

class Simulator {
 public:
  Simulator() : sesame(box_, {"sim", "--port", "0"}) {
    REQUIRE(sesame.says("\n"));
    const std::string url = json::parse(sesame.said())["url"];
    port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  }

 private:
  e2e::Sandbox box_;

 public:
  Watched sesame;
  std::uint16_t port = 0;
};

json keys_of(const std::string& digits) {
  json keys = json::array();
  for (const char digit : digits) keys.push_back(std::string(1, digit));
  return keys;
}

}  // namespace

TEST_CASE("a PIN that was posted is gone with its request, and the code with the reader") {
  Simulator simulator;
  Watched& sesame = simulator.sesame;
  Client client(simulator.port);
  REQUIRE(client.ask("POST", "/v1/readers", json{{"card", {{"transcript", kRecorded}}}}) == 201);
  const std::string path = "/v1/readers/" + json::parse(client.body())["id"].get<std::string>();
  SECTION("for a code in one call") {
    REQUIRE(client.ask("POST", path + "/otp", json{{"pin", kPinDigits}}) == 200);
    CHECK(json::parse(client.body())["code"] == kCodeDigits);
  }
  SECTION("key by key") {
    REQUIRE(client.ask("POST", path + "/keys", json{{"keys", json::array({"CODE"})}}) == 200);
    REQUIRE(client.ask("POST", path + "/keys", json{{"keys", keys_of(kPinDigits)}}) == 200);
    CHECK(sesame.holds(kPin));  // typed, and not sent
    REQUIRE(client.ask("POST", path + "/keys", json{{"keys", json::array({"OK"})}}) == 200);
    CHECK(json::parse(client.body())["code"] == kCodeDigits);
  }
  CHECK(sesame.remains(kPin) == "");
  CHECK(sesame.holds(kCode));
  REQUIRE(client.ask("DELETE", path) == 204);
  for (int i = 0; i < 100; ++i) REQUIRE(client.ask("GET", "/healthz") == 200);
  CHECK(sesame.remains(kPin) == "");
  CHECK(sesame.remains(kCode) == "");
}

TEST_CASE("a slow card's answer leaves nothing in the thread that has waited for it") {
  Simulator simulator;
  Watched& sesame = simulator.sesame;
  Client client(simulator.port);
  const json wanted{{"card", {{"transcript", kRecorded}}}, {"clock", "real"}};
  REQUIRE(client.ask("POST", "/v1/readers", wanted) == 201);
  const std::string path = "/v1/readers/" + json::parse(client.body())["id"].get<std::string>();
  REQUIRE(client.ask("GET", path + "/screen?match=fonction&timeout_ms=20000") == 200);
  const json slow{{"faults", json::array({{{"kind", "slow"}, {"ms", 20}}})}};
  REQUIRE(client.ask("PUT", path + "/faults", slow) == 200);
  json keys = keys_of(kPinDigits);
  keys.insert(keys.begin(), "CODE");
  keys.push_back("OK");
  REQUIRE(client.ask("POST", path + "/keys", json{{"keys", keys}}) == 200);
  REQUIRE(client.ask("GET", path + "/screen?match=3465&timeout_ms=20000") == 200);
  CHECK(sesame.remains(kPin) == "");
  CHECK(sesame.holds(kCode));
  REQUIRE(client.ask("DELETE", path) == 204);
  CHECK(sesame.remains(kCode) == "");
}

TEST_CASE("a stream of events keeps a code for as long as it has not told it") {
  Simulator simulator;
  Watched& sesame = simulator.sesame;
  Client client(simulator.port), stream(simulator.port);
  REQUIRE(client.ask("POST", "/v1/readers", json{{"card", {{"transcript", kRecorded}}}}) == 201);
  const std::string path = "/v1/readers/" + json::parse(client.body())["id"].get<std::string>();
  stream.send("GET " + path + "/events HTTP/1.1\r\n" + stream.host() + "\r\n");
  REQUIRE(stream.until("retry:"));
  REQUIRE(client.ask("POST", path + "/otp", json{{"pin", kPinDigits}}) == 200);
  REQUIRE(client.ask("DELETE", path) == 204);
  CHECK(stream.until("3465 6023"));
  CHECK(stream.until("deleted"));
  CHECK(sesame.remains(kPin) == "");
  CHECK(sesame.remains(kCode) == "");
}

TEST_CASE("a card that was posted has its PIN and its key once, and none is left of it when it is gone") {
  Simulator simulator;
  Watched& sesame = simulator.sesame;
  Client client(simulator.port);
  const json card{{"toml", card_file()}};
  REQUIRE(client.ask("POST", "/v1/readers", json{{"card", card}}) == 201);
  const std::string path = "/v1/readers/" + json::parse(client.body())["id"].get<std::string>();
  SECTION("with its reader") {}
  SECTION("put in a second time") { REQUIRE(client.ask("PUT", path + "/card", card) == 200); }
  REQUIRE(client.ask("POST", path + "/otp", json{{"pin", kCardPinDigits}}) == 200);
  CHECK(json::parse(client.body())["code"].is_string());
  const Secret code = Secret::digits("the code", json::parse(client.body())["code"].get<std::string>());
  CHECK(sesame.holds(code));
  REQUIRE(client.ask("GET", "/healthz") == 200);
  CHECK(count(sesame, kCardPin) == 1);
  CHECK(count(sesame, kKey) == 2);
  REQUIRE(client.ask("DELETE", path) == 204);
  CHECK(sesame.remains(kCardPin) == "");
  CHECK(sesame.remains(kKey) == "");
  CHECK(sesame.remains(code) == "");
}

TEST_CASE("what is refused leaves nothing of a PIN or a key") {
  Simulator simulator;
  Watched& sesame = simulator.sesame;
  Client client(simulator.port);
  const std::string otp = "/v1/readers/default/otp";
  CHECK(client.ask("POST", otp, json{{"pin", kPinDigits}}) == 409);                     // no card
  CHECK(client.ask("POST", otp, json{{"pin", kPinDigits}, {"more", 1}}) == 400);        // unknown
  CHECK(client.ask("POST", otp, json{{"pin", kPinDigits + "X"}}) == 400);               // no PIN
  CHECK(client.ask("POST", otp, json{{"pin", json::array({kPinDigits})}}) == 400);      // no text
  CHECK(client.ask("POST", otp, "{\"pin\":\"" + kPinDigits + "\",") == 400);            // no JSON
  CHECK(client.ask("POST", otp, "{\"pin\":\"" + kPinDigits + "\",\"pin\":1}") == 400);  // twice
  CHECK(client.ask("POST", "/v1/readers/none/otp", json{{"pin", kPinDigits}}) == 404);
  CHECK(client.ask("POST", "/v1/readers/default/keys", json{{"keys", keys_of(kPinDigits + "?")}}) == 400);
  CHECK(client.ask("GET", "/v1/readers?pin=" + kPinDigits) == 400);
  CHECK(client.ask("GET", "/v1/" + kPinDigits) == 404);
  const std::string broken = card_file() + "more = 1\n";
  CHECK(client.ask("POST", "/v1/readers", json{{"card", {{"toml", broken}}}}) == 400);
  CHECK(client.ask("POST", "/v1/readers", json{{"card", {{"toml", card_file() + "="}}}}) == 400);
  {
    Client hanging(simulator.port);  // leaves in the middle of its body
    hanging.send("POST " + otp + " HTTP/1.1\r\n" + client.host() + "Content-Length: 99\r\n\r\n{\"pin\":\"" +
                 kPinDigits);
  }
  for (const Secret& secret : {kPin, kCardPin, kKey}) CHECK(sesame.remains(secret) == "");
}

}  // namespace sesame::memory
