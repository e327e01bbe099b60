#include "firmware/core/iso7816/edc.hpp"

#include <catch2/catch.hpp>

#include "tests/firmware/core/hex.hpp"

using namespace sesame;
using namespace sesame::iso7816;

namespace {

std::uint16_t crc(Bytes bytes) {
  std::uint16_t sum = kCrcInitial;
  for (const std::uint8_t byte : bytes) sum = crc_add(sum, byte);
  return sum;
}

}  // namespace

TEST_CASE("the CRC is that of ISO 13239") {
  const auto digits = test::bytes("313233343536373839");  // the check value of every CRC's list
  CHECK((~crc(digits) & 0xFFFF) == 0x906E);
}

TEST_CASE("bytes with their CRC, low byte first, come to the one good sum") {
  CHECK(crc(test::bytes("3132333435363738396E90")) == kCrcGood);
  CHECK(crc(test::bytes("313233343536373839906E")) != kCrcGood);
}

TEST_CASE("the LRC is the exclusive-or of all bytes") {
  std::uint8_t sum = 0;
  for (const std::uint8_t byte : test::bytes("00C101FE")) sum = lrc_add(sum, byte);
  CHECK(sum == 0x3E);
}
