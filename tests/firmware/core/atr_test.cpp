#include "firmware/core/iso7816/atr.hpp"

#include <catch2/catch.hpp>

#include "tests/firmware/core/hex.hpp"

using namespace sesame;
using namespace sesame::iso7816;
using test::bytes;
using test::ByteVector;
using test::hex;

TEST_CASE("answers to reset are taken apart") {
  struct Row {
    const char* what;
    const char* atr;
    bool inverse;
    std::size_t groups;
    const char* historical;
    int tck;  // -1: none
    bool t0, t1;
    int f, d, guard;
  };
  const Row rows[] = {
      {"a Belgian card", "3B67000000000000009000", false, 1, "00000000009000", -1, true, false, 372, 1, 0},
      {"a French card", "3B65000065046C9000", false, 1, "65046C9000", -1, true, false, 372, 1, 0},
      {"inverse convention", "3F65250052096A9000", true, 1, "52096A9000", -1, true, false, 372, 1, 0},
      {"nothing but TS and T0", "3F00", true, 1, "", -1, true, false, 372, 1, 0},
      {"T=1 alone, minimum guard time, a check character",
       "3BFF1800FF8131FE45656311086601560011875001220620FE", false, 3, "656311086601560011875001220620", 0xFE,
       false, true, 372, 12, 255},
      {"T=0 named in TD1, and so no check character", "3B9813400A1122334455667788", false, 2,
       "1122334455667788", -1, true, false, 372, 4, 0},
      {"T=0 and T=1", "3B888001000000001177818769", false, 3, "0000000011778187", 0x69, true, true, 372, 1,
       0},
      {"F of 512, D of 32, a guard time of 5", "3B509605", false, 1, "", -1, true, false, 512, 32, 5},
      {"reserved F and D", "3B10FF", false, 1, "", -1, true, false, 0, 0, 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const ByteVector input = bytes(row.atr);
    const auto atr = parse_atr(input);
    if (!atr) FAIL(to_string(atr.error()));
    CHECK(atr->inverse == row.inverse);
    CHECK(atr->interface.size() == row.groups);
    CHECK(hex(atr->historical) == row.historical);
    CHECK(test::points_into(atr->historical, input));
    CHECK((atr->tck ? *atr->tck : -1) == row.tck);
    CHECK(atr->offers(0) == row.t0);
    CHECK(atr->offers(1) == row.t1);
    CHECK(atr->f() == row.f);
    CHECK(atr->d() == row.d);
    CHECK(atr->extra_guard_time() == row.guard);
    CHECK_FALSE(atr->specific_protocol());
  }
}

TEST_CASE("the interface bytes stand where they were sent") {
  const auto atr = parse_atr(bytes("3BFF1800FF8131FE45656311086601560011875001220620FE"));
  REQUIRE(atr);
  const InterfaceBytes& first = atr->interface[0];
  CHECK(first.ta == 0x18);
  CHECK(first.tb == 0x00);
  CHECK(first.tc == 0xFF);
  CHECK(first.td == 0x81);
  CHECK_FALSE(atr->interface[1].ta);
  CHECK(atr->interface[1].td == 0x31);
  CHECK(atr->interface[2].ta == 0xFE);
  CHECK(atr->interface[2].tb == 0x45);
  CHECK_FALSE(atr->interface[2].td);
}

TEST_CASE("TA2 means specific mode, and names its protocol") {
  CHECK(parse_atr(bytes("3B90111000"))->specific_protocol() == 0);
  CHECK(parse_atr(bytes("3B80118110"))->specific_protocol() == 1);
}

TEST_CASE("each way of not being an answer to reset has its name") {
  struct Row {
    const char* what;
    std::string atr;
    AtrError error;
  };
  const Row rows[] = {
      {"nothing", "", AtrError::empty},
      {"another TS", "3A00", AtrError::bad_ts},
      {"the inverse TS as a direct receiver sees it", "0300", AtrError::bad_ts},
      {"TS alone", "3B", AtrError::truncated},
      {"TA1 announced", "3B10", AtrError::truncated},
      {"TD1 announced", "3B8080", AtrError::truncated},
      {"historical bytes announced", "3B65000065046C90", AtrError::truncated},
      {"a check character announced", "3B8001", AtrError::truncated},
      {"one character more", "3B65000065046C900000", AtrError::trailing},
      {"a check character that T=0 has not", "3B0000", AtrError::trailing},
      {"a wrong check character", "3B80118111", AtrError::bad_tck},
      {"34 characters", "3B00" + std::string(64, '0'), AtrError::too_long},
      {"interface bytes without end", "3B" + std::string(64, '8'), AtrError::too_long},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const auto atr = parse_atr(bytes(row.atr));
    REQUIRE_FALSE(atr);
    CHECK(to_string(atr.error()) == to_string(row.error));
  }
}

TEST_CASE("an answer to reset of 33 characters is the longest") {
  // Four groups of four interface bytes, and fifteen historical bytes.
  ByteVector input = bytes("3B FF 110000F0 110000F0 11000030 1100" + std::string(30, '5'));
  CHECK(input.size() == 31);
  CHECK(parse_atr(input));
  input = bytes("3B FF 110000F0 110000F0 110000F0 11000000" + std::string(30, '5'));
  CHECK(input.size() == 33);
  CHECK(parse_atr(input));
  input.push_back(0x55);
  CHECK(parse_atr(input).error() == AtrError::too_long);
}

TEST_CASE("any one character changed in an answer with TCK is noticed") {
  const ByteVector good = bytes("3BFF1800FF8131FE45656311086601560011875001220620FE");
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      ByteVector bad = good;
      bad[at] = static_cast<std::uint8_t>(bad[at] ^ 1 << bit);
      CAPTURE(at, bit);
      const bool still_good = bad[0] == 0x3F;  // 3B and 3F differ in one bit, and TCK does not cover TS
      CHECK(static_cast<bool>(parse_atr(bad)) == still_good);
    }
  }
}
