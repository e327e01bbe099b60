#include <catch2/catch.hpp>

#include "host/base/failure.hpp"
#include "host/card/iso7816/misbehavior.hpp"
#include "tests/host/contacts/script.hpp"

namespace sesame::card::iso7816 {

using Catch::Matchers::Contains;

TEST_CASE("a misbehavior has a text form, and comes back from it") {
  for (const char* text :
       {"", "nulls=2", "single", "slow=90,single", "mute", "bad-atr",
        "nulls=1,slow=2,wtx=3,mute-after=4,garbage=5,seed=6,bad-lrc=7,lose=8,corrupt=9,parity=10,"
        "single,mute,bad-atr"}) {
    CHECK(to_text(parse_misbehavior(text)) == text);
  }
  CHECK(parse_misbehavior("single,nulls=3").nulls == 3);
  CHECK(parse_misbehavior("single,nulls=3").single);
}

TEST_CASE("what is no misbehavior is refused, with what there is") {
  for (const char* text : {"rude", "nulls", "nulls=", "nulls=0", "nulls=x", "nulls=70000", "slow=1001",
                           "wtx=256", "single=1", "single,", ",", "mute mute", "nulls=-1", "nulls=2 "}) {
    INFO(text);
    CHECK_THROWS_AS(parse_misbehavior(text), sesame::Failure);
  }
  CHECK_THROWS_WITH(parse_misbehavior("rude"),
                    Contains("'rude'") && Contains("nulls=N") && Contains("bad-atr"));
  CHECK_THROWS_WITH(parse_misbehavior("wtx=256"), Contains("from 1 to 255"));
}

TEST_CASE("a card can be mute, or answer a reset with no ATR") {
  test::Script mute("3B00", "mute");
  CHECK(mute.power_up().empty());
  test::Script bad("3B00", "bad-atr");
  CHECK(bad.power_up() == "3C00");
}

}  // namespace sesame::card::iso7816
