// Who may ask, without a server: names of --allow-host and --allow-origin.
#include <catch2/catch.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/base/failure.hpp"
#include "sim/http/cross_origin.hpp"
#include "sim/http/gate.hpp"

using namespace sesame;
using namespace sesame::sim;

namespace {

constexpr const char* kOrigin = "https://app.example";

Gate gate_of(const std::vector<std::string>& hosts, const std::vector<std::string>& origins = {}) {
  Admission admission;
  for (const std::string& one : hosts) admission.hosts.push_back(parse_allowed_host(one));
  for (const std::string& one : origins) admission.origins.push_back(parse_origin(one));
  return {"0.0.0.0", 8035, std::nullopt, "http", std::move(admission)};
}

Request asked(const std::string& host, const std::string& origin = "",
              const std::string& path = "/v1/readers") {
  Request request;
  request.path = path;
  request.headers = {{"host", host}};
  if (!origin.empty()) request.headers["origin"] = origin;
  return request;
}

// What is refused, and what would help; empty: nothing is.
std::pair<std::string, std::string> refusal(const Gate& gate, const Request& request) {
  try {
    gate.check_source(request);
    return {};
  } catch (const ApiError& error) {
    return {error.code, error.hint};
  }
}

bool knows(const std::string& allowed, const std::string& host) {
  return refusal(gate_of({allowed}), asked(host)).first.empty();
}

// A service that answers, and waits once at /wait.
class Answering final : public HttpService {
 public:
  class Once final : public Wait {
   public:
    const std::string& topic() const override { return topic_; }
    std::chrono::steady_clock::time_point again() const override { return {}; }
    std::optional<Response> ask(bool) override { return Response{}; }

   private:
    std::string topic_;
  };
  std::optional<Response> judge(const Request& head) override {
    if (head.method != "OPTIONS" && head.path != "/refused") return std::nullopt;
    Response refused;
    refused.status = 405;
    return refused;
  }
  Response begin(const Request& request) override {
    Response response;
    if (request.path == "/wait") response.wait = std::make_shared<Once>();
    return response;
  }
  Response refuse(int status) override {
    Response response;
    response.status = status;
    return response;
  }
  void on_news(std::function<void(const std::string&)>) override {}
};

std::string header(const Response& response, const std::string& wanted) {
  for (const auto& [name, value] : response.headers) {
    if (name == wanted) return value;
  }
  return "";
}

}  // namespace

TEST_CASE("a name that is let in is one with the server's port, with another, or with any") {
  CHECK(knows("sesame", "sesame:8035"));
  CHECK(knows("sesame", "sesame"));  // behind a proxy at the port of its scheme
  CHECK(knows("Sesame.Example", "SESAME.example:8035"));
  CHECK_FALSE(knows("sesame", "sesame:80"));
  CHECK(knows("sesame:443", "sesame:443"));
  CHECK_FALSE(knows("sesame:443", "sesame:8035"));
  CHECK_FALSE(knows("sesame:443", "sesame"));
  CHECK(knows("sesame:*", "sesame:1"));
  CHECK(knows("sesame:*", "sesame"));
  CHECK_FALSE(knows("sesame:*", "sesame.evil.example:8035"));
  CHECK(knows("::1", "[::1]:8035"));
  CHECK(knows("[2001:db8::1]:*", "[2001:DB8::1]:9"));
  CHECK_FALSE(knows("sesame", "evil.example:8035"));
}

TEST_CASE("what is no name of a host, or would let in all, is refused with its reason") {
  for (const char* wrong : {"*", "", "sesame:", "sesame:0", "sesame:65536", "sesame:08035", "sesame:x",
                            "*:8035", "a b", "http://sesame", "-sesame", "[::g]", "sesame/x", ":8035"}) {
    CAPTURE(wrong);
    CHECK_THROWS_WITH(parse_allowed_host(wrong), Catch::Contains("is no host; allowed: NAME"));
  }
  for (const char* wrong :
       {"*", "null", "sesame", "ftp://sesame", "https://", "https://a/", "https://a:0", "https://a b"}) {
    CAPTURE(wrong);
    CHECK_THROWS_WITH(parse_origin(wrong), Catch::Contains("is no origin; allowed: http://HOST"));
  }
  CHECK(parse_origin("HTTPS://App.Example:443") == "https://app.example");
  CHECK(parse_origin("http://app.example:8080") == "http://app.example:8080");
}

TEST_CASE("who is refused is told the option that lets him in, and no more of what he wrote than a name") {
  const Gate gate = gate_of({});
  CHECK(refusal(gate, asked("sesame:8035")) ==
        std::pair<std::string, std::string>(
            "bad_host", "use http://127.0.0.1:8035, or start the server with --allow-host sesame:8035"));
  for (const std::string& hostile : {std::string("\x1B[2J"), std::string(300, 'a'), std::string("<b>")}) {
    CHECK(refusal(gate, asked(hostile)).second ==
          "use http://127.0.0.1:8035, or start the server with --allow-host NAME");
  }
  CHECK(refusal(gate, asked("127.0.0.1:8035", kOrigin)).second.find("--allow-origin") != std::string::npos);
}

TEST_CASE("whether it lives is told to any name, and nothing else is") {
  CHECK(refusal(gate_of({}), asked("10.0.0.7.example", "", "/healthz")).first.empty());
  CHECK(refusal(gate_of({}), asked("10.0.0.7.example", "", "/healthz/")).first == "bad_host");
}

TEST_CASE("a page that is let in may ask and read, its waits too; another may not") {
  Answering service;
  CrossOrigin shared(service, gate_of({}, {kOrigin}));
  const Request asking = asked("127.0.0.1:8035", kOrigin);
  CHECK(refusal(gate_of({}, {kOrigin}), asking).first.empty());
  const Response answer = shared.begin(asking);
  CHECK(header(answer, "Access-Control-Allow-Origin") == kOrigin);
  CHECK(header(answer, "Vary") == "Origin");
  CHECK(header(answer, "Access-Control-Allow-Credentials").empty());
  const Response waiting = shared.begin(asked("127.0.0.1:8035", kOrigin, "/wait"));
  REQUIRE(waiting.wait != nullptr);
  CHECK(header(*waiting.wait->ask(false), "Access-Control-Allow-Origin") == kOrigin);
  CHECK(header(*shared.judge(asked("127.0.0.1:8035", kOrigin, "/refused")), "Access-Control-Allow-Origin") ==
        kOrigin);
  CHECK(header(shared.begin(asked("127.0.0.1:8035", "https://evil.example")), "Access-Control-Allow-Origin")
            .empty());
}

TEST_CASE("a browser that asks before it asks is told what it may send, at a name of this server's alone") {
  Answering service;
  CrossOrigin shared(service, gate_of({}, {kOrigin}));
  Request before = asked("127.0.0.1:8035", kOrigin);
  before.method = "OPTIONS";
  before.headers["access-control-request-method"] = "PATCH";
  CHECK_FALSE(shared.judge(before));
  const Response answer = shared.begin(before);
  CHECK(answer.status == 204);
  CHECK(header(answer, "Access-Control-Allow-Headers").find("Authorization") != std::string::npos);
  CHECK(header(answer, "Access-Control-Allow-Methods").find("PATCH") != std::string::npos);
  before.headers["host"] = "evil.example";
  CHECK(shared.judge(before)->status == 403);
  before.headers["origin"] = "https://evil.example";
  CHECK(shared.judge(before)->status == 405);
}
