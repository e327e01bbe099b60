// What the values of data elements say.
#include "host/explain/data_elements.hpp"

#include <catch2/catch.hpp>

#include "host/base/hex.hpp"

using namespace sesame;
using explain::explain_value;
using Lines = std::vector<std::string>;

namespace {

Lines told(emv::Tag tag, const std::string& value) {
  return explain_value(tag, std::get<std::vector<std::uint8_t>>(parse_hex(value)));
}

struct Row {
  emv::Tag tag;
  const char* value;
  Lines lines;
};

}  // namespace

TEST_CASE("bits have their names, what is reserved is said to be, and so is a wrong length") {
  const std::vector<Row> rows{
      {0x82,
       "5C00",
       {"byte 1 bit 7: SDA supported", "byte 1 bit 5: cardholder verification supported",
        "byte 1 bit 4: terminal risk management to be performed",
        "byte 1 bit 3: issuer authentication supported"}},
      {0x82, "8001", {"byte 1 bit 8: reserved", "byte 2 bit 1: reserved"}},
      {0x82, "40", {"2 bytes are expected", "byte 1 bit 7: SDA supported"}},
      {0x9F07, "0180", {"byte 1 bit 1: terminals other than ATMs", "byte 2 bit 8: domestic cashback"}},
      {0x95,
       "8000000800",
       {"byte 1 bit 8: offline data authentication was not performed",
        "byte 4 bit 4: merchant forced transaction online"}},
      {0x95, "0000000000", {}},
      {0x9F0E, "0010000000", {"byte 2 bit 5: requested service not allowed for the card product"}},
      {0x9B,
       "E800",
       {"byte 1 bit 8: offline data authentication was performed",
        "byte 1 bit 7: cardholder verification was performed",
        "byte 1 bit 6: card risk management was performed",
        "byte 1 bit 4: terminal risk management was performed"}},
      {0x9B, "0001", {"byte 2 bit 1: reserved"}},
      {0x9F33,
       "208000",
       {"byte 1 bit 6: IC with contacts", "byte 2 bit 8: plaintext PIN for ICC verification"}},
      {0x9F40, "0000000003", {"byte 5 bit 2: code table 2", "byte 5 bit 1: code table 1"}},
      {0x9F55,
       "A0",
       {"byte 1 bit 8: sign: amount and currency take part",
        "byte 1 bit 6: sign: amount alone, without currency"}},
      {0xDF21, "41", {"byte 1 bit 7: PSN is part of the data under the mask", "byte 1 bit 1: reserved"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.tag, row.value);
    CHECK(told(row.tag, row.value) == row.lines);
  }
}

TEST_CASE("parts of values are told one by one") {
  const std::vector<Row> rows{
      {0x8E,
       "0000000000000064 4103 1F06 0E",
       {"X = 0, Y = 100",
        "4103  plaintext PIN verification by ICC, if the terminal supports the CVM; else the next rule",
        "1F06  no CVM required, if in the application currency and under X; else fail", "0E  half a rule"}},
      {0x9F34, "010002", {"plaintext PIN verification by ICC", "always", "result: successful"}},
      {0x9F34, "3F0000", {"no CVM performed", "always", "result: unknown"}},
      {0x9F27, "80", {"ARQC: to go online"}},
      {0x9F27, "0A", {"AAC: declined", "advice required", "reason: PIN try limit exceeded"}},
      {0x94,
       "08010301 10010100 00",
       {"SFI 1: records 1 to 3; signed: 1", "SFI 2: record 1; signed: 0", "00: 4 bytes are expected"}},
      {0x94, "00010100", {"00010100: names no records"}},
      {0x87, "82", {"priority 2 (1 is the highest)", "not without confirmation by the cardholder"}},
      {0x87, "00", {"no priority"}},
      {0x9F35, "34", {"cardholder, unattended, online only"}},
      {0x9F35, "37", {"reserved"}},
      {0x9F11, "05", {"ISO/IEC 8859-5"}},
      {0x9F36, "0100", {"256"}},
      {0x9F4A,
       "82 9F36",
       {"82  Application Interchange Profile (AIP)", "9F36  Application Transaction Counter (ATC)"}},
      {0x9F4A, "82 9F", {"82  Application Interchange Profile (AIP)", "no tag from here on"}},
      {0x9F56,
       "00001F00000000000FFFFF00000000008000",
       {"CID  00  0 bits", "ATC  001F  5 bits", "AC   00000000000FFFFF  20 bits",
        "IAD  00000000008000  1 bit",
        "a number of 26 bits (where the IAF has 40, the PSN's byte stands first)"}},
      {0x80,
       "5C00 08010200",
       {"AIP: 5C00", "  byte 1 bit 7: SDA supported", "  byte 1 bit 5: cardholder verification supported",
        "  byte 1 bit 4: terminal risk management to be performed",
        "  byte 1 bit 3: issuer authentication supported", "AFL: 08010200",
        "  SFI 1: records 1 to 2; signed: 0"}},
      {0x80,
       "80 001C 299CC8F10B9BC830",
       {"CID: 80", "  ARQC: to go online", "ATC: 001C", "  28", "AC: 299CC8F10B9BC830"}},
      {0x5A, "4970100000000014", {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.tag, row.value);
    CHECK(told(row.tag, row.value) == row.lines);
  }
}

TEST_CASE("the IAD of a card with its PIN verified says so, in each format") {
  CHECK(told(0x9F10, "06770A03A48000") ==
        Lines{"in the format of Visa", "derivation key index: 77", "cryptogram version number: 0A (CVN 10)",
              "CVR: 03A48000", "  second cryptogram: not asked for", "  first cryptogram: an ARQC",
              "  byte 2 bit 3: offline PIN verification performed",
              "  byte 3 bit 8: last online transaction not completed"});
  CHECK(told(0x9F10, "0110 A50003040000 0000 00000000000000FF") ==
        Lines{"in the format of Mastercard (M/Chip)", "derivation key index: 01",
              "cryptogram version number: 10 (CVN 16)", "CVR: A50003040000",
              "  second cryptogram: not asked for", "  first cryptogram: an ARQC",
              "  byte 1 bit 3: offline PIN verification performed",
              "  byte 1 bit 1: offline PIN verification successful",
              "  byte 4 bit 3: international transaction",
              "  script counter, low half: 0; PIN tries left, low half: 3", "DAC or ICC dynamic number: 0000",
              "counters: 00000000000000FF"});
  CHECK(told(0x9F10, "0FA501 A238000000 0000000000000000 0F 000000000000000000000000000000") ==
        Lines{"in the format of CCD", "common core identifier: A5", "derivation key index: 01",
              "CVR: A238000000", "  second cryptogram: not asked for", "  first cryptogram: an ARQC",
              "  byte 1 bit 2: issuer authentication not performed",
              "  byte 2 bit 4: offline PIN verification performed", "  PIN tries left, low half: 3",
              "counters: 0000000000000000", "issuer discretionary data: 000000000000000000000000000000"});
  CHECK(told(0x9F10, "00").size() == 1);
}

TEST_CASE("any value of any element is told without harm") {
  for (emv::Tag tag :
       {0x80U,   0x82U,   0x87U,   0x88U,   0x8EU,   0x94U,   0x95U,   0x9BU,   0x9F07U, 0x9F0DU, 0x9F10U,
        0x9F11U, 0x9F27U, 0x9F33U, 0x9F34U, 0x9F35U, 0x9F36U, 0x9F40U, 0x9F4AU, 0x9F55U, 0x9F56U}) {
    for (std::size_t size = 0; size < 70; ++size) {
      for (const unsigned filler : {0x00U, 0x06U, 0x0FU, 0x10U, 0x1FU, 0x80U, 0xFFU}) {
        std::vector<std::uint8_t> value(size, static_cast<std::uint8_t>(filler));
        static_cast<void>(explain_value(tag, value));
        if (size > 3) value[3] = 0x03;
        static_cast<void>(explain_value(tag, value));
      }
    }
  }
}

TEST_CASE("the code table is two digits") {
  for (int part = 1; part <= 16; ++part) {
    const auto bcd = static_cast<std::uint8_t>(part / 10 << 4 | part % 10);
    CHECK(explain::code_table(Bytes(&bcd, 1)) == part);
    CHECK(explain_value(0x9F11, Bytes(&bcd, 1)) == Lines{"ISO/IEC 8859-" + std::to_string(part)});
  }
  for (const char* index : {"", "00", "0A", "17", "A1", "0101"}) {
    INFO(index);
    CHECK(told(0x9F11, index) == Lines{"reserved"});
  }
}
