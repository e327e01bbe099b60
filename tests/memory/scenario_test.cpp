// What `sesame scenario` and `sesame card new` have in their memory.
#include <catch2/catch.hpp>

#include <sys/wait.h>

#include "tests/memory/cards.hpp"
#include "tests/memory/watched.hpp"

namespace sesame::memory {

TEST_CASE("a scenario's PIN, and its card's, are gone when it is over") {
  const e2e::Sandbox box;
  box.write("card.toml", card_file());
  const std::string steps =
      "title = \"One\"\ncard = \"./card.toml\"\nsteps = [{insert = true}, {press = \"CODE\"}, {pin = \"" +
      kPinDigits + "\"}, {expect_state = \"wrong_pin\"}]\n";
  const std::string next = "title = \"Two\"\nsteps = [{insert = true}]\n";
  Watched sesame(box, {"scenario", box.write("1.toml", steps), box.write("2.toml", next)},
                 {.by_steps = true});
  REQUIRE(sesame.next_text_with("One"));
  CHECK(sesame.remains(kPin) == "");
  CHECK(sesame.remains(kCardPin) == "");
  CHECK(sesame.remains(kKey) == "");
  CHECK(WEXITSTATUS(sesame.wait()) == 0);
}

}  // namespace sesame::memory
