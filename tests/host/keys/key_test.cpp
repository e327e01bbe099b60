#include "host/keys/key.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cstddef>
#include <cstdint>
#include <new>
#include <ostream>
#include <string>
#include <type_traits>
#include <utility>

#include "tests/host/keys/hex.hpp"

namespace sesame::keys {
namespace {

using test::hex;
using test::key;

template <class Type, class = void>
struct is_printable : std::false_type {};
template <class Type>
struct is_printable<Type, std::void_t<decltype(std::declval<std::ostream&>() << std::declval<const Type&>())>>
    : std::true_type {};

TEST_CASE("a key cannot be copied by accident, nor printed") {
  STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<Key>);
  STATIC_REQUIRE_FALSE(std::is_copy_assignable_v<Key>);
  STATIC_REQUIRE_FALSE(is_printable<Key>::value);
  STATIC_REQUIRE(is_printable<int>::value);
}

TEST_CASE("a clone is another key of the same bytes") {
  Key original = key("0123456789ABCDEFFEDCBA9876543210");
  Key clone = original.clone();
  clone.bytes()[0] = 0xFF;
  CHECK(hex(original) == "0123456789ABCDEFFEDCBA9876543210");
  CHECK(hex(clone) == "FF23456789ABCDEFFEDCBA9876543210");
}

TEST_CASE("a destroyed key leaves nothing in memory") {
  alignas(Key) std::array<std::uint8_t, sizeof(Key)> memory{};
  Key* held = new (memory.data()) Key(key("0123456789ABCDEFFEDCBA9876543210"));
  // Volatile, because the compiler may assume that a dead object is not read.
  const volatile std::uint8_t* look = memory.data();
  REQUIRE(look[0] == 0x01);
  REQUIRE(look[15] == 0x10);
  held->~Key();
  for (std::size_t i = 0; i < sizeof(Key); ++i) {
    CAPTURE(i);
    CHECK(look[i] == 0);
  }
}

TEST_CASE("a key that was moved from is zeros") {
  const std::string zeros(32, '0');
  Key from = key("0123456789ABCDEFFEDCBA9876543210");
  const Bytes left_in_from = from.bytes();
  Key to = std::move(from);
  CHECK(hex(to) == "0123456789ABCDEFFEDCBA9876543210");
  CHECK(hex(left_in_from) == zeros);

  const Bytes left_in_to = to.bytes();
  Key assigned = key("11111111111111111111111111111111");
  assigned = std::move(to);
  CHECK(hex(assigned) == "0123456789ABCDEFFEDCBA9876543210");
  CHECK(hex(left_in_to) == zeros);
}

TEST_CASE("odd parity changes the lowest bit of a byte and no other") {
  CHECK(hex(odd_parity(key("000102030405060708090A0B0C0D0E0F"))) == "010102020404070708080B0B0D0D0E0E");
  CHECK(hex(odd_parity(key("0123456789ABCDEFFEDCBA9876543210"))) == "0123456789ABCDEFFEDCBA9876543210");
}

}  // namespace
}  // namespace sesame::keys
