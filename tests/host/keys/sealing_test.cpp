#include "host/keys/sealing.hpp"

#include <catch2/catch.hpp>

#include "tests/host/keys/hex.hpp"

namespace sesame::keys {
namespace {

using test::bytes;
using test::hex;

SealingKey key_of(std::string_view hex) {
  const auto all = bytes(hex);
  return SealingKey{std::span(all).first<SealingKey::size>()};
}

SealingKey root_key(std::uint8_t fill = 0x5A) {
  std::array<std::uint8_t, SealingKey::size> all{};
  all.fill(fill);
  return SealingKey{std::span<const std::uint8_t, SealingKey::size>(all)};
}

// NIST, "The Galois/Counter Mode of Operation", test cases 14 and 16.
TEST_CASE("published values of AES-256-GCM are sealed and opened") {
  struct Row {
    const char* key;
    const char* nonce;
    const char* plain;
    const char* bound;
    const char* sealed;
  };
  const auto row = GENERATE(values<Row>({
      {"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000",
       "00000000000000000000000000000000", "",
       "CEA7403D4D606B6E074EC5D3BAF39D18D0D1C8A799996BF0265B98B5D48AB919"},
      {"FEFFE9928665731C6D6A8F9467308308FEFFE9928665731C6D6A8F9467308308", "CAFEBABEFACEDBADDECAF888",
       "D9313225F88406E5A55909C5AFF5269A86A7A9531534F7DA2E4C303D8A318A721C3C0C95956809532FCF0E2449A6B525"
       "B16AEDF5AA0DE657BA637B39",
       "FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2",
       "522DC1F099567D07F47F37A32A84427D643A8CDCBFE5C0C97598A2BD2555D1AA8CB08E48590DBB3DA7B08B1056828838"
       "C5F61E6393BA7A0ABCC9F662"
       "76FC6ECE0F4E1768CDDF8853BB2D551B"},
  }));
  Nonce nonce{};
  const auto given = bytes(row.nonce);
  std::copy(given.begin(), given.end(), nonce.begin());
  const auto sealed = seal(key_of(row.key), nonce, bytes(row.plain), bytes(row.bound));
  CHECK(hex(sealed) == std::string(row.nonce) + row.sealed);
  const auto opened = open(key_of(row.key), sealed, bytes(row.bound));
  REQUIRE(opened);
  CHECK(hex(opened->bytes()) == row.plain);
}

TEST_CASE("what is not as it was sealed is not opened") {
  const auto plain = bytes("000102030405060708090A0B0C0D0E0F"), bound = bytes("AABB");
  const auto sealed = seal(root_key(), Nonce{1}, plain, bound);
  CHECK(open(root_key(), sealed, bound));
  CHECK_FALSE(open(root_key(1), sealed, bound));
  CHECK_FALSE(open(root_key(), sealed, bytes("AABA")));
  for (std::size_t i = 0; i < sealed.size() * 8; ++i) {
    auto changed = sealed;
    changed[i / 8] = static_cast<std::uint8_t>(changed[i / 8] ^ 1U << i % 8);
    CHECK_FALSE(open(root_key(), changed, bound));
  }
  for (std::size_t size = 0; size < sealed.size(); ++size)
    CHECK_FALSE(open(root_key(), Bytes(sealed).first(size), bound));
}

TEST_CASE("keys for different purposes are different") {
  CHECK(hex(root_key().derived("a").bytes()) != hex(root_key().derived("b").bytes()));
  CHECK(hex(root_key().derived("a").bytes()) == hex(hmac(root_key(), bytes("61"))));
}

}  // namespace
}  // namespace sesame::keys
