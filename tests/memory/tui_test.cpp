// What `sesame tui` has in its memory, and what of it the library that draws the terminal keeps.
#include <catch2/catch.hpp>

#include "tests/memory/cards.hpp"
#include "tests/memory/watched.hpp"

namespace sesame::memory {

TEST_CASE("what was typed at the reader in the terminal, and what it showed, is gone with the screen") {
  const e2e::Sandbox box;
  Watched sesame(box, {"tui", "--clock", "virtual", "--card", box.write("card.apdu", kRecorded)},
                 {.terminal = true});
  REQUIRE(sesame.says("q end"));
  sesame.type("ia" + kPinDigits);
  REQUIRE(sesame.holds(kPin));
  SECTION("the PIN went to the card, and time goes on") {
    sesame.type("\r");
    REQUIRE(sesame.holds(kCode));
    CHECK(sesame.remains(kPin) == "");
    sesame.type(">");
    CHECK(sesame.remains(kCode) == "");
  }
  SECTION("C is held down") {
    sesame.type("C");
    CHECK(sesame.remains(kPin) == "");
  }
  SECTION("the card is pulled out") {
    sesame.type("e");
    CHECK(sesame.remains(kPin) == "");
  }
}

}  // namespace sesame::memory
