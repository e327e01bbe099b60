#include "host/cli/exit.hpp"

#include <catch2/catch.hpp>

namespace sesame::cli {

TEST_CASE("each kind of failure has its exit status") {
  CHECK(exit_of(Failure::refused) == Exit::refused);
  CHECK(exit_of(Failure::invalid) == Exit::usage);
  CHECK(exit_of(Failure::environment) == Exit::environment);
}

TEST_CASE("the line of a failure names the option that would help") {
  using Remedy = Failure::Remedy;
  const auto line = [](Remedy remedy) { return line_of({Failure::environment, "no card", remedy}); };
  CHECK(line(Remedy::none) == "no card");
  CHECK(line(Remedy::another_state_file) == "no card; --state names another file");
  CHECK(line(Remedy::longer_wait) == "no card; --wait SECONDS waits longer");
  CHECK(line(Remedy::no_pinpad) == "no card; without --pinpad the PIN is typed here");
}

}  // namespace sesame::cli
