// An issuer's API without sockets, with a store and a card; every response is checked against its
// openapi.json.
#pragma once

#include <catch2/catch.hpp>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "sim/issuer/api.hpp"
#include "sim/issuer/openapi.hpp"
#include "tests/host/issuer/store/issuer_with_store.hpp"
#include "tests/sim/server/described.hpp"

namespace sesame::sim {

inline const nlohmann::json& issuer_description() {
  static const auto document = nlohmann::json::parse(issuer_openapi());
  return document;
}

class CheckedIssuerApi {
 public:
  using Json = nlohmann::json;

  CheckedIssuerApi()
      : api_(
            issuer_.registry(),
            {Gate("127.0.0.1", 8036, "desk-token"), Gate("127.0.0.1", 8036, "party-token")},
            [this] { return now_; }, [this](const std::string& line) { troubles.push_back(line); }) {}

  Response send(const std::string& method, std::string target, const std::string& body = "",
                const std::string& token = "desk-token") {
    Request request;
    request.method = method;
    request.headers = {{"host", "127.0.0.1:8036"}};
    if (!token.empty()) request.headers["authorization"] = "Bearer " + token;
    const std::size_t mark = target.find('?');
    if (mark != std::string::npos) {
      std::istringstream in(target.substr(mark + 1));
      for (std::string pair; std::getline(in, pair, '&');) {
        request.query[pair.substr(0, pair.find('='))] = pair.substr(pair.find('=') + 1);
      }
      target.resize(mark);
    }
    request.path = target;
    request.body = body;
    Response response = api_.begin(request);
    INFO(method << " " << target << " " << body << "\n" << response.status << " " << response.body);
    CHECK(undescribed(issuer_description(), method, target, response.status, response.type, response.body) ==
          "");
    seen += response.body;
    return response;
  }
  Json ok(const std::string& method, const std::string& target, const Json& body = nullptr) {
    const Response response = send(method, target, body.is_null() ? "" : body.dump());
    INFO(response.body);
    REQUIRE(response.status / 100 == 2);
    return Json::parse(response.body);
  }
  // "409 several_cards"
  std::string refused(const std::string& method, const std::string& target, const Json& body = nullptr,
                      const std::string& token = "desk-token") {
    const Response response = send(method, target, body.is_null() ? "" : body.dump(), token);
    if (response.status < 400) return std::to_string(response.status);
    return std::to_string(response.status) + " " + Json::parse(response.body)["code"].get<std::string>();
  }
  // What the relying party is told.
  std::string verify(const Json& body) {
    const Response response = send("POST", "/v1/verifications", body.dump(), "party-token");
    CHECK(response.status == 200);
    return response.body;
  }
  // The causes that the audit has, in their order.
  std::vector<std::string> causes() {
    api_.inquiries().settle();
    std::vector<std::string> found;
    const Json audit = ok("GET", "/v1/audit");
    for (const Json& row : audit["rows"]) {
      if (row["event"] == "inquired") found.push_back(row["detail"]["cause"]);
    }
    return found;
  }

  issuer::CardId card() const { return issuer_.card(); }
  issuer::test::IssuerWithStore& issuer() { return issuer_; }
  IssuerApi& api() { return api_; }
  // A body for this card.
  Json body(const issuer::Submission& submission) const {
    Json body{{"card", card()}, {"mode", to_string(submission.mode)}, {"code", submission.code.view()}};
    if (submission.challenge) body["challenge"] = *submission.challenge;
    return body;
  }

  issuer::test::Codes codes;
  std::string seen;  // all bodies
  std::vector<std::string> troubles;

 private:
  issuer::Millis now_ = 1'000;
  issuer::test::IssuerWithStore issuer_;
  IssuerApi api_;
};

}  // namespace sesame::sim
