#include "firmware/core/bytes.hpp"

#include <catch2/catch.hpp>
#include <new>
#include <string>

#include "firmware/core/result.hpp"
#include "tests/firmware/core/hex.hpp"

using namespace sesame;
using test::bytes;
using test::hex;

TEST_CASE("a buffer takes what fits, and an append that does not fit changes nothing") {
  Buffer<4> buffer;
  CHECK(buffer.empty());
  CHECK(buffer.append(bytes("0102")));
  CHECK_FALSE(buffer.append(bytes("030405")));
  CHECK(hex(buffer) == "0102");
  CHECK(buffer.append(bytes("0304")));
  CHECK(buffer.full());
  CHECK_FALSE(buffer.push(5));
  CHECK(buffer.append({}));
  CHECK(hex(buffer) == "01020304");
}

TEST_CASE("assigning more than the capacity keeps what was there") {
  Buffer<2> buffer;
  REQUIRE(buffer.assign(bytes("AABB")));
  CHECK_FALSE(buffer.assign(bytes("010203")));
  CHECK(hex(buffer) == "AABB");
  CHECK(buffer.assign(bytes("01")));
  CHECK(hex(buffer) == "01");
}

TEST_CASE("popping an empty buffer does nothing") {
  Buffer<2> buffer;
  buffer.pop();
  CHECK(buffer.empty());
}

TEST_CASE("equality and prefixes compare lengths first") {
  CHECK(equal(bytes("0102"), bytes("0102")));
  CHECK_FALSE(equal(bytes("0102"), bytes("01")));
  CHECK_FALSE(equal(bytes("0102"), bytes("0103")));
  CHECK(starts_with(bytes("010203"), bytes("0102")));
  CHECK(starts_with(bytes("01"), {}));
  CHECK_FALSE(starts_with(bytes("01"), bytes("0102")));
}

TEST_CASE("a secret is overwritten when it is popped, cleared, and destroyed") {
  using Secret = SecretVector<char, 8>;
  alignas(Secret) std::array<unsigned char, sizeof(Secret)> memory{};
  const auto holds = [&](const char* digits) {
    return std::string(memory.begin(), memory.end()).find(digits) != std::string::npos;
  };

  auto* secret = new (memory.data()) Secret;
  for (const char digit : std::string("8246")) REQUIRE(secret->push(digit));
  REQUIRE(holds("8246"));
  secret->pop();
  CHECK_FALSE(holds("8246"));
  CHECK(holds("824"));
  secret->clear();
  CHECK_FALSE(holds("8"));
  for (const char digit : std::string("8246")) REQUIRE(secret->push(digit));
  REQUIRE(holds("8246"));
  secret->~Secret();
  CHECK_FALSE(holds("8"));
}

TEST_CASE("a result is a value or an error") {
  enum class Trouble { some };
  const Result<int, Trouble> good = 7;
  const Result<int, Trouble> bad = Trouble::some;
  CHECK(good);
  CHECK(*good == 7);
  CHECK_FALSE(bad);
  CHECK(bad.error() == Trouble::some);
}
