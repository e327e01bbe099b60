// The character protocol T=0, from the reader's side: ISO 7816-3:2006, 10.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/firmware/iso7816/desk.hpp"

using namespace sesame;
using namespace sesame::iso7816;
using namespace sesame::test;

namespace {

constexpr Millis kWwt = 851;  // 10 * 960 * 372 clock periods, rounded up

struct T0Desk : Desk {
  explicit T0Desk(std::string_view atr = "3B00") { activate(atr); }
};

std::string repeated(std::string_view hex, int count) {
  std::string result;
  for (int i = 0; i < count; ++i) result += hex;
  return result;
}

}  // namespace

TEST_CASE("case 1: the header with P3 = 00, then the status") {
  T0Desk desk;
  desk.transmit("00A40400");
  desk.hears("00A4040000");
  desk.says("9000");
  CHECK(desk.outcome() == "9000");
}

TEST_CASE("case 2: the data comes behind INS") {
  T0Desk desk;
  desk.transmit("00B2010C03");
  desk.hears("00B2010C03");
  desk.says("B2 112233 9000");
  CHECK(desk.outcome() == "1122339000");
}

TEST_CASE("case 2: Le of 00 stands for 256") {
  T0Desk desk;
  const std::string data = repeated("5A", 256);
  desk.transmit("00B2010C00");
  desk.hears("00B2010C00");
  desk.says("B2" + data + "6103");
  CHECK(desk.outcome() == data + "6103");
}

TEST_CASE("case 3: the data goes behind INS") {
  T0Desk desk;
  desk.transmit("00A4040002A000");
  desk.hears("00A4040002");
  desk.says("A4");
  desk.hears("A000");
  desk.says("6110");
  CHECK(desk.outcome() == "6110");
}

TEST_CASE("case 4: Le stays here") {
  T0Desk desk;
  desk.transmit("00A4040002A00000");
  desk.hears("00A4040002");
  desk.says("A4");
  desk.hears("A000");
  desk.says("6110");
  CHECK(desk.outcome() == "6110");
}

TEST_CASE("the longest command goes out whole") {
  T0Desk desk;
  const std::string data = repeated("C3", 255);
  desk.transmit("80AE8000FF" + data + "00");
  desk.hears("80AE8000FF");
  desk.says("AE");
  desk.hears(data);
  desk.says("9000");
  CHECK(desk.outcome() == "9000");
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
  T0Desk desk;
  desk.transmit(row.command);
  desk.hears(row.header);
  desk.says(row.status);
  CHECK(desk.outcome() == row.status);
}

TEST_CASE("a status in the middle of the data has what came before it") {
  T0Desk desk;
  desk.transmit("00B2010C03");
  desk.hears("00B2010C03");
  desk.says("4D 11 6281");
  CHECK(desk.outcome() == "116281");
}

TEST_CASE("the complement of INS asks for one byte") {
  T0Desk desk;

  SECTION("out") {
    desk.transmit("0020008008241234FFFFFFFFFF");
    desk.hears("0020008008");
    for (const char* byte : {"24", "12", "34"}) {
      desk.says("DF");
      desk.hears(byte);
    }
    desk.says("20");  // and now all the others
    desk.hears("FFFFFFFFFF");
    desk.says("9000");
    CHECK(desk.outcome() == "9000");
  }
  SECTION("in") {
    desk.transmit("00B2010C03");
    desk.hears("00B2010C03");
    desk.says("4D 11 4D 22 B2 33 9000");
    CHECK(desk.outcome() == "1122339000");
  }
  SECTION("or none, where none is left") {
    desk.transmit("00B2010C01");
    desk.hears("00B2010C01");
    desk.says("B2 11 4D B2 9000");
    CHECK(desk.outcome() == "119000");
  }
}

TEST_CASE("a card that says NULL is waited for") {
  T0Desk desk;
  desk.transmit("00B2010C01");
  desk.hears("00B2010C01");
  for (int i = 0; i < 20; ++i) {
    desk.now += kWwt - 1;
    desk.says("60");
  }
  desk.says("B2 60 60 9000");  // the first 60 is data
  CHECK(desk.outcome() == "609000");
}

TEST_CASE("a card that says NULL for ever is not") {
  T0Desk desk;
  desk.transmit("00A40400");
  desk.hears("00A4040000");

  SECTION("slowly") {
    const Millis began = desk.now;
    while (!desk.link.outcome()) {
      desk.now += kWwt - 1;
      desk.says("60");
      REQUIRE(desk.now - began <= Link::kLongestCommand + kWwt);
    }
    CHECK(desk.now - began >= Link::kLongestCommand);
    CHECK(desk.outcome() == kMute);
  }
  SECTION("fast") {
    int count = 0;
    while (!desk.link.outcome()) {
      desk.link.received(0x60, true, desk.now);
      REQUIRE(++count <= Link::kMostCharacters + 1);
    }
    CHECK(desk.outcome() == kProtocol);
  }
}

TEST_CASE("any other procedure byte is an error") {
  const char* const byte = GENERATE("A5", "5A", "00", "FF", "B2", "70", "80", "50");
  T0Desk desk;
  desk.transmit("00A40400");
  desk.hears("00A4040000");
  desk.says(byte);
  CHECK(desk.outcome() == kProtocol);
}

TEST_CASE("a card that is silent for the work waiting time is mute") {
  T0Desk desk;
  desk.transmit("00B2010C03");
  desk.hears("00B2010C03");

  SECTION("before the procedure byte") {}
  SECTION("in the data") { desk.says("B2 11"); }
  SECTION("before SW2") { desk.says("90"); }
  const Millis waited = desk.silence();
  CHECK(waited == kWwt + Link::kSlack);
  CHECK(desk.outcome() == kMute);
  desk.transmit("00B2010C03");
  CHECK(desk.outcome() == kMute);
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
  T0Desk desk(row.atr);
  REQUIRE(desk.outcome() == hex(bytes(row.atr)));
  desk.transmit("00A40400");
  desk.hears("00A4040000");
  const Millis waited = desk.silence();
  CHECK(waited == row.wait + Link::kSlack);
}

TEST_CASE("a character that the card does not take is sent again") {
  T0Desk desk;
  desk.transmit("00A4040002A000");
  desk.hears("00");
  for (int i = 0; i < 3; ++i) desk.hears("A4", false);

  SECTION("and may be taken at the fourth time") {
    desk.hears("A4");
    for (int i = 0; i < 3; ++i) desk.hears("04", false);
    desk.hears("040002");
    desk.says("A4");
    for (int i = 0; i < 3; ++i) desk.hears("A0", false);
    desk.hears("A000");
    desk.says("9000");
    CHECK(desk.outcome() == "9000");
  }
  SECTION("but not for ever") {
    desk.hears("A4", false);
    CHECK(desk.outcome() == kParity);
  }
}

TEST_CASE("a character that came wrong comes again") {
  T0Desk desk;
  desk.transmit("00B2010C02");
  desk.hears("00B2010C02");
  desk.says_one(0x33, false);
  desk.says("B2 11");
  for (int i = 0; i < 3; ++i) desk.says_one(0x23, false);

  SECTION("and may be right at the fourth time") {
    desk.says("22");
    desk.says_one(0x91, false);
    desk.says("90");
    desk.says_one(0x60, false);
    desk.says("00");
    CHECK(desk.outcome() == "11229000");
  }
  SECTION("but not for ever") {
    desk.says_one(0x23, false);
    CHECK(desk.outcome() == kParity);
  }
  SECTION("or not at all") {
    CHECK(desk.silence() == kWwt + Link::kSlack);
    CHECK(desk.outcome() == kMute);
  }
}

TEST_CASE("what the card says while it should listen is dropped") {
  T0Desk desk;
  desk.transmit("00A4040002A000");
  desk.hears("00A4");
  desk.link.received(0x90, true, desk.now);
  desk.hears("040002");
  desk.says("A4");
  desk.link.received(0x60, true, desk.now);
  desk.hears("A000");
  desk.says("9000");
  CHECK(desk.outcome() == "9000");
}

TEST_CASE("what is not a short APDU is not sent") {
  const char* const command =
      GENERATE("", "00", "00A404", "00A4040003A000", "00A4040001A00000", "00A404000001A0");
  T0Desk desk;
  desk.transmit(command);
  CHECK(desk.outcome() == kProtocol);
  CHECK_FALSE(desk.link.to_send());
}

TEST_CASE("one command after the other, on the same card") {
  T0Desk desk;
  for (int i = 0; i < 3; ++i) {
    desk.transmit("00A4040002A000");
    desk.hears("00A4040002");
    desk.says("A4");
    desk.hears("A000");
    desk.says("6102");
    CHECK(desk.outcome() == "6102");
    desk.transmit("00C0000002");
    desk.hears("00C0000002");
    desk.says("C0 6F00 9000");
    CHECK(desk.outcome() == "6F009000");
  }
}

TEST_CASE("to abandon nothing changes nothing") {
  T0Desk desk;
  desk.link.abandon();
  CHECK_FALSE(desk.link.outcome());
  desk.transmit("00A40400");
  desk.hears("00A4040000");
  desk.says("9000");
  CHECK(desk.outcome() == "9000");
}

TEST_CASE("a command into the middle of another is not sent") {
  T0Desk desk;
  desk.transmit("00A4040002A000");
  desk.hears("00A4");
  desk.transmit("00A40400");
  CHECK_FALSE(desk.link.to_send());
  CHECK(desk.outcome() == kMute);
}

TEST_CASE("after an abandoned command the card must be reset") {
  T0Desk desk;
  desk.transmit("00A4040002A000");
  desk.hears("00A4");
  desk.link.abandon();
  CHECK_FALSE(desk.link.to_send());
  CHECK_FALSE(desk.link.deadline());
  desk.transmit("00A40400");
  CHECK(desk.outcome() == kMute);
  desk.link.warm_reset(desk.now);
  desk.reset();
  desk.says("3B00");
  desk.transmit("00A40400");
  desk.hears("00A4040000");
  desk.says("9000");
  CHECK(desk.outcome() == "9000");
}

TEST_CASE("nothing of an answer stays behind the next request") {
  T0Desk desk;
  desk.transmit("80AE800000");
  desk.hears("80AE800000");
  desk.says("AE" + repeated("5A", 8) + repeated("C3", 248) + "9000");
  REQUIRE(desk.outcome().size() == 2 * 258);
  desk.link.deactivate(desk.now);
  const auto* memory = reinterpret_cast<const std::uint8_t*>(&desk.link);
  CHECK(std::count(memory, memory + sizeof desk.link, 0xC3) < 8);
}
