// The character protocol T=0, from the reader's side: ISO 7816-3:2006, 10.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/firmware/iso7816/link_tester.hpp"

using namespace sesame;
using namespace sesame::iso7816;
using namespace sesame::test;

namespace {

constexpr Millis kWwt = 851;  // 10 * 960 * 372 clock periods, rounded up

struct T0Tester : LinkTester {
  explicit T0Tester(std::string_view atr = "3B00") { activate(atr); }
};

std::string repeated(std::string_view hex, int count) {
  std::string result;
  for (int i = 0; i < count; ++i) result += hex;
  return result;
}

}  // namespace

TEST_CASE("case 1: the header with P3 = 00, then the status") {
  T0Tester tester;
  tester.transmit("00A40400");
  tester.hears("00A4040000");
  tester.says("9000");
  CHECK(tester.outcome() == "9000");
}

TEST_CASE("case 2: the data comes after INS") {
  T0Tester tester;
  tester.transmit("00B2010C03");
  tester.hears("00B2010C03");
  tester.says("B2 112233 9000");
  CHECK(tester.outcome() == "1122339000");
}

TEST_CASE("case 2: Le of 00 stands for 256") {
  T0Tester tester;
  const std::string data = repeated("5A", 256);
  tester.transmit("00B2010C00");
  tester.hears("00B2010C00");
  tester.says("B2" + data + "6103");
  CHECK(tester.outcome() == data + "6103");
}

TEST_CASE("case 3: the data goes after INS") {
  T0Tester tester;
  tester.transmit("00A4040002A000");
  tester.hears("00A4040002");
  tester.says("A4");
  tester.hears("A000");
  tester.says("6110");
  CHECK(tester.outcome() == "6110");
}

TEST_CASE("case 4: Le stays here") {
  T0Tester tester;
  tester.transmit("00A4040002A00000");
  tester.hears("00A4040002");
  tester.says("A4");
  tester.hears("A000");
  tester.says("6110");
  CHECK(tester.outcome() == "6110");
}

TEST_CASE("the longest command goes out whole") {
  T0Tester tester;
  const std::string data = repeated("C3", 255);
  tester.transmit("80AE8000FF" + data + "00");
  tester.hears("80AE8000FF");
  tester.says("AE");
  tester.hears(data);
  tester.says("9000");
  CHECK(tester.outcome() == "9000");
}

TEST_CASE("a status instead of INS ends the command, whatever was still to come") {
  struct Row {
    const char* command;
    const char* header;
    const char* status;
  };
  const Row row = GENERATE(values<Row>({
      {"00A4040002A000", "00A4040002", "6A82"},
      {"00B2010C00", "00B2010C00", "6C1A"},
      {"00B2010C00", "00B2010C00", "9000"},
      {"00B2010C00", "00B2010C00", "9F60"},
      {"00B2010C00", "00B2010C00", "6F00"},
      {"00A40400", "00A4040000", "6160"},  // SW2 may be anything
  }));
  T0Tester tester;
  tester.transmit(row.command);
  tester.hears(row.header);
  tester.says(row.status);
  CHECK(tester.outcome() == row.status);
}

TEST_CASE("a status in the middle of the data has what came before it") {
  T0Tester tester;
  tester.transmit("00B2010C03");
  tester.hears("00B2010C03");
  tester.says("4D 11 6281");
  CHECK(tester.outcome() == "116281");
}

TEST_CASE("the complement of INS asks for one byte") {
  T0Tester tester;

  SECTION("out") {
    tester.transmit("0020008008241234FFFFFFFFFF");
    tester.hears("0020008008");
    for (const char* byte : {"24", "12", "34"}) {
      tester.says("DF");
      tester.hears(byte);
    }
    tester.says("20");  // and now all the others
    tester.hears("FFFFFFFFFF");
    tester.says("9000");
    CHECK(tester.outcome() == "9000");
  }
  SECTION("in") {
    tester.transmit("00B2010C03");
    tester.hears("00B2010C03");
    tester.says("4D 11 4D 22 B2 33 9000");
    CHECK(tester.outcome() == "1122339000");
  }
  SECTION("or none, where none is left") {
    tester.transmit("00B2010C01");
    tester.hears("00B2010C01");
    tester.says("B2 11 4D B2 9000");
    CHECK(tester.outcome() == "119000");
  }
}

TEST_CASE("a card that says NULL is waited for") {
  T0Tester tester;
  tester.transmit("00B2010C01");
  tester.hears("00B2010C01");
  for (int i = 0; i < 20; ++i) {
    tester.now += kWwt - 1;
    tester.says("60");
  }
  tester.says("B2 60 60 9000");  // the first 60 is data
  CHECK(tester.outcome() == "609000");
}

TEST_CASE("a card that says NULL forever is not") {
  T0Tester tester;
  tester.transmit("00A40400");
  tester.hears("00A4040000");

  SECTION("slowly") {
    const Millis began = tester.now;
    while (!tester.link.outcome()) {
      tester.now += kWwt - 1;
      tester.says("60");
      REQUIRE(tester.now - began <= Link::kLongestCommand + kWwt);
    }
    CHECK(tester.now - began >= Link::kLongestCommand);
    CHECK(tester.outcome() == kMute);
  }
  SECTION("fast") {
    int count = 0;
    while (!tester.link.outcome()) {
      tester.link.received(0x60, true, tester.now);
      REQUIRE(++count <= Link::kMostCharacters + 1);
    }
    CHECK(tester.outcome() == kProtocol);
  }
}

TEST_CASE("any other procedure byte is an error") {
  const char* const byte = GENERATE("A5", "5A", "00", "FF", "B2", "70", "80", "50");
  T0Tester tester;
  tester.transmit("00A40400");
  tester.hears("00A4040000");
  tester.says(byte);
  CHECK(tester.outcome() == kProtocol);
}

TEST_CASE("a card that is silent for the work waiting time is mute") {
  T0Tester tester;
  tester.transmit("00B2010C03");
  tester.hears("00B2010C03");

  SECTION("before the procedure byte") {}
  SECTION("in the data") { tester.says("B2 11"); }
  SECTION("before SW2") { tester.says("90"); }
  const Millis waited = tester.silence();
  CHECK(waited == kWwt + Link::kSlack);
  CHECK(tester.outcome() == kMute);
  tester.transmit("00B2010C03");
  CHECK(tester.outcome() == kMute);
}

TEST_CASE("the work waiting time follows TC2 and Fi") {
  struct Row {
    const char* atr;
    Millis wait;
  };
  const Row row = GENERATE(values<Row>({
      {"3B 00", 851},
      {"3B 80 40 0A", 851},
      {"3B 80 40 00", 851},  // reserved: as by default
      {"3B 80 40 01", 86},
      {"3B 80 40 FF", 21'683},
      {"3B 90 95 00", 1171},  // offered: 512
      {"3B 90 D1 50 00 FF", 119'370},
  }));
  INFO(row.atr);
  T0Tester tester(row.atr);
  REQUIRE(tester.outcome() == hex(bytes(row.atr)));
  tester.transmit("00A40400");
  tester.hears("00A4040000");
  const Millis waited = tester.silence();
  CHECK(waited == row.wait + Link::kSlack);
}

TEST_CASE("a character that the card does not take is sent again") {
  T0Tester tester;
  tester.transmit("00A4040002A000");
  tester.hears("00");
  for (int i = 0; i < 3; ++i) tester.hears("A4", false);

  SECTION("and may be taken at the fourth time") {
    tester.hears("A4");
    for (int i = 0; i < 3; ++i) tester.hears("04", false);
    tester.hears("040002");
    tester.says("A4");
    for (int i = 0; i < 3; ++i) tester.hears("A0", false);
    tester.hears("A000");
    tester.says("9000");
    CHECK(tester.outcome() == "9000");
  }
  SECTION("but not forever") {
    tester.hears("A4", false);
    CHECK(tester.outcome() == kParity);
  }
}

TEST_CASE("a character that came wrong comes again") {
  T0Tester tester;
  tester.transmit("00B2010C02");
  tester.hears("00B2010C02");
  tester.says_one(0x33, false);
  tester.says("B2 11");
  for (int i = 0; i < 3; ++i) tester.says_one(0x23, false);

  SECTION("and may be right at the fourth time") {
    tester.says("22");
    tester.says_one(0x91, false);
    tester.says("90");
    tester.says_one(0x60, false);
    tester.says("00");
    CHECK(tester.outcome() == "11229000");
  }
  SECTION("but not forever") {
    tester.says_one(0x23, false);
    CHECK(tester.outcome() == kParity);
  }
  SECTION("or not at all") {
    CHECK(tester.silence() == kWwt + Link::kSlack);
    CHECK(tester.outcome() == kMute);
  }
}

TEST_CASE("what the card says while it should listen is dropped") {
  T0Tester tester;
  tester.transmit("00A4040002A000");
  tester.hears("00A4");
  tester.link.received(0x90, true, tester.now);
  tester.hears("040002");
  tester.says("A4");
  tester.link.received(0x60, true, tester.now);
  tester.hears("A000");
  tester.says("9000");
  CHECK(tester.outcome() == "9000");
}

TEST_CASE("what is not a short APDU is not sent") {
  const char* const command =
      GENERATE("", "00", "00A404", "00A4040003A000", "00A4040001A00000", "00A404000001A0");
  T0Tester tester;
  tester.transmit(command);
  CHECK(tester.outcome() == kProtocol);
  CHECK_FALSE(tester.link.to_send());
}

TEST_CASE("one command after the other, on the same card") {
  T0Tester tester;
  for (int i = 0; i < 3; ++i) {
    tester.transmit("00A4040002A000");
    tester.hears("00A4040002");
    tester.says("A4");
    tester.hears("A000");
    tester.says("6102");
    CHECK(tester.outcome() == "6102");
    tester.transmit("00C0000002");
    tester.hears("00C0000002");
    tester.says("C0 6F00 9000");
    CHECK(tester.outcome() == "6F009000");
  }
}

TEST_CASE("to abandon nothing changes nothing") {
  T0Tester tester;
  tester.link.abandon();
  CHECK_FALSE(tester.link.outcome());
  tester.transmit("00A40400");
  tester.hears("00A4040000");
  tester.says("9000");
  CHECK(tester.outcome() == "9000");
}

TEST_CASE("a command into the middle of another is not sent") {
  T0Tester tester;
  tester.transmit("00A4040002A000");
  tester.hears("00A4");
  tester.transmit("00A40400");
  CHECK_FALSE(tester.link.to_send());
  CHECK(tester.outcome() == kMute);
}

TEST_CASE("after an abandoned command the card must be reset") {
  T0Tester tester;
  tester.transmit("00A4040002A000");
  tester.hears("00A4");
  tester.link.abandon();
  CHECK_FALSE(tester.link.to_send());
  CHECK_FALSE(tester.link.deadline());
  tester.transmit("00A40400");
  CHECK(tester.outcome() == kMute);
  tester.link.warm_reset(tester.now);
  tester.reset();
  tester.says("3B00");
  tester.transmit("00A40400");
  tester.hears("00A4040000");
  tester.says("9000");
  CHECK(tester.outcome() == "9000");
}

TEST_CASE("nothing of an answer stays after the next request") {
  T0Tester tester;
  tester.transmit("80AE800000");
  tester.hears("80AE800000");
  tester.says("AE" + repeated("5A", 8) + repeated("C3", 248) + "9000");
  REQUIRE(tester.outcome().size() == 2 * 258);
  tester.link.deactivate(tester.now);
  const auto* memory = reinterpret_cast<const std::uint8_t*>(&tester.link);
  CHECK(std::count(memory, memory + sizeof tester.link, 0xC3) < 8);
}
