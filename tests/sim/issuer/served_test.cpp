// A running `sesame issuer serve`.
#include <fmt/format.h>
#include <sys/stat.h>
#include <catch2/catch.hpp>

#include <map>
#include <string>
#include <vector>

#include "sim/issuer/openapi.hpp"
#include "tests/host/issuer/hsm/k2_message.hpp"
#include "tests/sim/http/client.hpp"
#include "tests/sim/server/described.hpp"
#include "tests/support/postgresql_server.hpp"

using namespace sesame;
using namespace sesame::sim;
using nlohmann::json;

namespace {

const json& description() {
  static const json document = json::parse(issuer_openapi());
  return document;
}

constexpr const char* kAccepted = R"({"accepted":true,"last_try":false})";
constexpr const char* kRefused = R"({"accepted":false,"last_try":false})";

// A store with a Sésame card, which is card 1 in it.
class Issuer {
 public:
  explicit Issuer(std::string window = "10") {
    REQUIRE(sandbox.sesame({"issuer", "init"}).status == 0);
    REQUIRE(
        sandbox.sesame({"issuer", "card", "add", "sesame-card", "--customer", "alice", "--window", window})
            .status == 0);
  }
  std::string code(const std::string& atc) const {
    const auto made = sandbox.sesame({"code", "--pin", "1234", "--ephemeral", "--atc", atc, "--json"});
    return json::parse(made.out)["code"];
  }
  static std::string body(const std::string& code) {
    return json{{"card", 1}, {"mode", "identify"}, {"code", code}}.dump();
  }

  e2e::Sandbox sandbox;
};

std::string bearer(const std::string& token) { return "Authorization: Bearer " + token + "\r\n"; }

class ServedIssuer : public Served {
 public:
  explicit ServedIssuer(const Issuer& issuer, const std::vector<std::string>& arguments = {})
      : Served(issuer.sandbox, arguments, {"issuer", "serve"}, &description()) {}
  std::string party() const { return bearer(started()["relying_party_token"]); }
  std::string desk() const { return bearer(started()["token"]); }
  std::string verify(const std::string& code) const {
    return send("POST", "/v1/verifications", Issuer::body(code), party()).body;
  }
};

}  // namespace

TEST_CASE("a code is accepted once by HTTP, with the token that was printed, and SIGTERM ends it") {
  const Issuer issuer;
  ServedIssuer served(issuer);
  const std::string code = issuer.code("0001");
  CHECK(served.send("POST", "/v1/verifications", Issuer::body(code)).status == 401);
  CHECK(served.send("GET", "/v1/cards", "", served.party()).status == 403);
  CHECK(served.verify(code) == kAccepted);
  CHECK(served.verify(code) == kRefused);
  CHECK(json::parse(served.send("GET", "/v1/cards/1", "", served.desk()).body)["last_atc"] == "0001");
  CHECK(served.end() == 0);
  CHECK(served.log() == "");
  // What was being found out is in the audit all the same.
  CHECK(issuer.sandbox.sesame({"issuer", "audit"}).out.find("replayed") != std::string::npos);
}

TEST_CASE("tokens come from a file that no one else may read, or from the environment, and are not printed") {
  const Issuer issuer;
  const std::string file = issuer.sandbox.write("desk", "a-token-of-the-desk\n"),
                    other = issuer.sandbox.write("party", "a-token-of-a-party\n");
  const std::vector<std::string> serve{"issuer", "serve", "--port", "0", "--token-file", file};
  ::chmod(file.c_str(), 0644);
  CHECK(issuer.sandbox.sesame(serve).status == 2);
  ::chmod(file.c_str(), 0600);
  ::chmod(other.c_str(), 0600);
  const ServedIssuer served(issuer, {"--token-file", file, "--party-token-file", other});
  CHECK(served.started()["token"].is_null());
  CHECK(served.started()["relying_party_token"].is_null());
  CHECK(served.send("GET", "/v1/cards", "", bearer("a-token-of-the-desk")).status == 200);
  CHECK(served.send("GET", "/v1/cards", "", bearer("a-token-of-a-party")).status == 403);
  const auto run = [&](const std::map<std::string, std::string>& variables) {
    return issuer.sandbox.sesame({"issuer", "serve", "--port", "0", "--token-env", "TOKEN"}, "", variables)
        .status;
  };
  CHECK(run({}) == 2);
  CHECK(run({{"TOKEN", "short"}}) == 2);
  CHECK(issuer.sandbox.sesame({"issuer", "serve", "--token-file", file, "--party-token-file", file}).status ==
        2);
}

TEST_CASE("who had an acceptance in hand has it after kill -9, too, and no code is accepted twice") {
  const Issuer issuer("1000");
  std::vector<std::string> codes;
  for (int atc = 1; atc <= 40; ++atc) codes.push_back(issuer.code(fmt::format("{:04X}", atc)));
  std::map<std::string, int> accepted;
  std::size_t next = 0;
  for (int round = 0; round < 10; ++round) {
    const ServedIssuer served(issuer);
    for (std::size_t i = 0; i < 4 && next < codes.size(); ++i, ++next) {
      Wire wire(served.port());
      wire.send(served.request("POST", "/v1/verifications", Issuer::body(codes[next]), served.party()));
      // The last one's answer is not waited for: the kill comes amid it.
      if (i < 3 && wire.receive().body == kAccepted) ++accepted[codes[next]];
    }
  }
  CHECK(accepted.size() == 30);
  const ServedIssuer served(issuer);
  for (const std::string& code : codes) {
    if (accepted.count(code) == 0) continue;
    INFO(code);
    CHECK(served.verify(code) != kAccepted);
  }
  CHECK(issuer.sandbox.sesame({"issuer", "audit", "--verify"}).status == 0);
}

TEST_CASE(
    "a store in PostgreSQL whose server goes is 503 and accepts nothing, and is used again when it is back") {
  const Issuer issuer;  // for its codes
  test::PostgresqlServer& server = test::postgresql();
  const std::vector<std::string> store{"--store", server.new_database(), "--key-file",
                                       issuer.sandbox.file("state/sesame/issuer.db.key")};
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), store.begin(), store.end());
    return issuer.sandbox.sesame(arguments).status;
  };
  REQUIRE(run({"issuer", "init"}) == 0);
  REQUIRE(run({"issuer", "card", "add", "sesame-card"}) == 0);
  ServedIssuer served(issuer, store);
  const std::string first = issuer.code("0001"), second = issuer.code("0002");
  CHECK(served.verify(first) == kAccepted);
  server.kill();
  CHECK(served.send("POST", "/v1/verifications", Issuer::body(second), served.party()).status == 503);
  server.start();
  CHECK(served.verify(second) == kAccepted);
  CHECK(served.verify(first) == kRefused);
  CHECK(served.end() == 0);
  CHECK(served.log().find("connection to server") != std::string::npos);
  CHECK(run({"issuer", "audit", "--verify"}) == 0);
}

TEST_CASE("a back end that speaks to an HSM gets its answers, whatever pieces its messages come in") {
  const Issuer store;
  ServedIssuer served(store, {"--k2", "0"});
  const std::uint16_t port = served.started()["k2_port"];
  const auto message = issuer::test::K2Message{}.bytes();
  std::string bytes{static_cast<char>(message.size() >> 8), static_cast<char>(message.size())};
  bytes.append(message.begin(), message.end());
  const std::string good = std::string("\0\x08", 2) + "0001K300";
  Wire one(port), other(port);
  REQUIRE(one.send(bytes + bytes));
  CHECK(one.until(good + good));
  for (const char byte : bytes) REQUIRE(other.send(std::string(1, byte)));
  CHECK(other.until(good));
  REQUIRE(
      one.send(std::string("\0\x03"
                           "000",
                           5)));  // no command
  CHECK(one.ends());
  CHECK(served.end() == 0);
  CHECK(other.ends());
}

TEST_CASE("a mask with few bits is warned of once, and other session keys are settings") {
  const Issuer store;
  ServedIssuer served(store, {"--k2", "0", "--k2-no-session-key", "--k2-tree", "2/16"});
  Wire wire(served.started()["k2_port"]);
  const auto ask = [&](const std::string& session, std::uint8_t mask) {
    issuer::test::K2Message message;
    message.session = session;
    message.mask[6] = mask;
    const auto bytes = message.bytes();
    std::string sent{static_cast<char>(bytes.size() >> 8), static_cast<char>(bytes.size())};
    sent.append(bytes.begin(), bytes.end());
    REQUIRE(wire.send(sent));
    CHECK(wire.until(std::string("\0\x08", 2) + "0001K30" + (session == "1" ? "0" : "1")));
  };
  ask("1", 0xFF);
  ask("1", 0x0F);
  ask("0", 0x00);
  ask("2", 0xFF);
  CHECK(served.end() == 0);
  CHECK(served.log() ==
        "sesame: K2: a mask takes 12 bits of the AC, fewer than 16: one guess in 4096 is good\n");
  CHECK(store.sandbox.sesame({"issuer", "serve", "--k2", "0", "--k2-tree", "2/8"}).status == 2);
  CHECK(store.sandbox.sesame({"issuer", "serve", "--k2-tree", "2/16"}).status == 2);
}

TEST_CASE("a port that is in use, a store that is not there and a key that is another's are said") {
  const Issuer issuer;
  const ServedIssuer served(issuer);
  const std::string port = std::to_string(served.port());
  CHECK(issuer.sandbox.sesame({"issuer", "serve", "--port", port}).status == 3);
  CHECK(issuer.sandbox.sesame({"issuer", "serve", "--store", issuer.sandbox.file("none.db")}).status == 2);
  const std::string key = issuer.sandbox.write("key", std::string(64, 'A') + "\n");
  ::chmod(key.c_str(), 0600);
  CHECK(issuer.sandbox.sesame({"issuer", "serve", "--key-file", key}).status == 2);
}
