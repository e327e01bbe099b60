// Requests out of bytes: what is understood, what is refused and how soon, however the bytes come.
#include "sim/http/request_parser.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <tuple>
#include <vector>

namespace sesame::sim {
namespace {

using Progress = RequestParser::Progress;

const std::string kHost = "Host: x\r\n";

// All bytes, so many at once.
Progress take(RequestParser& parser, std::string_view bytes, std::size_t at_once) {
  std::string waiting;
  Progress progress = Progress::more;
  while (progress != Progress::whole && progress != Progress::refused) {
    std::string_view view = waiting;
    progress = parser.take(view);
    waiting.erase(0, waiting.size() - view.size());
    if (progress != Progress::more) continue;
    if (bytes.empty()) return progress;
    waiting += bytes.substr(0, at_once);
    bytes.remove_prefix(std::min(at_once, bytes.size()));
  }
  return progress;
}

// 200: it is whole; 0: more is needed.
int status(std::string_view bytes, std::size_t at_once, HttpBounds bounds = {}) {
  RequestParser parser(bounds);
  switch (take(parser, bytes, at_once)) {
    case Progress::whole: return 200;
    case Progress::refused: return parser.mistake();
    default: return 0;
  }
}

std::string lines(std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += "X: y\r\n";
  return out;
}

std::string chunked(const std::string& body) {
  return "POST / HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n" + body;
}

}  // namespace

TEST_CASE("a request is understood, or refused, however its bytes come") {
  using Row = std::tuple<const char*, std::string, int>;
  for (const auto& [what, bytes, expected] : std::vector<Row>{
           {"a request", "GET / HTTP/1.1\r\n" + kHost + "\r\n", 200},
           {"HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 200},
           {"half a line", "GET / HT", 0},
           {"no empty line", "GET / HTTP/1.1\r\n" + kHost, 0},
           {"another version", "GET / HTTP/2.0\r\n\r\n", 400},
           {"no version", "GET /\r\n\r\n", 400},
           {"two spaces", "GET  / HTTP/1.1\r\n\r\n", 400},
           {"a tab", "GET\t/ HTTP/1.1\r\n\r\n", 400},
           {"something after it", "GET / HTTP/1.1 x\r\n\r\n", 400},
           {"no method", " / HTTP/1.1\r\n\r\n", 400},
           {"an empty first line", "\r\nGET / HTTP/1.1\r\n\r\n", 400},
           {"TLS", "\x16\x03\x01\x02\x01\x01", 400},
           {"LF alone", "GET / HTTP/1.1\nHost: x\n\n", 400},
           {"LF alone after a header", "GET / HTTP/1.1\r\nA: b\nHost: x\r\n\r\n", 400},
           {"CR alone", "GET / HTTP/1.1\r\nA: b\rC: d\r\n\r\n", 400},
           {"two CR", "GET / HTTP/1.1\r\r\n\r\n", 400},
           {"NUL in a header", std::string("GET / HTTP/1.1\r\nA: b\0c\r\n\r\n", 27), 400},
           {"DEL in a header", "GET / HTTP/1.1\r\nA: b\x7F\r\n\r\n", 400},
           {"an escape in a name", "GET / HTTP/1.1\r\nA\x1B: b\r\n\r\n", 400},
           {"obsolete line folding", "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", 400},
           {"folding of the first line", "GET / HTTP/1.1\r\n A: b\r\n\r\n", 400},
           {"a space before the colon", "GET / HTTP/1.1\r\nA : b\r\n\r\n", 400},
           {"no colon", "GET / HTTP/1.1\r\nA\r\n\r\n", 400},
           {"no name", "GET / HTTP/1.1\r\n: b\r\n\r\n", 400},
           {"an authority", "CONNECT x:80 HTTP/1.1\r\n\r\n", 400},
           {"a proxy's target", "GET http://x/ HTTP/1.1\r\n\r\n", 400},
           {"a star", "OPTIONS * HTTP/1.1\r\n\r\n", 400},
           {"a control character in the path", "GET /%0a HTTP/1.1\r\n\r\n", 400},
           {"NUL in the path", "GET /%00 HTTP/1.1\r\n\r\n", 400},
           {"a body", "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", 200},
           {"half a body", "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n{}", 0},
           {"a body where none belongs", "GET / HTTP/1.1\r\nContent-Length: 1\r\n\r\nx", 400},
           {"an empty one there", "GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 200},
           {"a length twice", "POST / HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400},
           {"a list of lengths", "POST / HTTP/1.1\r\nContent-Length: 2, 2\r\n\r\n{}", 400},
           {"a signed length", "POST / HTTP/1.1\r\nContent-Length: +2\r\n\r\n{}", 400},
           {"a negative length", "POST / HTTP/1.1\r\nContent-Length: -2\r\n\r\n{}", 400},
           {"a length in hexadecimal", "POST / HTTP/1.1\r\nContent-Length: 0x2\r\n\r\n{}", 400},
           {"no digits", "POST / HTTP/1.1\r\nContent-Length:\r\n\r\n", 400},
           {"a length of 19 digits", "POST / HTTP/1.1\r\nContent-Length: 1000000000000000000\r\n\r\n", 400},
           {"a length and chunks",
            "POST / HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
           {"another coding", "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 400},
           {"chunks twice",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
           {"identity", "POST / HTTP/1.1\r\nTransfer-Encoding: identity\r\n\r\n", 400},
           {"too long a body", "POST / HTTP/1.1\r\nContent-Length: 1048577\r\n\r\n", 413},
           {"chunks", chunked("2\r\n{}\r\n0\r\n\r\n"), 200},
           {"chunks with an extension and trailers", chunked("2 ;a=\"b\"\r\n{}\r\n0;c\r\nA: b\r\n\r\n"), 200},
           {"a chunk without its end", chunked("2\r\n{}x\r\n"), 400},
           {"a chunk without a length", chunked("\r\n"), 400},
           {"a chunk with a sign", chunked("+2\r\n"), 400},
           {"a chunk with 0x", chunked("0x2\r\n{}\r\n"), 400},
           {"a chunk with a space before", chunked(" 2\r\n"), 400},
           {"a chunk with a space after it", chunked("2 \r\n"), 400},
           {"a chunk with LF alone", chunked("2\n{}\n"), 400},
           {"a chunk of 2^64", chunked("10000000000000000\r\n"), 413},
           {"a chunk larger than a body", chunked("100001\r\n"), 413},
           {"trailers with folding", chunked("0\r\nA: b\r\n c\r\n\r\n"), 400},
       }) {
    for (const std::size_t at_once : {std::size_t{1}, std::size_t{7}, std::size_t{100'000}}) {
      INFO(what << ", " << at_once << " at once");
      CHECK(status(bytes, at_once) == expected);
    }
  }
}

TEST_CASE("each line, their count and their sum are bounded, before the message ends") {
  const HttpBounds is;
  const std::string first = "GET / HTTP/1.1\r\n";
  using Row = std::tuple<const char*, std::string, int>;
  for (const auto& [what, bytes, expected] : std::vector<Row>{
           {"a first line of 8192", "GET /?" + std::string(8'192 - 15, 'a') + " HTTP/1.1\r\n\r\n", 200},
           {"of one more", "GET /?" + std::string(8'193 - 15, 'a') + " HTTP/1.1\r\n\r\n", 414},
           {"one without an end", std::string(8'193, 'a'), 414},
           {"a path of 2048", "GET /" + std::string(2'047, 'a') + " HTTP/1.1\r\n\r\n", 200},
           {"of one more", "GET /" + std::string(2'048, 'a') + " HTTP/1.1\r\n\r\n", 414},
           {"a header of 8192", first + "A: " + std::string(8'189, 'b') + "\r\n\r\n", 200},
           {"of one more", first + "A: " + std::string(8'190, 'b') + "\r\n\r\n", 431},
           {"one without an end", first + std::string(8'193, 'b'), 431},
           {"100 headers", first + lines(100) + "\r\n", 200},
           {"101 headers", first + lines(101), 431},
           {"headers without an end", first + lines(1'000'000), 431},
           {"long ones, 5 of 8000",
            first + "A:" + std::string(7'998, 'b') + "\r\nA:" + std::string(7'998, 'b') +
                "\r\nA:" + std::string(7'998, 'b') + "\r\nA:" + std::string(7'998, 'b') +
                "\r\nA:" + std::string(7'998, 'b') + "\r\n",
            431},
           {"a chunk-size line of 1024", chunked("2;" + std::string(1'022, 'a') + "\r\n{}\r\n0\r\n\r\n"),
            200},
           {"of one more", chunked("2;" + std::string(1'023, 'a') + "\r\n{}\r\n0\r\n\r\n"), 400},
           {"one without an end", chunked(std::string(1'025, '0')), 400},
           {"101 trailers", chunked("0\r\n" + lines(101)), 431},
           {"long trailers", chunked("0\r\nA: " + std::string(8'190, 'b')), 431},
       }) {
    INFO(what);
    CHECK(status(bytes, 1'000) == expected);
  }
  std::string extensions;
  for (int i = 0; i < 9; ++i) extensions += "1;" + std::string(1'000, 'a') + "\r\nx\r\n";
  CHECK(status(chunked(extensions), 1'000) == 431);
  std::string chunks;
  for (std::size_t i = 0; i <= is.body / 0x10000; ++i)
    chunks += "10000\r\n" + std::string(0x10000, ' ') + "\r\n";
  CHECK(status(chunked(chunks), 10'000) == 413);
}

TEST_CASE("a head is said before its body comes, once") {
  RequestParser parser;
  std::string_view bytes =
      "POST /x?a=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n{}";
  CHECK(parser.take(bytes) == Progress::head);
  CHECK(bytes == "{}");
  CHECK(parser.request().path == "/x");
  CHECK(parser.request().header("host") == "x");
  CHECK(parser.request().body.empty());
  CHECK(parser.expects_continue());
  CHECK(parser.take(bytes) == Progress::whole);
  CHECK(parser.request().body == "{}");
}

TEST_CASE("of several requests in a row each is taken by itself") {
  RequestParser parser;
  std::string_view bytes = "POST /1 HTTP/1.1\r\nContent-Length: 1\r\n\r\naGET /2 HTTP/1.1\r\nA: b\r\n\r\nGET";
  CHECK(parser.take(bytes) == Progress::head);
  CHECK(parser.take(bytes) == Progress::whole);
  CHECK(parser.request().body == "a");
  parser.next();
  CHECK_FALSE(parser.begun());
  CHECK(parser.take(bytes) == Progress::whole);
  CHECK(parser.request().path == "/2");
  CHECK(parser.request().body.empty());
  parser.next();
  CHECK(parser.take(bytes) == Progress::more);
  CHECK(parser.begun());
}

TEST_CASE("headers of one name are one, and their names are in lower case") {
  RequestParser parser;
  std::string_view bytes = "GET / HTTP/1.1\r\nHost: a\r\nHOST:b \r\nX-Y:\t c d\t\r\n\r\n";
  REQUIRE(parser.take(bytes) == Progress::whole);
  CHECK(parser.request().header("host") == "a, b");
  CHECK(parser.request().header("x-y") == "c d");
}

TEST_CASE("a path and a query are percent-decoded; a + is a space in a query alone") {
  using Row = std::tuple<const char*, const char*, const char*>;
  for (const auto& [text, in_path, in_query] : std::vector<Row>{
           {"a%20b", "a b", "a b"},
           {"a+b", "a+b", "a b"},
           {"%2B%2b", "++", "++"},
           {"%C3%a9", "é", "é"},
           {"%u00e9", "é", "é"},
           {"%u20AC", "€", "€"},
           {"%uD800", "", ""},
           {"%u00g9", "%u00g9", "%u00g9"},
           {"%", "%", "%"},
           {"%4", "%4", "%4"},
           {"%zz", "%zz", "%zz"},
           {"%-1", "%-1", "%-1"},
           {"%25zz", "%zz", "%zz"},
       }) {
    INFO(text);
    CHECK(percent_decoded(text, false) == in_path);
    CHECK(percent_decoded(text, true) == in_query);
  }
}

TEST_CASE("a query is names and values, and ends at a #") {
  RequestParser parser;
  std::string_view bytes = "GET /p%2Fq?a=1&b&&c=x=y?z&a=2&%64=%3D#e=5 HTTP/1.1\r\n\r\n";
  REQUIRE(parser.take(bytes) == Progress::whole);
  CHECK(parser.request().path == "/p/q");
  CHECK(parser.request().query ==
        std::map<std::string, std::string>{{"a", "1"}, {"b", ""}, {"c", "x=y?z"}, {"d", "="}});
}

TEST_CASE("a connection is kept as the version and the client say") {
  using Row = std::tuple<const char*, const char*, bool>;
  for (const auto& [version, connection, kept] : std::vector<Row>{
           {"HTTP/1.1", "", true},
           {"HTTP/1.1", "Connection: close\r\n", false},
           {"HTTP/1.1", "Connection: Foo, CLOSE\r\n", false},
           {"HTTP/1.1", "Connection: closed\r\n", true},
           {"HTTP/1.0", "", false},
           {"HTTP/1.0", "Connection: Keep-Alive\r\n", true},
       }) {
    RequestParser parser;
    const std::string request = std::string("GET / ") + version + "\r\n" + connection + "\r\n";
    std::string_view bytes = request;
    REQUIRE(parser.take(bytes) == Progress::whole);
    INFO(version << " " << connection);
    CHECK(parser.keeps_alive() == kept);
  }
}

}  // namespace sesame::sim
