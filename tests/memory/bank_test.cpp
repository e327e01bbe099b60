// What `sesame bank` has in its memory of those who logged in, or tried to.
#include <catch2/catch.hpp>

#include "tests/memory/client.hpp"
#include "tests/memory/watched.hpp"

namespace sesame::memory {
namespace {

using nlohmann::json;

constexpr const char* kTyped = "8150297364";

class Bank {
 public:
  Bank() : sesame(box_, {"bank", "--http", "--port", "0"}, {{{"XDG_STATE_HOME", box_.path()}}}) {
    REQUIRE(sesame.says("}\n"));
    const std::string said = sesame.said();
    const std::string url =
        json::parse(said.substr(said.find('{'), said.find('}') - said.find('{') + 1))["url"];
    client.emplace(static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))));
    REQUIRE(client->ask("GET", "/api/session") == 200);
    const std::string& head = client->head();
    const std::size_t at = head.find("sesame_bank=");
    headers_ = "Cookie: " + head.substr(at, head.find(';', at) - at) +
               "\r\nX-CSRF-Token: " + json::parse(client->body())["csrf"].get<std::string>() + "\r\n";
  }
  int post(const std::string& path, const json& body) {
    const int status = client->ask("POST", path, body.dump(), headers_);
    for (int i = 0; i < 50; ++i) REQUIRE(client->ask("GET", "/healthz") == 200);
    return status;
  }

 private:
  e2e::Sandbox box_;
  std::string headers_;

 public:
  Watched sesame;
  std::optional<Client> client;
};

}  // namespace

TEST_CASE("a confidential code, a password and a code of the reader are gone with their request") {
  const Secret typed = Secret::digits("what was typed", kTyped);
  Bank bank;
  CHECK(bank.post("/api/login/confidential",
                  {{"client_id", "10002000"}, {"user_number", "1"}, {"confidential_code", kTyped}}) == 403);
  CHECK(bank.sesame.remains(typed) == "");
  CHECK(bank.post("/api/login/password", {{"email", "alice@example.org"}, {"password", kTyped}}) == 403);
  CHECK(bank.sesame.remains(typed) == "");
  const std::string code = std::string(kTyped).substr(0, 8);
  CHECK(bank.post("/api/login/code", {{"site", "coopanet"}, {"user_code", "ALICE001"}, {"code", code}}) ==
        403);
  CHECK(bank.sesame.remains(Secret::digits("the code", code)) == "");
}

}  // namespace sesame::memory
