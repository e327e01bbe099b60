#include "host/base/decimal.hpp"

#include <catch2/catch.hpp>

namespace sesame {

TEST_CASE("a number is decimal digits alone, also with zeros in front") {
  CHECK(decimal("0") == 0);
  CHECK(decimal("010") == 10);
  CHECK(decimal("18446744073709551615") == 18446744073709551615u);
  for (const char* text : {"", " 1", "1 ", "+1", "-1", "0x10", "1e3", "1.0", "18446744073709551616"}) {
    CAPTURE(text);
    CHECK_FALSE(decimal(text));
  }
}

}  // namespace sesame
