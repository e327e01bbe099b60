// The block protocol T=1 where nothing goes wrong: ISO 7816-3:2006, 11.
#include <catch2/catch.hpp>

#include "tests/firmware/iso7816/blocks.hpp"

using namespace sesame;
using namespace sesame::iso7816;
using namespace sesame::test;

namespace {

const char* const kCommand = "00A4040002A00000";

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
  T1Desk desk;
  desk.transmit(kCommand);
  desk.hears("00 C1 01 FE 3E");
  desk.says("00 E1 01 FE 1E");
  desk.hears("00 00 08 00A4040002A00000 0A");
  desk.says("00 00 02 9000 92");
  CHECK(desk.outcome() == "9000");

  SECTION("and not again before the second") {
    desk.transmit("00B2010C00");
    desk.hears("00 40 05 00B2010C00 FA");
    desk.says("00 40 02 6A83 AB");
    CHECK(desk.outcome() == "6A83");
  }
  SECTION("but after a reset, when the sequence numbers begin anew") {
    desk.link.warm_reset(desk.now);
    desk.reset();
    desk.says(with_tck("80 81 21 48"));
    desk.first("00B2010C00");
    desk.hears("00 00 05 00B2010C00 BA");
    desk.says("00 00 02 6A83 EB");
    CHECK(desk.outcome() == "6A83");
  }
}

TEST_CASE("sequence numbers of both sides alternate from command to command") {
  T1Desk desk;
  desk.first(kCommand);
  for (int i = 0; i < 5; ++i) {
    if (i > 0) desk.transmit(kCommand);
    desk.hears(i_block(i % 2, false, kCommand));
    desk.says(i_block(i % 2, false, "9000"));
    CHECK(desk.outcome() == "9000");
  }
}

TEST_CASE("blocks may end with a CRC instead of an LRC") {
  T1Desk desk(with_tck("80 81 41 01"));
  desk.transmit("00A40400");
  const auto with_crc = [](std::string_view block) {
    std::uint16_t crc = kCrcInitial;
    for (const std::uint8_t byte : bytes(block)) crc = crc_add(crc, byte);
    const ByteVector sum{static_cast<std::uint8_t>(~crc), static_cast<std::uint8_t>(~crc >> 8)};
    return hex(bytes(block)) + hex(sum);
  };
  desk.hears(with_crc("00C101FE"));
  desk.says(with_crc("00E101FE"));
  desk.hears(with_crc("00000400A40400"));
  SECTION("that is right") {
    desk.says(with_crc("0000029000"));
    CHECK(desk.outcome() == "9000");
  }
  SECTION("that is wrong") {
    desk.says(spoiled(with_crc("0000029000")));
    desk.silence();
    desk.hears(with_crc("008100"));
    desk.says(with_crc("0000029000"));
    CHECK(desk.outcome() == "9000");
  }
}

TEST_CASE("a command longer than the card's blocks goes in a chain") {
  T1Desk desk(with_tck("80 81 11 0A"));  // IFSC 10
  const std::string data = counted(0x10, 20);
  const std::string command = "00DA000014" + data;
  desk.first(command);
  desk.hears(i_block(0, true, command.substr(0, 20)));
  desk.says(r_block(1));
  desk.hears(i_block(1, true, command.substr(20, 20)));
  desk.says(r_block(0));
  desk.hears(i_block(0, false, command.substr(40)));
  desk.says(i_block(0, false, "9000"));
  CHECK(desk.outcome() == "9000");
}

TEST_CASE("a command of just the length of a block is no chain") {
  T1Desk desk(with_tck("80 81 11 08"));
  desk.first(kCommand);
  desk.hears(i_block(0, false, kCommand));
}

TEST_CASE("an answer may come in a chain") {
  T1Desk desk;
  desk.first("00B2010C00");
  desk.hears(i_block(0, false, "00B2010C00"));
  desk.says(i_block(0, true, counted(0, 100)));
  desk.hears(r_block(1));
  desk.says(i_block(1, true, counted(100, 100)));
  desk.hears(r_block(0));
  desk.says(i_block(0, true, ""));
  desk.hears(r_block(1));
  desk.says(i_block(1, false, "9000"));
  CHECK(desk.outcome() == counted(0, 200) + "9000");
}

TEST_CASE("the longest answer fits, and a longer one is an error") {
  T1Desk desk;
  desk.first("00B2010C00");
  desk.hears(i_block(0, false, "00B2010C00"));
  desk.says(i_block(0, true, counted(0, 254)));
  desk.hears(r_block(1));
  SECTION("256 and SW1 SW2") {
    desk.says(i_block(1, false, "FEFF9000"));
    CHECK(desk.outcome() == counted(0, 256) + "9000");
  }
  SECTION("257 and SW1 SW2") {
    desk.says(i_block(1, false, "FEFF009000"));
    CHECK(desk.outcome() == kTooLong);
  }
}

TEST_CASE("a card may change the length of its blocks") {
  T1Desk desk(with_tck("80 81 11 0A"));
  const std::string command = "00DA000014" + counted(0x10, 20);
  desk.first(command);
  desk.hears(i_block(0, true, command.substr(0, 20)));
  desk.says(s_request("IFS", "05"));
  desk.hears(s_response("IFS", "05"));
  desk.says(r_block(1));
  desk.hears(i_block(1, true, command.substr(20, 10)));
  desk.says(s_request("IFS", "FE"));
  desk.hears(s_response("IFS", "FE"));
  desk.says(r_block(0));
  desk.hears(i_block(0, false, command.substr(30)));
  desk.says(i_block(0, false, "9000"));
  CHECK(desk.outcome() == "9000");
}

TEST_CASE("a card may ask for more time, for one block") {
  T1Desk desk;
  desk.first(kCommand);
  desk.hears(i_block(0, false, kCommand));
  desk.says(s_request("WTX", "05"));
  desk.hears(s_response("WTX", "05"));
  SECTION("and use it") {
    desk.now += 5 * T1Desk::kBwt;
    desk.says(i_block(0, true, "11"));
    desk.hears(r_block(1));
    desk.never_answers();
    desk.hears(r_block(1, 2));
    desk.says(i_block(1, false, "9000"));
    CHECK(desk.outcome() == "119000");
  }
  SECTION("and not be heard of for all of it") {
    CHECK(desk.silence() == 5 * (T1Desk::kBwt + 1) + Link::kSlack);
    desk.hears(r_block(0, 2));
    desk.never_answers();
  }
}

TEST_CASE("a card that asks for more time for ever does not get it") {
  T1Desk desk;
  desk.first(kCommand);
  desk.hears(i_block(0, false, kCommand));
  const Millis began = desk.now;
  while (!desk.link.outcome()) {
    desk.now += 20 * T1Desk::kBwt;
    desk.link.received(0x00, true, desk.now);
    if (desk.link.outcome()) break;
    desk.says(s_request("WTX", "14").substr(2));
    desk.hears(s_response("WTX", "14"));
  }
  CHECK(desk.now - began <= Link::kLongestCommand + 20 * T1Desk::kBwt);
  CHECK(desk.outcome() == kMute);
}

TEST_CASE("a card that aborts is answered, and has failed") {
  T1Desk desk;
  desk.first(kCommand);
  desk.hears(i_block(0, false, kCommand));
  desk.says(s_request("ABORT"));
  desk.hears(s_response("ABORT"));
  CHECK(desk.outcome() == kProtocol);
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
  T1Desk desk(with_tck(row.atr));
  REQUIRE(desk.outcome() == with_tck(row.atr));
  desk.transmit(kCommand);
  desk.hears(s_request("IFS", "FE"));
  SECTION("until a block begins") { CHECK(desk.silence() == row.bwt + Link::kSlack); }
  SECTION("within a block") {
    desk.says("00");
    CHECK(desk.silence() == row.cwt + Link::kSlack);
  }
}
