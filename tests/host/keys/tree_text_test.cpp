#include "host/keys/tree_text.hpp"

#include <catch2/catch.hpp>

namespace sesame::keys {
namespace {

TEST_CASE("a tree is written B/H or B/H/IV") {
  const keys::Tree narrow = parse_tree("2/16");
  CHECK(narrow.branch() == 2);
  CHECK(narrow.height() == 16);
  CHECK(narrow.iv() == keys::Tree::Iv{});

  CHECK(parse_tree("4/8/0").iv() == keys::Tree::Iv{});
  const keys::Tree with_iv = parse_tree("4/8/000102030405060708090A0B0C0D0E0F");
  CHECK(with_iv.branch() == 4);
  CHECK(with_iv.iv()[15] == 0x0F);
}

TEST_CASE("what is no tree is refused") {
  const char* text =
      GENERATE("", "4", "4/", "/8", "4/8/", "4/8/00", "4/8//", "4/8/00/", "a/8", "4/x", "-4/8", "1/8", "4/0",
               "4/256", "65536/8", " 4/8", "4 / 8", "4/8/0001020304050607 08090A0B0C0D0E0G");
  CAPTURE(text);
  CHECK_THROWS_AS(parse_tree(text), std::invalid_argument);
}

TEST_CASE("a tree with fewer keys than transactions is impossible") {
  CHECK_THROWS_AS(parse_tree("2/15"), keys::ImpossibleTree);
}

}  // namespace
}  // namespace sesame::keys
