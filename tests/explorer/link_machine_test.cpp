#include <catch2/catch.hpp>

#include "tests/explorer/link_machine.hpp"
#include "tests/explorer/search.hpp"
#include "tests/firmware/core/profiles.hpp"

using namespace sesame;
using namespace sesame::explorer;

TEST_CASE("no cryptogram without OK under the text that was shown, whatever happens") {
  LinkMachine machine(test::kSesame);
  const Outcome outcome = Search(machine).run(1'000'000);
  INFO((outcome.broken ? outcome.broken->rule + ": " + in_a_line(*outcome.broken) : ""));
  CHECK_FALSE(outcome.broken);
  CHECK(outcome.exhausted);
  CHECK(machine.cryptograms() > 1000);  // and it has really been there
  CHECK(machine.of_texts() > 500);
}
