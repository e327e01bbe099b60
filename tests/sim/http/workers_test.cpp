#include "sim/http/workers.hpp"

#include <catch2/catch.hpp>

#include "tests/sim/http/running.hpp"

namespace sesame::sim {

TEST_CASE("of jobs that come together one start begins all, and none waits for another to end") {
  Flag first, second;
  Workers workers(2);
  workers.add([&] {
    if (second.wait()) first.set();
  });
  workers.add([&] { second.set(); });
  workers.start();
  CHECK(first.wait());
}

TEST_CASE("what was given to workers is done before they end, started or not") {
  int done = 0;
  {
    Workers workers(1);
    workers.run([&] { ++done; });
    workers.add([&] { ++done; });
  }
  CHECK(done == 2);
}

}  // namespace sesame::sim
