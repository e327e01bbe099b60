#include "sim/http/origin.hpp"

#include <catch2/catch.hpp>

#include "host/base/failure.hpp"

namespace sesame::sim {

TEST_CASE("a server is named by scheme, host and port, and one slash after them") {
  struct Row {
    const char* url;
    const char* origin;
  };
  for (const Row& row : {
           Row{"http://127.0.0.1:8035", "http://127.0.0.1:8035"},
           Row{"http://127.0.0.1:8035/", "http://127.0.0.1:8035"},
           Row{"HTTP://localhost:08035/", "http://localhost:8035"},
           Row{"http://build-1.example:1", "http://build-1.example:1"},
           Row{"http://h", "http://h:80"},
           Row{"http://h/", "http://h:80"},
           Row{"http://[::1]:8035/", "http://[::1]:8035"},
       }) {
    CAPTURE(row.url);
    CHECK(server_origin(row.url) == row.origin);
  }
}

TEST_CASE("what is no server is refused, says why, and is not repeated") {
  struct Row {
    const char* url;
    const char* why;
  };
  for (const Row& row : {
           Row{"", "there is no scheme"},
           Row{"localhost:8035", "there is no scheme"},
           Row{"127.0.0.1", "there is no scheme"},
           Row{"https://h:1", "no TLS"},
           Row{"ftp://h:1", "the scheme is not http"},
           Row{"://h:1", "the scheme is not http"},
           Row{"http://", "no name or address"},
           Row{"http:///", "no name or address"},
           Row{"http://:80", "no name or address"},
           Row{"http://[]:80", "no name or address"},
           Row{"http://[::1:80", "has no ']'"},
           Row{"http://[::1]80", "something after the host"},
           Row{"http://user@h:1", "user or password"},
           Row{"http://user:pass@h:1/", "user or password"},
           Row{"http://h:1/v1", "a path"},
           Row{"http://h:1//", "a path"},
           Row{"http://h:1?x", "a path"},
           Row{"http://h:1#x", "a path"},
           Row{"http://h:1/?x", "a path"},
           Row{"http://h:", "the port must be a decimal number from 1 to 65535"},
           Row{"http://h:/", "the port"},
           Row{"http://h:0", "the port"},
           Row{"http://h:65536", "the port"},
           Row{"http://h:+1", "the port"},
           Row{"http://h:0x50", "the port"},
           Row{"http://h:80x", "the port"},
           Row{"http://h:80 ", "the port"},
           Row{"http://h:1:2", "the port"},
           Row{"http://h h:1", "no name or address"},
           Row{" http://h:1", "the scheme is not http"},
           Row{"http://h\n:1", "no name or address"},
           Row{"http://h\xE9:1", "no name or address"},
       }) {
    CAPTURE(row.url);
    try {
      server_origin(row.url);
      FAIL("taken for a server");
    } catch (const Failure& failure) {
      CHECK(failure.kind() == Failure::invalid);
      CHECK_THAT(failure.what(), Catch::Contains(row.why) && Catch::Contains("http://HOST:PORT"));
      CHECK_THAT(failure.what(), !Catch::Contains("user@") && !Catch::Contains("pass"
                                                                               "@"));
    }
  }
}

}  // namespace sesame::sim
