// A simulator and its API without sockets; every response is checked against openapi.json.
#pragma once

#include <catch2/catch.hpp>

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "sim/server/api.hpp"
#include "tests/sim/server/described.hpp"

namespace sesame::sim {

constexpr const char* kPin = "1234";

class CheckedApi {
 public:
  using Json = nlohmann::json;
  using Headers = std::map<std::string, std::string>;

  explicit CheckedApi(SimulatorOptions options = {}, std::optional<std::string> token = std::nullopt)
      : simulator_(with_clock(std::move(options), now_)),
        api_(simulator_, Gate("127.0.0.1", 8035, std::move(token))) {}

  Response send(const std::string& method, std::string target, const std::string& body = "",
                const Headers& headers = {}) {
    Request request;
    request.method = method;
    request.headers = {{"host", "127.0.0.1:8035"}};
    for (const auto& [name, value] : headers) request.headers[name] = value;
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
    Response response = api_.handle(request);
    INFO(method << " " << target << " " << body << "\n" << response.status << " " << response.body);
    CHECK(undescribed(method, target, response.status, response.type, response.body) == "");
    seen += response.body;
    return response;
  }

  Json get(const std::string& target) { return ok("GET", target); }
  Json ok(const std::string& method, const std::string& target, const Json& body = nullptr) {
    const Response response = send(method, target, body.is_null() ? "" : body.dump());
    INFO(response.body);
    REQUIRE(response.status / 100 == 2);
    return response.body.empty() ? Json() : Json::parse(response.body);
  }
  // "409 no_card"
  std::string refused(const std::string& method, const std::string& target, const std::string& body = "",
                      const Headers& headers = {}) {
    const Response response = send(method, target, body, headers);
    if (response.status < 400) return std::to_string(response.status);
    return std::to_string(response.status) + " " + Json::parse(response.body)["code"].get<std::string>();
  }

  // The path of a new reader.
  std::string reader(const Json& spec = {{"card", "sesame-card"}}) {
    return "/v1/readers/" + ok("POST", "/v1/readers", spec)["id"].get<std::string>();
  }

  Simulator& simulator() { return simulator_; }
  Api& api() { return api_; }
  Millis& now() { return now_; }
  std::string seen;  // all bodies

 private:
  static SimulatorOptions with_clock(SimulatorOptions options, Millis& now) {
    options.clock = [&now] { return now; };
    return options;
  }

  Millis now_ = 1'000;
  Simulator simulator_;
  Api api_;
};

}  // namespace sesame::sim
