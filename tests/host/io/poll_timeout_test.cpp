#include "host/io/poll_timeout.hpp"

#include <catch2/catch.hpp>

namespace sesame::io {

using namespace std::chrono_literals;

TEST_CASE("a wait is rounded up to milliseconds, and is an hour at most") {
  CHECK(poll_timeout(0ns) == 0);
  CHECK(poll_timeout(-5s) == 0);
  CHECK(poll_timeout(1ns) == 1);
  CHECK(poll_timeout(1ms) == 1);
  CHECK(poll_timeout(1ms + 1ns) == 2);
  CHECK(poll_timeout(1h) == 3'600'000);
  CHECK(poll_timeout(1h + 1ns) == 3'600'000);
  CHECK(poll_timeout(std::chrono::nanoseconds::max()) == 3'600'000);
}

}  // namespace sesame::io
