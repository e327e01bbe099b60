// The block protocol T=1 where nothing goes wrong: ISO 7816-3:2006, 11.
#include <catch2/catch.hpp>

#include "tests/firmware/iso7816/blocks.hpp"

using namespace sesame;
using namespace sesame::iso7816;
using namespace sesame::test;

namespace {

std::string counted(int from, int count) {
  std::string result;
  for (int i = 0; i < count; ++i) {
    const auto byte = static_cast<std::uint8_t>(from + i);
    result += hex(Bytes(&byte, 1));
  }
  return result;
}

}  // namespace

TEST_CASE("before the first command the card is told of blocks of 254 bytes") {
  T1Tester tester;
  tester.transmit(kCommand);
  tester.hears("00 C1 01 FE 3E");
  tester.says("00 E1 01 FE 1E");
  tester.hears("00 00 08 00A4040002A00000 0A");
  tester.says("00 00 02 9000 92");
  CHECK(tester.outcome() == "9000");

  SECTION("and not again before the second") {
    tester.transmit("00B2010C00");
    tester.hears("00 40 05 00B2010C00 FA");
    tester.says("00 40 02 6A83 AB");
    CHECK(tester.outcome() == "6A83");
  }
  SECTION("but after a reset, when the sequence numbers begin anew") {
    tester.link.warm_reset(tester.now);
    tester.reset();
    tester.says(with_tck("80 81 21 48"));
    tester.first("00B2010C00");
    tester.hears("00 00 05 00B2010C00 BA");
    tester.says("00 00 02 6A83 EB");
    CHECK(tester.outcome() == "6A83");
  }
}

TEST_CASE("sequence numbers of both sides alternate from command to command") {
  T1Tester tester;
  tester.first(kCommand);
  for (int i = 0; i < 5; ++i) {
    if (i > 0) tester.transmit(kCommand);
    tester.hears(i_block(i % 2, false, kCommand));
    tester.says(i_block(i % 2, false, "9000"));
    CHECK(tester.outcome() == "9000");
  }
}

TEST_CASE("blocks may end with a CRC instead of an LRC") {
  T1Tester tester(with_tck("80 81 41 01"));
  tester.transmit("00A40400");
  const auto with_crc = [](std::string_view block) {
    std::uint16_t crc = kCrcInitial;
    for (const std::uint8_t byte : bytes(block)) crc = crc_add(crc, byte);
    const ByteVector sum{static_cast<std::uint8_t>(~crc), static_cast<std::uint8_t>(~crc >> 8)};
    return hex(bytes(block)) + hex(sum);
  };
  tester.hears(with_crc("00C101FE"));
  tester.says(with_crc("00E101FE"));
  tester.hears(with_crc("00000400A40400"));
  SECTION("that is right") {
    tester.says(with_crc("0000029000"));
    CHECK(tester.outcome() == "9000");
  }
  SECTION("that is wrong") {
    tester.says(spoiled(with_crc("0000029000")));
    tester.silence();
    tester.hears(with_crc("008100"));
    tester.says(with_crc("0000029000"));
    CHECK(tester.outcome() == "9000");
  }
}

TEST_CASE("a command longer than the card's blocks goes in a chain") {
  T1Tester tester(with_tck("80 81 11 0A"));  // IFSC 10
  const std::string data = counted(0x10, 20);
  const std::string command = "00DA000014" + data;
  tester.first(command);
  tester.hears(i_block(0, true, command.substr(0, 20)));
  tester.says(r_block(1));
  tester.hears(i_block(1, true, command.substr(20, 20)));
  tester.says(r_block(0));
  tester.hears(i_block(0, false, command.substr(40)));
  tester.says(i_block(0, false, "9000"));
  CHECK(tester.outcome() == "9000");
}

TEST_CASE("a command of just the length of a block is no chain") {
  T1Tester tester(with_tck("80 81 11 08"));
  tester.first(kCommand);
  tester.hears(i_block(0, false, kCommand));
}

TEST_CASE("an answer may come in a chain") {
  T1Tester tester;
  tester.first("00B2010C00");
  tester.hears(i_block(0, false, "00B2010C00"));
  tester.says(i_block(0, true, counted(0, 100)));
  tester.hears(r_block(1));
  tester.says(i_block(1, true, counted(100, 100)));
  tester.hears(r_block(0));
  tester.says(i_block(0, true, ""));
  tester.hears(r_block(1));
  tester.says(i_block(1, false, "9000"));
  CHECK(tester.outcome() == counted(0, 200) + "9000");
}

TEST_CASE("the longest answer fits, and a longer one is an error") {
  T1Tester tester;
  tester.first("00B2010C00");
  tester.hears(i_block(0, false, "00B2010C00"));
  tester.says(i_block(0, true, counted(0, 254)));
  tester.hears(r_block(1));
  SECTION("256 and SW1 SW2") {
    tester.says(i_block(1, false, "FEFF9000"));
    CHECK(tester.outcome() == counted(0, 256) + "9000");
  }
  SECTION("257 and SW1 SW2") {
    tester.says(i_block(1, false, "FEFF009000"));
    CHECK(tester.outcome() == kTooLong);
  }
}

TEST_CASE("a card may change the length of its blocks") {
  T1Tester tester(with_tck("80 81 11 0A"));
  const std::string command = "00DA000014" + counted(0x10, 20);
  tester.first(command);
  tester.hears(i_block(0, true, command.substr(0, 20)));
  tester.says(s_request("IFS", "05"));
  tester.hears(s_response("IFS", "05"));
  tester.says(r_block(1));
  tester.hears(i_block(1, true, command.substr(20, 10)));
  tester.says(s_request("IFS", "FE"));
  tester.hears(s_response("IFS", "FE"));
  tester.says(r_block(0));
  tester.hears(i_block(0, false, command.substr(30)));
  tester.says(i_block(0, false, "9000"));
  CHECK(tester.outcome() == "9000");
}

TEST_CASE("a card may ask for more time, for one block") {
  T1Tester tester;
  tester.first(kCommand);
  tester.hears(i_block(0, false, kCommand));
  tester.says(s_request("WTX", "05"));
  tester.hears(s_response("WTX", "05"));
  SECTION("and use it") {
    tester.now += 5 * T1Tester::kBwt;
    tester.says(i_block(0, true, "11"));
    tester.hears(r_block(1));
    tester.never_answers();
    tester.hears(r_block(1, 2));
    tester.says(i_block(1, false, "9000"));
    CHECK(tester.outcome() == "119000");
  }
  SECTION("and not be heard of for all of it") {
    CHECK(tester.silence() == 5 * (T1Tester::kBwt + 1) + Link::kSlack);
    tester.hears(r_block(0, 2));
    tester.never_answers();
  }
}

TEST_CASE("a card that asks for more time forever does not get it") {
  T1Tester tester;
  tester.first(kCommand);
  tester.hears(i_block(0, false, kCommand));
  const Millis began = tester.now;
  while (!tester.link.outcome()) {
    tester.now += 20 * T1Tester::kBwt;
    tester.link.received(0x00, true, tester.now);
    if (tester.link.outcome()) break;
    tester.says(s_request("WTX", "14").substr(2));
    tester.hears(s_response("WTX", "14"));
  }
  CHECK(tester.now - began <= Link::kLongestCommand + 20 * T1Tester::kBwt);
  CHECK(tester.outcome() == kMute);
}

TEST_CASE("a card that aborts is answered, and has failed") {
  T1Tester tester;
  tester.first(kCommand);
  tester.hears(i_block(0, false, kCommand));
  tester.says(s_request("ABORT"));
  tester.hears(s_response("ABORT"));
  CHECK(tester.outcome() == kProtocol);
}

TEST_CASE("the waiting times follow TB3 and the rate") {
  struct Row {
    const char* atr;
    Millis bwt;
    Millis cwt;
  };
  const Row row = GENERATE(values<Row>({
      {"80 01", 1362, 727},    // BWI 4, CWI 13
      {"80 81 21 00", 87, 2},  // BWI 0, CWI 0
      {"80 81 21 9F", 43'536, 2904},
      {"90 11 81 21 4D", 1362, 727},  // TA1 as by default
  }));
  INFO(row.atr);
  T1Tester tester(with_tck(row.atr));
  REQUIRE(tester.outcome() == with_tck(row.atr));
  tester.transmit(kCommand);
  tester.hears(s_request("IFS", "FE"));
  SECTION("until a block begins") { CHECK(tester.silence() == row.bwt + Link::kSlack); }
  SECTION("within a block") {
    tester.says("00");
    CHECK(tester.silence() == row.cwt + Link::kSlack);
  }
}
