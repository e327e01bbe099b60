// What a client must survive from its peer: a server that says what this test wants.
#include "sim/http/http_client.hpp"

#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <functional>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "host/base/failure.hpp"
#include "sim/scenario/served_device.hpp"

using namespace std::chrono_literals;

namespace sesame::sim {
namespace {

// Takes connections one after the other until it ends; `answer`: what it says to each request, on and on
// until the client has enough; "": nothing.
class Liar {
 public:
  explicit Liar(std::string once, std::string again = "") : once_(std::move(once)), again_(std::move(again)) {
    listener_ = io::Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listener_.get(), 8) == 0);
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  Liar(const Liar&) = delete;
  Liar& operator=(const Liar&) = delete;
  ~Liar() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }
  std::uint16_t port() const { return port_; }

 private:
  void serve() {
    for (;;) {
      const io::Descriptor client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!client.is_open()) return;
      char request[4'096];
      while (::recv(client.get(), request, sizeof request, 0) > 0) {
        bool heard = say(client, once_);
        while (heard && !again_.empty()) heard = say(client, again_);
      }
    }
  }
  static bool say(const io::Descriptor& client, const std::string& text) {
    return ::send(client.get(), text.data(), text.size(), MSG_NOSIGNAL) > 0 || text.empty();
  }

  std::string once_, again_;
  io::Descriptor listener_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

constexpr HttpPatience kShort{10s, 200ms};
constexpr HttpPatience kLong{10s, 30s};

std::string why(const Liar& liar, HttpPatience patience = kLong) {
  HttpClient client("127.0.0.1", liar.port(), patience);
  try {
    return "status " + std::to_string(client.send("GET", "/", "").status);
  } catch (const NoAnswer& failure) {
    return failure.what();
  }
}

std::string answer(const std::string& body, const std::string& status = "200 OK") {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

TEST_CASE("an answer is bounded in every part, and nothing of what is too much is kept") {
  using Row = std::tuple<const char*, std::string, std::string, const char*>;
  const std::string ok = "HTTP/1.1 200 OK\r\n", chunks = ok + "Transfer-Encoding: chunked\r\n\r\n";
  for (const auto& [what, once, again, expected] : std::vector<Row>{
           {"a first line", "HTTP/1.1 200 ", std::string(10'000, 'x'), "an answer that is too large"},
           {"headers", ok, "A: b\r\n", "an answer that is too large"},
           {"a header", ok + "A: ", std::string(10'000, 'x'), "an answer that is too large"},
           {"a body of 300 MB", ok + "Content-Length: 300000000\r\n\r\n", std::string(10'000, 'x'),
            "an answer that is too large"},
           {"chunks", chunks, "2710\r\n" + std::string(10'000, 'x') + "\r\n", "an answer that is too large"},
           {"a chunk-size line", chunks, std::string(10'000, '0'), "an answer that is no HTTP/1.1"},
           {"trailers", chunks + "0\r\n", "A: b\r\n", "an answer that is too large"},
           {"a body to the end of the connection", ok + "\r\n", "x", "an answer that is no HTTP/1.1"},
           {"something else", "SSH-2.0-OpenSSH_9.2\r\n", "", "an answer that is no HTTP/1.1"},
           {"a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", "", "an answer that is no HTTP/1.1"},
           {"two lengths", ok + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", "x",
            "an answer that is no HTTP/1.1"},
           {"an answer", answer("{}"), "", "status 200"},
           {"a chunked one", chunks + "2\r\n{}\r\n0\r\n\r\n", "", "status 200"},
           {"one without a body", "HTTP/1.1 204 No Content\r\n\r\n", "", "status 204"},
       }) {
    INFO(what);
    const Liar liar(once, again);
    CHECK(why(liar) == expected);
  }
}

TEST_CASE("an answer must be whole in its time, however its bytes come") {
  const Liar silent("");
  CHECK(why(silent, kShort) == "no answer (it takes too long)");
  const Liar half("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12");
  CHECK(why(half, kShort) == "no answer (it takes too long)");
}

TEST_CASE("a connection is used again, and made anew where the server has closed it") {
  const Liar liar(answer("{}"));
  HttpClient client("127.0.0.1", liar.port());
  for (int i = 0; i < 3; ++i) CHECK(client.send("GET", "/", "").body == "{}");
  const Liar closing("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  HttpClient again("127.0.0.1", closing.port());
  for (int i = 0; i < 3; ++i) CHECK(again.send("GET", "/", "").status == 200);
}

TEST_CASE("a server that is no simulator is told in one line, and ends nothing") {
  using Row = std::tuple<const char*, std::string, Failure::Kind>;
  const std::string deep = std::string(1'000'000, '[');
  for (const auto& [what, says, kind] : std::vector<Row>{
           {"a deep answer", answer(deep, "201 Created"), Failure::environment},
           {"a deep and complete one", answer(deep + std::string(1'000'000, ']'), "201 Created"),
            Failure::environment},
           {"a deep refusal", answer(deep, "400 Bad Request"), Failure::environment},
           {"no JSON", answer("<html>"), Failure::environment},
           {"nothing", answer(""), Failure::environment},
           {"no id", answer("{}", "201 Created"), Failure::environment},
           {"an id that is a request", answer(R"({"id":"x HTTP/1.1\r\n\r\nDELETE /"})", "201 Created"),
            Failure::environment},
           {"a refusal", answer(R"({"code":"x","message":"no\u001b[2J\nway","hint":""})", "409 Conflict"),
            Failure::refused},
       }) {
    INFO(what);
    const Liar liar(says);
    try {
      const ServedDevice device({"http://127.0.0.1:" + std::to_string(liar.port()), ""}, "sesame");
      FAIL("it was taken for a reader");
    } catch (const Failure& failure) {
      CHECK(failure.kind() == kind);
      INFO(failure.what());
      for (const char* p = failure.what(); *p != '\0'; ++p) CHECK(static_cast<unsigned char>(*p) >= ' ');
    }
  }
}

TEST_CASE("an answer that is nested deeper than a simulator's is refused, however deep it is") {
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  for (const std::string& body : {deep, R"({"id":"r1","x":)" + deep + "}", std::string(200'000, '[')}) {
    const Liar liar(answer(body, "201 Created"));
    const std::string url = "http://127.0.0.1:" + std::to_string(liar.port());
    CHECK_THROWS_WITH(ServedDevice({url, ""}, "sesame"),
                      url + ": this is no answer of a simulator: the body is nested too deeply");
  }
}

TEST_CASE("a URL is http://HOST:PORT, with a slash or without") {
  const Liar liar(answer(R"({"code":"x","message":"here","hint":""})", "409 Conflict"));
  const std::string port = std::to_string(liar.port());
  for (const std::string& url :
       {"http://127.0.0.1:" + port, "http://127.0.0.1:" + port + "/", "http://localhost:" + port}) {
    INFO(url);
    CHECK_THROWS_WITH(ServedDevice({url, ""}, "sesame"), "here");
  }
  for (const std::string& url :
       {std::string("http://"), std::string("https://127.0.0.1:1"), std::string("http://a/b"),
        std::string("http://a b:1"), std::string("http://a:x"), std::string("http://a:"),
        std::string("http://a:70000"), std::string("http://u@a:1"), std::string("http:///"),
        std::string("http://a\r\nX: y:1"), std::string("127.0.0.1:8035"), std::string()}) {
    INFO(url);
    CHECK_THROWS_WITH(ServedDevice({url, ""}, "sesame"), Catch::Contains("http://HOST:PORT"));
  }
}

}  // namespace sesame::sim
