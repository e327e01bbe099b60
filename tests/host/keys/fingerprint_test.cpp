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

constexpr const char* one = "0123456789ABCDEFFEDCBA9876543210";
constexpr const char* two = "0F0E0D0C0B0A09080706050403020100";

// Computed with OpenSSL's command line.
TEST_CASE("a fingerprint is the beginning of SHA-1 over all keys") {
  CHECK(print({}) == "DA39A3EE5E6B4B0D");
  CHECK(print({one}) == "76BC87BAECA7725C");
  CHECK(print({one, two}) == "FE79C286F32D872E");
}

TEST_CASE("other keys, more of them, or another order have another fingerprint") {
  CHECK(print({one}) != print({two}));
  CHECK(print({one}) != print({"0123456789ABCDEFFEDCBA9876543211"}));  // parity counts
  CHECK(print({one}) != print({one, one}));
  CHECK(print({one, two}) != print({two, one}));
  CHECK(print({one, two}) == print({one, two}));
}

}  // namespace
}  // namespace sesame::keys
