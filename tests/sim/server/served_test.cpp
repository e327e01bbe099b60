#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <list>
#include <random>
#include <regex>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/sim/http/client.hpp"
#include "tests/sim/server/described.hpp"

using namespace sesame;
using namespace sesame::sim;
using nlohmann::json;

namespace {

constexpr const char* kReader = "/v1/readers/default";
const std::string kOtp = std::string(kReader) + "/otp";
const std::string kCard = std::string(kReader) + "/card";

}  // namespace

TEST_CASE("the start line says where it is, the first reader waits for its card, and SIGTERM ends it") {
  const e2e::Sandbox sandbox;
  Served served(sandbox, {"--clock", "virtual"});
  CHECK(served.started()["token"].is_null());
  const json reader = served.ok("GET", kReader);
  CHECK(reader["clock"] == "virtual");
  CHECK(reader["card"].is_null());
  CHECK(served.ok("GET", "/v1/cards")[0]["name"] == "sesame-card");
  served.ok("PUT", kCard, R"("sesame-card")");
  CHECK(served.ok("POST", kOtp, R"({"pin":"1234"})")["code"].is_string());
  CHECK(served.end() == 0);
  CHECK(served.log() == "");
}

TEST_CASE("a card file of one's own is offered by its name") {
  const e2e::Sandbox sandbox;
  const std::string card = sandbox.write("mine.apdu", "> 00A40400 02 3F00\n< 6A82\n");
  const Served served(sandbox, {"--card", card});
  CHECK(served.ok("GET", "/v1/cards")[0]["name"] == "mine");
  CHECK(served.ok("PUT", kCard, R"({"name":"mine"})")["card"]["kind"] == "transcript");
}

TEST_CASE("a real clock goes by itself: a woken reader goes dark, and who waits for that is told") {
  const e2e::Sandbox sandbox;
  // A shipped model, but with the shortest time-out there is.
  std::ifstream in(MODEL);
  std::string model((std::istreambuf_iterator<char>(in)), {});
  const std::regex inactivity("\\ninactivity = [0-9]+");
  REQUIRE(std::regex_search(model, inactivity));
  model = std::regex_replace(model, inactivity, "\ninactivity = 1");
  const Served served(sandbox, {"--profile", sandbox.write("quick.toml", model)});
  Wire stream = served.stream("/v1/events");
  CHECK(served.ok("PUT", kCard, R"("sesame-card")")["lit"] == true);
  CHECK(stream.until("\"lit\":false"));
  CHECK(served.ok("GET", kReader)["state"] == "off");
}

TEST_CASE("32 event streams are open, and the API answers") {
  const e2e::Sandbox sandbox;
  Served served(sandbox, {"--clock", "virtual"});
  std::vector<Wire> streams;
  for (int i = 0; i < 32; ++i) streams.push_back(served.stream("/v1/events"));
  served.ok("PUT", kCard, R"("sesame-card")");
  CHECK(served.ok("POST", kOtp, R"({"pin":"1234"})")["code"].is_string());
  for (Wire& stream : streams) CHECK(stream.until("Code Sésame"));
  // And all of them end with the server, at once.
  CHECK(served.end() == 0);
  for (Wire& stream : streams) CHECK(stream.ends());
}

TEST_CASE("a thousand event streams are open, all are told, and those that have gone are not counted") {
  const e2e::Sandbox sandbox;
  const Served served(sandbox, {"--clock", "virtual"});
  const auto waiting = [&] {
    const std::string metrics = served.send("GET", "/metrics").body;
    return metrics.substr(metrics.find("\nsesame_waiting ") + 16, 5);
  };
  std::list<Wire> streams;
  for (int i = 0; i < 1'000; ++i) {
    streams.push_back(served.stream(i % 2 == 0 ? "/v1/events" : std::string(kReader) + "/events"));
  }
  CHECK(waiting() == "1000\n");
  served.ok("PUT", kCard, R"("sesame-card")");
  for (Wire& stream : streams) REQUIRE(stream.until("Choisir"));
  Wire idle(served.port());
  streams.clear();
  while (waiting().substr(0, 2) != "0\n") {
  }
  // Who says nothing is let go after five seconds.
  CHECK(idle.ends());
}

TEST_CASE("a thousand long polls are answered when the screen comes") {
  const e2e::Sandbox sandbox;
  const Served served(sandbox, {"--clock", "virtual"});
  std::list<Wire> polls;
  for (int i = 0; i < 1'000; ++i) {
    polls.emplace_back(served.port());
    polls.back().send(served.request("GET", std::string(kReader) + "/screen?match=Choisir&timeout_ms=60000"));
  }
  served.ok("PUT", kCard, R"("sesame-card")");
  for (Wire& poll : polls) REQUIRE(poll.receive().status == 200);
}

TEST_CASE("a code that a slow card delays takes no thread either") {
  const e2e::Sandbox sandbox;
  const Served served(sandbox);
  std::list<Wire> calls;
  for (int i = 0; i < 100; ++i) {
    const std::string id = served.ok("POST", "/v1/readers", R"({"card":"sesame-card","clock":"real"})")["id"];
    served.ok("PUT", "/v1/readers/" + id + "/faults", R"({"faults":[{"kind":"slow","ms":50}]})");
    calls.emplace_back(served.port());
    calls.back().send(served.request("POST", "/v1/readers/" + id + "/otp", R"({"pin":"1234"})"));
  }
  for (Wire& call : calls) {
    const Answer answer = call.receive();
    REQUIRE(answer.status == 200);
    CHECK(json::parse(answer.body)["code"].is_string());
  }
}

TEST_CASE("what waits when the simulator is ended is told so") {
  const e2e::Sandbox sandbox;
  Served served(sandbox, {"--clock", "virtual"});
  Wire poll(served.port()), stream = served.stream("/v1/events");
  poll.send(served.request("GET", std::string(kReader) + "/screen?match=Choisir&timeout_ms=60000"));
  while (served.send("GET", "/metrics").body.find("\nsesame_waiting 2\n") == std::string::npos) {
  }
  CHECK(served.end() == 0);
  const Answer answer = poll.receive();
  CHECK(answer.status == 503);
  CHECK(answer.headers.at("retry-after") == "2");
  CHECK(json::parse(answer.body)["code"] == "ending");
  CHECK(poll.ends());
  CHECK(stream.until("0\r\n\r\n"));
  CHECK(stream.ends());
}

TEST_CASE("hundreds of clients that say nothing keep no other out for long") {
  const e2e::Sandbox sandbox;
  const Served served(sandbox, {"--clock", "virtual"});
  std::list<Wire> silent;
  for (int i = 0; i < 400; ++i) silent.emplace_back(served.port());
  CHECK(served.ok("GET", "/healthz")["status"] == "ok");
}

TEST_CASE("half requests keep no client out") {
  const e2e::Sandbox sandbox;
  const Served served(sandbox, {"--clock", "virtual"});
  std::list<Wire> half;
  for (int i = 0; i < 500; ++i) {
    half.emplace_back(served.port());
    half.back().send("POST /v1/readers HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Le");
  }
  for (int i = 0; i < 20; ++i) CHECK(served.ok("GET", "/healthz")["status"] == "ok");
}

TEST_CASE("what has no end is refused after some kilobytes, and kept nowhere") {
  const e2e::Sandbox sandbox;
  const Served served(sandbox, {"--listen", "127.0.0.1"});
  const std::string post = served.request("POST", "/v1/session", "", "Transfer-Encoding: chunked\r\n");
  const std::string first = "GET / HTTP/1.1\r\n";
  using Row = std::tuple<const char*, std::string, std::string, int>;
  const std::size_t before = served.resident();
  for (const auto& [what, begin, more, expected] : std::vector<Row>{
           {"header lines", first, "A: b\r\n", 431},
           {"long header lines", first, "A: " + std::string(8'000, 'b') + "\r\n", 431},
           {"a header line", first + "A: ", std::string(10'000, 'b'), 431},
           {"a request line", "GET /?", std::string(10'000, 'a'), 414},
           {"a chunk-size line", post, std::string(10'000, '0'), 400},
           {"a chunk extension", post + "1;", std::string(10'000, 'a'), 400},
           {"chunk extensions", post, "1;" + std::string(1'000, 'a') + "\r\n \r\n", 431},
           {"trailers", post + "0\r\n", "A: b\r\n", 431},
       }) {
    INFO(what);
    Wire wire(served.port());
    wire.send(begin);
    std::string much;
    while (much.size() < 100'000) much += more;
    for (int i = 0; i < 2'000 && wire.send(much); ++i) {
    }
    CHECK(wire.receive().status == expected);
  }
  CHECK(served.resident() < before + (8u << 20));
}

TEST_CASE("without the token no body is waited for") {
  const e2e::Sandbox sandbox;
  const Served served(sandbox, {"--listen", "127.0.0.1"});
  for (const auto& [headers, expected] : std::vector<std::pair<std::string, int>>{
           {"", 401}, {"Host: evil.example\r\n", 403}, {"Origin: http://evil.example\r\n", 403}}) {
    Wire wire(served.port());
    wire.send(served.request("POST", "/v1/readers", "", headers + "Content-Length: 1000\r\n"));
    CHECK(wire.receive().status == expected);
    CHECK(wire.ends());
  }
}

TEST_CASE("the deepest body ends nothing") {
  const e2e::Sandbox sandbox;
  Served served(sandbox, {"--clock", "virtual"});
  for (const std::string& body :
       {std::string(1u << 20, '['), std::string(500'000, '[') + std::string(500'000, ']'),
        R"({"card":)" + std::string(175'000, '[') + std::string(175'000, ']') + "}"}) {
    const Answer answer = served.send("POST", "/v1/session", body);
    CHECK(answer.status == 400);
    CHECK(json::parse(answer.body)["message"] == "the body is nested too deeply");
  }
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += R"({"a":)";
  CHECK(json::parse(served.send("POST", "/v1/readers", objects).body)["message"] ==
        "the body is nested too deeply");
  CHECK(served.end() == 0);
}

TEST_CASE("a stream that broke off is taken up where it was") {
  const e2e::Sandbox sandbox;
  const Served served(sandbox, {"--clock", "virtual"});
  std::string last;
  {
    Wire stream = served.stream("/v1/events");
    served.ok("PUT", kCard, R"("sesame-card")");
    const auto text = stream.until("event: card");
    REQUIRE(text);
    last = text->substr(text->rfind("id: ") + 4);
    last = last.substr(0, last.find('\n'));
  }
  served.ok("POST", kOtp, R"({"pin":"1234"})");
  Wire again = served.stream(std::string(kReader) + "/events", "Last-Event-ID: " + last + "\r\n");
  const auto rest = again.until("Code Sésame");
  REQUIRE(rest);
  CHECK(rest->find("id: " + std::to_string(std::stoul(last) + 1) + "\n") != std::string::npos);
  CHECK(rest->find("event: lost") == std::string::npos);
}

TEST_CASE("after a restart a stream says that events are lost, whatever their numbers") {
  const e2e::Sandbox sandbox;
  const auto last_event = [&] {
    const Served served(sandbox, {"--clock", "virtual"});
    Wire stream = served.stream("/v1/events");
    served.ok("PUT", kCard, R"("sesame-card")");
    const auto text = stream.until("event: card");
    REQUIRE(text);
    const std::string id = text->substr(text->rfind("id: ") + 4);
    return id.substr(0, id.find('\n'));
  };
  const std::string last = last_event();
  const Served served(sandbox, {"--clock", "virtual"});
  served.ok("PUT", kCard, R"("sesame-card")");
  served.ok("POST", kOtp, R"({"pin":"1234"})");
  CHECK(served.stream("/v1/events", "Last-Event-ID: " + last + "\r\n").until("event: lost"));
}

TEST_CASE("the reader that the page begins with stays") {
  const e2e::Sandbox sandbox;
  const Served served(sandbox, {"--profile", "vasco-810"});
  const Answer answer = served.send("DELETE", kReader);
  CHECK(answer.status == 409);
  CHECK(json::parse(answer.body)["code"] == "reader_stays");
  CHECK(served.ok("GET", kReader)["profile"] == "vasco-810");
}

TEST_CASE("a long poll answers when the screen comes") {
  const e2e::Sandbox sandbox;
  const Served served(sandbox, {"--clock", "virtual"});
  Wire poll(served.port());
  poll.send(served.request("GET", std::string(kReader) + "/screen?match=Choisir&timeout_ms=30000", "",
                           "Accept: text/plain\r\n"));
  served.ok("PUT", kCard, R"("sesame-card")");
  const Answer answer = poll.receive();
  CHECK(answer.status == 200);
  CHECK(answer.body == "Choisir la\nfonction");
}

TEST_CASE("one connection carries many requests") {
  const e2e::Sandbox sandbox;
  const Served served(sandbox);
  Wire wire(served.port());
  for (int i = 0; i < 50; ++i) {
    wire.send(served.request(i % 2 == 0 ? "GET" : "POST", i % 2 == 0 ? "/healthz" : "/v1/readers",
                             i % 2 == 0 ? "" : "{}"));
    CHECK(wire.receive().status == (i % 2 == 0 ? 200 : 201));
  }
  wire.send(served.request("GET", "/healthz") + served.request("GET", "/v1/readers?limit=1"));
  CHECK(wire.receive().status == 200);
  CHECK(wire.receive().status == 200);
}

TEST_CASE("rebinding, foreign pages and oversized bodies are refused on the wire") {
  const e2e::Sandbox sandbox;
  const Served served(sandbox);
  CHECK(served.send("GET", kReader, "", "Host: evil.example\r\n").status == 403);
  CHECK(served.send("POST", "/v1/readers", "{}", "Origin: http://evil.example\r\n").status == 403);
  const Answer large = served.send("POST", "/v1/readers", std::string(10u << 20, ' '));
  CHECK(large.status == 413);
  CHECK(json::parse(large.body)["code"] == "body_too_large");
  CHECK(served.ok("GET", "/v1/readers")["readers"].size() == 1);
}

TEST_CASE("a chunked body is bounded, too") {
  const e2e::Sandbox sandbox;
  const Served served(sandbox);
  const std::string chunk = "10000\r\n" + std::string(0x10000, ' ') + "\r\n";
  Wire wire(served.port());
  wire.send(served.request("POST", "/v1/readers", "", "Transfer-Encoding: chunked\r\n"));
  for (int i = 0; i < 160 && wire.send(chunk); ++i) {
  }
  CHECK(wire.receive().status == 413);
  Wire small(served.port());
  small.send(served.request("POST", "/v1/readers", "", "Transfer-Encoding: chunked\r\n") +
             "2\r\n{}\r\n0\r\n\r\n");
  CHECK(small.receive().status == 201);
}

TEST_CASE("no body is taken for a request") {
  const e2e::Sandbox sandbox;
  const Served served(sandbox);
  const std::string hidden = served.request("DELETE", kReader);
  const std::string length = "Content-Length: " + std::to_string(hidden.size()) + "\r\n";
  for (const std::string& bytes : {
           served.request("GET", "/healthz", "", length) + hidden,
           served.request("POST", "/v1/readers", "", "Origin: http://evil.example\r\n" + length) + hidden,
           served.request("POST", "/v1/readers", "", "Content-Length: 0\r\n" + length) + hidden,
           served.request("POST", "/v1/readers", "", "Transfer-Encoding: chunked\r\n" + length) + hidden,
           served.request("POST", "/v1/readers", "", "Transfer-Encoding: identity\r\n") + hidden,
           served.request("POST", "/" + std::string(3'000, 'a'), "", length) + hidden,
           served.request("POST", "/%0a", "", length) + hidden,
       }) {
    Wire wire(served.port());
    wire.send(bytes);
    wire.finish();
    CHECK(wire.receive().status != 0);
    CHECK(wire.receive().status == 0);
  }
  CHECK(served.ok("GET", kReader)["id"] == "default");
}

TEST_CASE("with --listen the token is needed") {
  const e2e::Sandbox sandbox;
  const Served served(sandbox, {"--listen", "127.0.0.1"});
  const std::string token = served.started()["token"];
  CHECK(token.size() == 32);
  CHECK(served.send("GET", kReader).status == 401);
  CHECK(served.send("GET", kReader, "", "Authorization: Bearer " + token + "\r\n").status == 200);
  const Answer session = served.send("POST", "/v1/session", json{{"token", token}}.dump());
  REQUIRE(session.status == 204);
  const std::string cookie = session.headers.at("set-cookie");
  served.stream("/v1/events", "Cookie: " + cookie.substr(0, cookie.find(';')) + "\r\n");
}

TEST_CASE("what cannot be served is one line and an exit status") {
  const e2e::Sandbox sandbox;
  const auto fails = [&](const std::vector<std::string>& arguments) {
    std::vector<std::string> all{"sim"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const e2e::Outcome outcome = sandbox.sesame(all);
    INFO(outcome.err);
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
    CHECK(outcome.out == "");
    return outcome.status;
  };
  const Served served(sandbox, {"--state", sandbox.file("cards")});
  CHECK(fails({"--port", std::to_string(served.port())}) == 3);
  CHECK(fails({"--port", "0", "--state", sandbox.file("cards")}) == 3);
  CHECK(fails({"--port", "0", "--listen", "203.0.113.1"}) == 3);
  CHECK(fails({"--port", "0", "--listen", "127.0.0.1", "--allow-real-cards"}) == 2);
  CHECK(fails({"--port", "0", "--card", "none"}) == 2);
  CHECK(fails({"--port", "0", "--profile", "none"}) == 2);
  CHECK(fails({"--port", "70000"}) == 2);
}

TEST_CASE("a card of --state goes on where it was, and is in one reader at a time") {
  const e2e::Sandbox sandbox;
  std::string atc;
  {
    Served served(sandbox, {"--state", sandbox.file("cards")});
    served.ok("PUT", kCard, R"("sesame-card")");
    atc = served.ok("POST", kOtp, R"({"pin":"1234"})")["atc"];
    const Answer other = served.send("POST", "/v1/readers", R"({"card":"sesame-card"})");
    CHECK(other.status == 409);
    CHECK(json::parse(other.body)["code"] == "card_in_use");
    CHECK(json::parse(served.send("PATCH", kCard + "/state", R"({"last_atc":"0000"})").body)["code"] ==
          "not_rewindable");
    CHECK(served.end() == 0);
  }
  const Served served(sandbox, {"--state", sandbox.file("cards")});
  served.ok("PUT", kCard, R"("sesame-card")");
  CHECK(std::stoul(served.ok("POST", kOtp, R"({"pin":"1234"})")["atc"].get<std::string>(), nullptr, 16) ==
        std::stoul(atc, nullptr, 16) + 1);
}

TEST_CASE("a PIN is nowhere in what goes over the wire, nor in the log") {
  const e2e::Sandbox sandbox;
  Served served(sandbox, {"--clock", "virtual"});
  Wire stream = served.stream("/v1/events");
  served.ok("PUT", kCard, R"("sesame-card")");
  std::string seen = served.send("POST", kOtp, R"({"pin":"739182"})").body;
  seen += served.send("POST", kOtp, R"({"pin":"739182","x":1})").body;
  seen += served.send("POST", kOtp, R"({"pin":"739182)").body;
  served.ok("DELETE", kCard);
  seen += stream.until("\"card\":\"removed\"").value_or("");
  seen += served.send("GET", std::string(kReader) + "/trace").body;
  seen += served.send("GET", "/metrics").body;
  CHECK(served.end() == 0);
  seen += served.log();
  CHECK(seen.find("event: apdu") != std::string::npos);
  CHECK(seen.find("739182") == std::string::npos);
}

TEST_CASE("whatever bytes come, the server answers or closes, and goes on") {
  const e2e::Sandbox sandbox;
  Served served(sandbox, {"--clock", "virtual"});
  served.ok("PUT", kCard, R"("sesame-card")");
  const std::vector<std::string> seeds{
      served.request("POST", "/v1/readers", R"({"profile":"sesame","card":"sesame-card","ttl_s":5})"),
      served.request("POST", std::string(kReader) + "/keys", R"({"keys":["CODE","1",{"hold":"C"}]})"),
      served.request("POST", kOtp, R"({"function":"CODE","pin":"1234","inputs":["1"]})"),
      served.request("GET", std::string(kReader) + "/screen?after=1&match=Code&timeout_ms=1"),
      served.request("POST", std::string(kReader) + "/clock", R"({"advance_ms":35000})"),
      served.request("PATCH", kCard + "/state", R"({"last_atc":"0100","tries_left":3})"),
      served.request("PUT", std::string(kReader) + "/faults",
                     R"({"faults":[{"kind":"status_word","ins":"AE","sw":"6985"}]})"),
      served.request("PUT", kCard, R"({"transcript":"> 00A40400 02 3F00\n< 6A82\n"})"),
      served.request("POST", "/v1/readers", "", "Transfer-Encoding: chunked\r\n") + "2\r\n{}\r\n0\r\n\r\n",
      served.request("GET", std::string(kReader) + "/trace", "",
                     "Accept: application/json\r\nRange: bytes=0-9\r\n"),
  };
  std::mt19937 random(5);
  const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(random() % bound); };
  for (int round = 0; round < 400; ++round) {
    std::string bytes = seeds[below(seeds.size())];
    for (std::size_t change = below(4) + 1; change > 0; --change) {
      const std::size_t at = below(bytes.size());
      switch (below(5)) {
        case 0: bytes[at] = static_cast<char>(random()); break;
        case 1: bytes.insert(at, 1, static_cast<char>(random())); break;
        case 2: bytes.erase(at, below(8) + 1); break;
        case 3: bytes.insert(at, bytes.substr(below(bytes.size()), below(16))); break;
        default: bytes.resize(at + 1); break;
      }
    }
    Wire wire(served.port());
    wire.send(bytes);
    // A client that sends nothing more gets an answer, or none.
    wire.finish();
    const Answer answer = wire.receive();
    INFO(round << ": " << bytes << "\n" << answer.body);
    CHECK(answer.status != 500);
    if (answer.status >= 400 && !answer.body.empty()) CHECK(json::parse(answer.body).contains("code"));
  }
  CHECK(served.ok("GET", kReader)["id"] == "default");
  CHECK(served.end() == 0);
  CHECK(served.log() == "");
}
