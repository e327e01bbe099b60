// COMPACT-TLV and the other forms of historical bytes.
#include "host/explain/historical_bytes.hpp"

#include <catch2/catch.hpp>

#include "host/base/hex.hpp"
#include "tests/host/keys/hex.hpp"

using namespace sesame;
using namespace sesame::explain;
using keys::test::bytes;
using Lines = std::vector<std::string>;

TEST_CASE("COMPACT-TLV is told object by object") {
  const auto all = bytes("80 31 C0 73 96 01 C0 83 05 9000");
  const HistoricalBytes told = explain_historical(all);
  CHECK(told.category == "COMPACT-TLV");
  REQUIRE(told.objects.size() == 3);
  CHECK(told.objects[0].name == "card service data");
  CHECK(told.objects[0].meaning == Lines{"application selection by full DF name",
                                         "application selection by partial DF name",
                                         "EF.DIR and EF.ATR by READ RECORD", "card with MF"});
  CHECK(told.objects[1].name == "card capabilities");
  CHECK(told.objects[1].meaning == Lines{"DF selection by full DF name", "DF selection by file identifier",
                                         "short EF identifiers", "record numbers",
                                         "write functions: one-time write", "FF begins no tag",
                                         "data units of 2 quartets", "command chaining", "extended Lc and Le",
                                         "no logical channel but the basic one"});
  CHECK(told.objects[2].meaning == Lines{"life cycle: operational, activated", "status 9000"});
}

TEST_CASE("after the category 00 the status indicator is the end, without a tag") {
  const auto all = bytes("00 31 01 05 9000");
  const HistoricalBytes told = explain_historical(all);
  REQUIRE(told.objects.size() == 2);
  CHECK(told.objects[0].meaning.back() == "card without MF");
  CHECK(told.objects[1].name == "status indicator");
  CHECK(told.objects[1].meaning.back() == "status 9000");
  CHECK_THAT(explain_historical(bytes("00 01")).category, Catch::Matchers::Contains("without the status"));
}

TEST_CASE("what is no object is told, and ends it") {
  const auto all = bytes("80 31 01 F7 A0 00");
  const HistoricalBytes told = explain_historical(all);
  REQUIRE(told.objects.size() == 2);
  CHECK(told.objects[1].name == "no object: tag 4F announces 7 bytes, of which 2 are there");
  CHECK(explain_historical({}).category.empty());
  CHECK(explain_historical(bytes("10 20")).category == "DIR data reference");
  CHECK(explain_historical(bytes("81 20")).category == "reserved");
  CHECK(explain_historical(bytes("65 20")).category == "proprietary");
}

TEST_CASE("any historical bytes are told") {
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      for (const unsigned category : {0x00U, 0x80U}) {
        const auto byte = [](unsigned value) { return static_cast<std::uint8_t>(value); };
        const std::vector<std::uint8_t> all{byte(category), byte(first), byte(second), 0xFF, 0xFF};
        if (explain_historical(all).objects.empty()) FAIL(to_hex(all));
      }
    }
  }
}
