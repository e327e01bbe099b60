#include "host/keys/fingerprint.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/host/keys/hex.hpp"

namespace sesame::keys {
namespace {

using test::hex;
using test::key;

std::string print(const std::vector<const char*>& keys) {
  std::vector<Key> all;
  for (const char* each : keys) all.push_back(key(each));
  std::vector<const Key*> pointers;
  for (const Key& each : all) pointers.push_back(&each);
  return hex(fingerprint(pointers));
}

constexpr const char* kOne = "0123456789ABCDEFFEDCBA9876543210";
constexpr const char* kTwo = "0F0E0D0C0B0A09080706050403020100";

// Computed with OpenSSL's command line.
TEST_CASE("a fingerprint is the beginning of SHA-1 over all keys") {
  CHECK(print({}) == "DA39A3EE5E6B4B0D");
  CHECK(print({kOne}) == "76BC87BAECA7725C");
  CHECK(print({kOne, kTwo}) == "FE79C286F32D872E");
}

TEST_CASE("other keys, more of them, or another order have another fingerprint") {
  CHECK(print({kOne}) != print({kTwo}));
  CHECK(print({kOne}) != print({"0123456789ABCDEFFEDCBA9876543211"}));  // parity counts
  CHECK(print({kOne}) != print({kOne, kOne}));
  CHECK(print({kOne, kTwo}) != print({kTwo, kOne}));
  CHECK(print({kOne, kTwo}) == print({kOne, kTwo}));
}

}  // namespace
}  // namespace sesame::keys
