// What a client can do to the server, with deadlines and bounds of this test's own: bytes on sockets of a
// server in this process, whose service is made of the few things that matter to it.
#include "sim/http/http_server.hpp"

#include <catch2/catch.hpp>

#include <list>
#include <thread>

#include "tests/sim/http/running.hpp"

using namespace std::chrono_literals;

namespace sesame::sim {
namespace {

// Sends the text again and again until an answer begins, or the connection ends; `pause`: between two.
Answer drip(Wire wire, const std::string& text, std::chrono::milliseconds pause) {
  const auto end = Clock::now() + 30s;
  while (Clock::now() < end && !wire.has_answer(pause)) {
    if (!wire.send(text)) break;
  }
  return wire.receive();
}

}  // namespace

// ---- deadlines

TEST_CASE("what the deadlines are where nothing else is given") {
  const HttpLimits limits;
  CHECK(limits.idle == 5s);
  CHECK(limits.request == 30s);
  CHECK(limits.write == 10s);
  CHECK(limits.linger == 2s);
}

TEST_CASE("a request that stalls is given up, and its client told") {
  const Running server(with([](HttpLimits& limits) { limits.request = 100ms; }));
  for (const std::string& bytes :
       {std::string("G"), std::string("GET / HTTP/1.1\r\nHo"),
        Running::request("POST", "/echo", "Content-Length: 10\r\n") + "12345",
        Running::request("POST", "/echo", "Transfer-Encoding: chunked\r\n") + "5\r\n123"}) {
    Wire wire = server.wire(bytes);
    CHECK(wire.receive().status == 408);
    CHECK(wire.ends());
  }
}

TEST_CASE("a client that sends a byte now and then is held to the same deadline") {
  const Running server(with([](HttpLimits& limits) { limits.request = 200ms; }));
  CHECK(drip(server.wire("GET / HTTP/1.1\r\nA: "), "b", 5ms).status == 408);
  CHECK(drip(server.wire(Running::request("POST", "/echo", "Content-Length: 100000\r\n")), "x", 5ms).status ==
        408);
  CHECK(server.shared.begun == 0);
}

TEST_CASE("a client whose bytes are always there already is held to the same deadline") {
  const Running server(with([](HttpLimits& limits) {
    limits.request = 200ms;
    limits.bounds.body = std::size_t{1} << 40;
    limits.bodies = limits.bounds.body;
  }));
  const auto began = Clock::now();
  const std::string length = "Content-Length: " + std::to_string(std::size_t{1} << 30) + "\r\n";
  CHECK(drip(server.wire(Running::request("POST", "/echo", length)), std::string(100'000, 'x'), 0ms).status ==
        408);
  CHECK(Clock::now() - began < 10s);
}

TEST_CASE("who says nothing between two requests is let go") {
  const Running server(with([](HttpLimits& limits) { limits.idle = 50ms; }));
  CHECK(server.wire().ends());
  Wire wire = server.wire(Running::request("GET", "/"));
  CHECK(wire.receive().status == 200);
  CHECK(wire.ends());
}

TEST_CASE("who does not read an answer is let go") {
  const Running server(with([](HttpLimits& limits) { limits.write = 100ms; }));
  Wire wire = server.wire(Running::request("GET", "/big"));
  REQUIRE(wire.has_answer(30s));
  // Nothing is read until the server has given up, and has closed with the rest unsent.
  CHECK(wire.breaks());
}

TEST_CASE("who does not read a stream is let go") {
  Running server(with([](HttpLimits& limits) { limits.write = 100ms; }));
  const Wire wire = server.wire(Running::request("GET", "/flood"));
  CHECK(server.shared.gone.wait());
}

// ---- many

TEST_CASE("500 half requests, of every kind, keep no client out") {
  const Running server;
  std::list<Wire> half;
  for (int i = 0; i < 500; ++i) {
    half.push_back(server.wire(i % 2 == 0
                                   ? "GET / HTTP/1.1\r\nHost: x\r\n"
                                   : Running::request("POST", "/echo", "Content-Length: 9\r\n") + "1234"));
  }
  const auto began = Clock::now();
  for (int i = 0; i < 20; ++i) CHECK(server.get("/").status == 200);
  CHECK(Clock::now() - began < 5s);
}

TEST_CASE("thousands of waits and streams take no thread each, and are all told") {
  constexpr int kEach = 1'000;
  Running server(with([](HttpLimits& limits) { limits.workers = 2; }));
  CHECK(server.get("/").status == 200);
  const std::size_t before = threads();
  std::list<Wire> waits, streams;
  for (int i = 0; i < kEach; ++i) {
    waits.push_back(server.wire(Running::request("GET", "/wait")));
    streams.push_back(server.wire(Running::request("GET", "/quiet")));
  }
  for (Wire& stream : streams) CHECK(stream.receive().status == 200);
  CHECK(threads() == before);
  CHECK(server.get("/").status == 200);
  // What comes before one of them listens it is asked about again: each has its answer.
  server.shared.come.set();
  server.publish("reader");
  for (Wire& wait : waits) CHECK(wait.receive().body == "\"come\"");
}

// With one worker a request is handled once the one before it listens.
TEST_CASE("news of another topic is not told") {
  Running server(with([](HttpLimits& limits) { limits.workers = 1; }));
  Wire wait = server.wire(Running::request("GET", "/wait"));
  while (server.shared.asked == 0) std::this_thread::yield();
  CHECK(server.get("/").status == 200);
  server.publish("another");
  CHECK(server.get("/").status == 200);
  CHECK(server.shared.asked == 1);
  server.shared.come.set();
  server.publish("reader");
  CHECK(wait.receive().body == "\"come\"");
}

TEST_CASE("slow handlers keep no client from being refused, and no deadline from passing") {
  Running server(with([](HttpLimits& limits) {
    limits.workers = 1;
    limits.request = 100ms;
  }));
  Wire slow = server.wire(Running::request("GET", "/slow"));
  while (server.shared.begun == 0) std::this_thread::yield();
  CHECK(server.wire("X\n").receive().status == 400);
  CHECK(server.wire("G").receive().status == 408);
  CHECK(server.wire(Running::request("POST", "/refused", "Content-Length: 5\r\n")).receive().status == 403);
  server.shared.free.set();
  CHECK(slow.receive().status == 200);
}

TEST_CASE("a connection that is over is closed while another's request takes its time") {
  Running server;
  const Wire slow = server.wire(Running::request("GET", "/slow"));
  while (server.shared.begun == 0) std::this_thread::yield();
  Wire wire = server.wire(Running::request("GET", "/", "Connection: close\r\n"));
  CHECK(wire.receive().status == 200);
  CHECK(wire.ends());
}

TEST_CASE("beyond the bound on connections the oldest that has not asked anything makes room") {
  const Running server(with([](HttpLimits& limits) { limits.connections = 4; }));
  Wire wait = server.wire(Running::request("GET", "/quiet"));
  CHECK(wait.receive().status == 200);
  Wire first = server.wire("GET / HT");
  std::list<Wire> others;
  for (int i = 0; i < 3; ++i) {
    others.push_back(server.wire(Running::request("GET", "/")));
    CHECK(others.back().receive().status == 200);
  }
  CHECK(first.ends());
  CHECK(server.get("/").status == 200);
  CHECK_FALSE(wait.has_answer(0ms));  // it is still there
}

TEST_CASE("beyond the bound on unfinished bodies the oldest makes room, and no client without one") {
  const Running server(with([](HttpLimits& limits) { limits.bodies = 100'000; }));
  const std::string post = Running::request("POST", "/echo", "Content-Length: 70000\r\n");
  Wire idle = server.wire("GET /");
  Wire first = server.wire(post + std::string(60'000, 'x'));
  Wire second = server.wire(post + std::string(60'000, 'x'));
  CHECK(first.ends());
  second.send(std::string(10'000, 'x'));
  CHECK(second.receive().status == 200);
  idle.send(" HTTP/1.1\r\n\r\n");
  CHECK(idle.receive().status == 200);
}

// ---- one

TEST_CASE("a request is judged by its head: the body of one that is refused is not read") {
  const Running server;
  Wire wire = server.wire(Running::request("POST", "/refused", "Content-Length: 1000000\r\n"));
  const Answer answer = wire.receive();
  CHECK(answer.status == 403);
  CHECK(answer.headers.at("connection") == "close");
  CHECK(server.shared.begun == 0);
}

TEST_CASE("a client that asks whether to go on is told so, where the request will be handled") {
  const Running server;
  const std::string expects = "Content-Length: 2\r\nExpect: 100-continue\r\n";
  Wire wire = server.wire(Running::request("POST", "/echo", expects));
  CHECK(wire.until("HTTP/1.1 100 Continue\r\n\r\n"));
  wire.send("{}");
  CHECK(wire.receive().body == "POST {}");
  CHECK(server.wire(Running::request("POST", "/refused", expects)).receive().status == 403);
  CHECK(server.wire(Running::request("POST", "/echo", expects) + "{}").receive().status == 200);
}

TEST_CASE("HEAD is answered without a body, and the next request comes where it should") {
  const Running server;
  Wire wire = server.wire(Running::request("HEAD", "/echo") + Running::request("GET", "/echo"));
  CHECK(wire.until("Content-Length: 5\r\n"));
  CHECK(wire.until("\r\n\r\n"));
  CHECK(wire.receive().body == "GET ");
  Wire feed = server.wire(Running::request("HEAD", "/flood") + Running::request("GET", "/echo"));
  CHECK(feed.until("Transfer-Encoding: chunked\r\n"));
  CHECK(feed.until("\r\n\r\n"));
  CHECK(feed.receive().body == "GET ");
}

TEST_CASE("what a client sends ahead waits for its turn") {
  Running server;
  std::string bytes = Running::request("GET", "/wait");
  for (int i = 0; i < 2'000; ++i) bytes += Running::request("GET", "/echo");
  Wire wire(server.wire());
  std::thread sending([&] { wire.send(bytes); });
  while (server.shared.asked == 0) std::this_thread::yield();
  server.shared.come.set();
  server.publish("reader");
  CHECK(wire.receive().body == "\"come\"");
  for (int i = 0; i < 2'000; ++i) REQUIRE(wire.receive().body == "GET ");
  sending.join();
}

TEST_CASE("what a client sends ahead is read as it was sent, also while what came before it is answered") {
  const Running server;
  Wire wire = server.wire();
  for (int i = 0; i < 3; ++i) {
    wire.send(Running::request("GET", "/echo") + Running::request("GET", "/echo"));
    CHECK(wire.receive().body == "GET ");
    CHECK(wire.receive().body == "GET ");
  }
}

TEST_CASE("a client of HTTP/1.0 gets a stream that ends with its connection") {
  Running server;
  Wire wire = server.wire("GET /flood HTTP/1.0\r\n\r\n");
  CHECK(wire.until("Connection: close\r\n\r\n"));
  CHECK(wire.until("xxxxxxxx"));
}

TEST_CASE("a wait whose client has left ends") {
  Running server;
  {
    const Wire wire = server.wire(Running::request("GET", "/wait"));
    while (server.shared.asked == 0) std::this_thread::yield();
  }
  CHECK(server.shared.gone.wait());
}

TEST_CASE("a stream whose client has left ends") {
  Running server;
  { CHECK(server.wire(Running::request("GET", "/quiet")).receive().status == 200); }
  CHECK(server.shared.gone.wait());
}

// ---- the end

TEST_CASE("at the end a wait is answered, a stream is ended, and what is being done is done") {
  Running server;
  Wire wait = server.wire(Running::request("GET", "/wait")),
       stream = server.wire(Running::request("GET", "/quiet")), half = server.wire("GET /"),
       slow = server.wire(Running::request("GET", "/slow"));
  CHECK(stream.receive().status == 200);
  while (server.shared.asked < 2 || server.shared.begun < 3) std::this_thread::yield();
  server.begin_to_stop();
  const Answer answer = wait.receive();
  CHECK(answer.status == 503);
  CHECK(answer.headers.at("retry-after") == "2");
  CHECK(answer.headers.at("connection") == "close");
  CHECK(wait.ends());
  CHECK(stream.until("0\r\n\r\n"));
  CHECK(stream.ends());
  CHECK(half.ends());
  server.shared.free.set();
  CHECK(slow.receive().status == 200);
  server.stop();
}

TEST_CASE("the end waits for no client") {
  Running server(with([](HttpLimits& limits) { limits.end = 100ms; }));
  Wire wire = server.wire(Running::request("GET", "/big"));
  REQUIRE(wire.has_answer(30s));
  const auto began = Clock::now();
  server.stop();
  CHECK(Clock::now() - began < 5s);
}

}  // namespace sesame::sim
