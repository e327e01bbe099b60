#include "sim/lcd/pattern.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace sesame::sim {

TEST_CASE("a pattern is of characters, and looks anywhere") {
  CHECK(Pattern("S.same").matches("Code Sésame\n4251 1495"));
  CHECK(Pattern("[é]s").matches("Code Sésame"));
  CHECK(Pattern("e\\n\\d{4} ").matches("Code Sésame\n4251 1495"));
  CHECK_FALSE(Pattern("^4251").matches("x4251"));
  CHECK_FALSE(
      Pattern("(.*)*(.*)*(.*)*(.*)*(.*)*Z").matches("Code Sésame\n4251 1495"));  // at once, not in years
  CHECK_FALSE(Pattern("a").matches("\xFF\xC3"));                                 // no UTF-8, and no crash
}

TEST_CASE("what a pattern may not be is said in a clause") {
  struct Case {
    std::string pattern, mistake;  // empty: none
  };
  const Case all[] = {
      {"a|b", ""},
      {"\\d{4} \\d{4}", ""},
      {"a{0,1000}", ""},
      {"[{9999}]", ""},
      {"\\{\\0", ""},
      {std::string(200, 'a'), ""},
      {"", "it has 1 to 200 bytes"},
      {std::string(201, 'a'), "it has 1 to 200 bytes"},
      {"a{1001}", "it repeats something more than 1000 times"},
      {"a{1,1001}", "it repeats something more than 1000 times"},
      {"a{1,18446744073709551616}", "it repeats something more than 1000 times"},
      {"(.)\\1", "it has a back reference"},
      {"\\18446744073709551616", "it has a back reference"},
      // Each small, and together beyond what one pattern may be.
      {"((){200}){100}", "it is too large"},
      {"((a?){100}){100}", "it is too large"},
  };
  for (const Case& one : all) {
    CAPTURE(one.pattern);
    CHECK(Pattern::mistake(one.pattern).value_or("") == one.mistake);
  }
  CHECK(Pattern::mistake("["));
  CHECK(Pattern::mistake("a(?=b)"));
  CHECK(Pattern::mistake("\xFF"));
}

}  // namespace sesame::sim
