#include "firmware/core/pinpad/pin_verify.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "tests/firmware/core/hex.hpp"
#include "tests/firmware/core/pin_order.hpp"

using namespace sesame;
using namespace sesame::pinpad;
using namespace sesame::test;

namespace {

// The command with the PIN in it, or what is wrong.
std::string fill_in(const PinOrder& order, std::string_view digits) {
  const ByteVector structure = bytes(order.hex());
  const auto how = parse_pin_verify(structure);
  if (!how) return std::string(to_string(how.error()));
  PinCommand command;
  REQUIRE(command.assign(how->command));
  cap::Pin pin;
  REQUIRE(pin.append(digits));
  return insert_pin(*how, pin, command) ? hex(command) : "no such PIN";
}

PinOrder order(std::string_view format, std::string_view digits, std::string_view command) {
  PinOrder result;
  result.format = format;
  result.digits = digits;
  result.command = command;
  return result;
}

}  // namespace

TEST_CASE("the PIN goes where the order says, in the form it says") {
  struct Row {
    const char* what;
    const char* format;
    const char* digits;
    const char* command;
    const char* pin;
    const char* filled_in;
  };
  const char* const emv = "0020008008 20FFFFFFFFFFFFFF";
  const char* const zeros = "0020000108 0000000000000000";
  const char* const ones = "0020000108 FFFFFFFFFFFFFFFF";
  const Row rows[] = {
      {"EMV format 2", "894704", "0C04", emv, "1234", "0020008008 241234FFFFFFFFFF"},
      {"EMV format 2, odd", "894704", "0C04", emv, "12345", "0020008008 2512345FFFFFFFFF"},
      {"EMV format 2, the longest", "894704", "0C04", emv, "123456789012", "0020008008 2C123456789012FF"},
      {"EMV format 2, its block counted from the data field, in bits", "414804", "0C04", emv, "1234",
       "0020008008 241234FFFFFFFFFF"},
      {"EMV format 2, its length by the program", "890710", "0505", "0020008108 25FFFFFFFFFFFFFF", "12345",
       "0020008108 2512345FFFFFFFFF"},
      {"more digits allowed than a PIN has", "894704", "1004", emv, "123456789012",
       "0020008008 2C123456789012FF"},

      {"ASCII, filled up with FF", "820800", "0804", ones, "1234", "0020000108 31323334FFFFFFFF"},
      {"ASCII, filled up with 00", "820800", "0804", zeros, "12345678", "0020000108 3132333435363738"},
      {"ASCII, the block shorter than the PIN", "820400", "0804", zeros, "123456",
       "0020000108 3132333435360000"},
      {"ASCII, the block not told", "820000", "0804", "0020008108 2F2F2F2F2F2F2F2F", "12345",
       "0020008108 31323334352F2F2F"},
      {"ASCII, right-justified", "860800", "0804", ones, "1234", "0020000108 FFFFFFFF31323334"},
      {"ASCII, after something", "920800", "0804", "002000010A AABBFFFFFFFFFFFFFFFF", "90817263",
       "002000010A AABB3930383137323633"},

      {"variable length", "020000", "0C04", "00200081", "1234", "0020008104 31323334"},
      {"variable length, with Lc", "820000", "0C04", "0020008100", "123456789012",
       "002000810C 313233343536373839303132"},
      {"variable length, after something", "920000", "0C04", "0020008102 AABB", "1234",
       "0020008106 AABB31323334"},
      {"variable length, after its length", "8A8000", "0C04", "0020008101 00", "12345",
       "0020008106 053132333435"},
      {"variable length, BCD", "010000", "0C04", "00200081", "1234", "0020008102 1234"},
      {"variable length, BCD, odd", "810000", "0C04", "0020008100", "12345", "0020008103 12345F"},

      {"BCD, left", "810400", "0804", "0020000104 FFFFFFFF", "12345", "0020000104 12345FFF"},
      {"BCD, right, even", "850400", "0804", "0020000104 00000000", "123456", "0020000104 00123456"},
      {"BCD, right, odd", "850400", "0804", "0020000104 00000000", "12345", "0020000104 00012345"},
      {"BCD, right, after something", "8D0300", "0604", "0020000104 AA000000", "12345",
       "0020000104 AA012345"},
      {"BCD, right, the block counted from the data field", "8D0400", "0604", "0020000104 AA000000", "12345",
       "0020000104 AA012345"},
      {"BCD, right, something after it", "850300", "0604", "0020000105 000000AABB", "12345",
       "0020000105 012345AABB"},
      {"BCD, right, the block not told", "850000", "0804", "0020000104 FFFFFFFF", "1234",
       "0020000104 FFFF1234"},

      // A manual's example: the length is the bits 2 to 5, the PIN begins with bit 7.
      {"positions in bits", "394902", "0A01", "0020000109 573030303030303030", "1234567890",
       "0020000109 6A2468ACF120303030"},
      {"a position of half a byte", "210800", "0C04", ones, "1234", "0020000108 F1234FFFFFFFFFFF"},
      {"binary", "800400", "0404", "0020000104 FFFFFFFF", "9012", "0020000104 09000102"},
      {"length in a byte of its own", "8A8810", "0804", "0020000109 00FFFFFFFFFFFFFFFF", "1234",
       "0020000109 0431323334FFFFFFFF"},
      {"length in another byte", "928811", "0804", "002000010A AA00FFFFFFFFFFFFFFFF", "1234",
       "002000010A AA0431323334FFFFFFFF"},
      {"length in three bits", "893700", "0704", "0020000108 1FFFFFFFFFFFFFFF", "1234567",
       "0020000108 FF1234567FFFFFFF"},
      {"a secure-messaging class", "820800", "0804", "0C20000108 FFFFFFFFFFFFFFFF", "1234",
       "0C20000108 31323334FFFFFFFF"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(fill_in(order(row.format, row.digits, row.command), row.pin) == hex(bytes(row.filled_in)));
  }
}

TEST_CASE("a PIN shorter or longer than the order allows is not filled in") {
  const PinOrder four_to_six = order("894704", "0604", "0020008008 20FFFFFFFFFFFFFF");
  CHECK(fill_in(four_to_six, "123") == "no such PIN");
  CHECK(fill_in(four_to_six, "1234567") == "no such PIN");
  CHECK(fill_in(four_to_six, "") == "no such PIN");
  CHECK(fill_in(order("820800", "0800", "0020000108 FFFFFFFFFFFFFFFF"), "") == "no such PIN");
}

TEST_CASE("a PIN is not filled into an invalid command") {
  const ByteVector structure = bytes(PinOrder().hex());
  const auto how = parse_pin_verify(structure);
  REQUIRE(how);
  cap::Pin pin;
  REQUIRE(pin.append(std::string_view("1234")));
  PinCommand command;
  CHECK_FALSE(insert_pin(*how, pin, command));
}

TEST_CASE("an order that cannot be carried out has a named error") {
  struct Row {
    const char* what;
    const char* format;
    const char* digits;
    const char* command;
    PinVerifyError error;
  };
  const char* const emv = "0020008008 20FFFFFFFFFFFFFF";
  const char* const ascii = "0020000108 FFFFFFFFFFFFFFFF";
  using Error = PinVerifyError;
  const Row rows[] = {
      {"no command", "894704", "0C04", "", Error::command},
      {"three bytes", "020000", "0C04", "002000", Error::command},
      {"no VERIFY", "894704", "0C04", "00DC010408 20FFFFFFFFFFFFFF", Error::command},
      {"no VERIFY, and no data", "020000", "0C04", "00D60000", Error::command},
      {"no VERIFY, and Lc", "020000", "0C04", "00D6000000", Error::command},
      {"with Le", "894704", "0C04", "0020008008 20FFFFFFFFFFFFFF 00", Error::command},
      {"Le alone", "820800", "0804", "0020000108", Error::command},
      {"less data than Lc", "820800", "0804", "0020000108 FFFFFFFFFFFFFF", Error::command},
      {"extended", "820800", "0804", "0020000100 0008 FFFFFFFFFFFFFFFF", Error::command},

      {"least above most", "894704", "0406", emv, Error::digits},
      {"no digit", "894704", "0000", emv, Error::digits},
      {"more than a PIN has", "894704", "100D", emv, Error::digits},
      {"a length of three bits for eight digits", "893704", "0804", emv, Error::digits},

      {"form 3", "8B4704", "0C04", emv, Error::format},

      {"a block longer than the data", "820900", "0804", ascii, Error::position},
      {"a block, and no data", "820800", "0804", "00200001", Error::position},
      {"a block, and Lc 00", "820800", "0804", "0020000100", Error::position},
      {"the PIN after the data", "FA0800", "0804", ascii, Error::position},
      {"the PIN partly after the data", "8A0800", "0804", ascii, Error::position},
      {"more digits than the data has room for", "820800", "0904", ascii, Error::position},
      {"more digits than the block has room for, right-justified", "860400", "0804", ascii, Error::position},
      {"variable length, a gap before the PIN", "8A0000", "0C04", "00200081", Error::position},
      {"variable length, right-justified", "060000", "0C04", "00200081", Error::position},
      {"the length in the PIN", "814808", "0804", ascii, Error::position},
      {"the length after the PIN", "814818", "0804", ascii, Error::position},
      {"the length partly in the PIN", "894705", "0C04", emv, Error::position},
      {"the length after a PIN of variable length", "828000", "0C04", "00200081", Error::position},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const ByteVector structure = bytes(order(row.format, row.digits, row.command).hex());
    const auto how = parse_pin_verify(structure);
    REQUIRE_FALSE(how);
    CHECK(to_string(how.error()) == to_string(row.error));
  }
}

TEST_CASE("an order that is not as long as it says is refused, at every length") {
  const ByteVector whole = bytes(PinOrder().hex());
  REQUIRE(parse_pin_verify(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    const ByteVector part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    const auto how = parse_pin_verify(part);
    REQUIRE_FALSE(how);
    CHECK(how.error() == PinVerifyError::length);
  }
  ByteVector longer = whole;
  longer.push_back(0);
  CHECK_FALSE(parse_pin_verify(longer));
  for (std::size_t i = 15; i < 19; ++i) {
    CAPTURE(i);
    ByteVector other = whole;
    other[i] = 0xFF;
    CHECK_FALSE(parse_pin_verify(other));
  }
}

TEST_CASE("the order names its language, low byte first") {
  PinOrder one;
  one.language = "0C04";
  const ByteVector structure = bytes(one.hex());
  const auto how = parse_pin_verify(structure);
  REQUIRE(how);
  CHECK(how->language_id == 0x040C);
}

TEST_CASE("the order says how long the user may type, and what ends it") {
  PinOrder one;
  one.timeouts = "3C05";
  for (const char* condition : {"00", "01", "02", "03", "04", "05", "07"}) {
    CAPTURE(condition);
    one.condition = condition;
    const ByteVector structure = bytes(one.hex());
    const auto how = parse_pin_verify(structure);
    REQUIRE(how);
    CHECK(how->timeout == 60);
    CHECK(how->timeout_after_key == 5);
    CHECK(how->least == 4);
    CHECK(how->most == 12);
    CHECK(how->ends_at_most == ((condition[1] - '0') % 2 == 1));
    CHECK(how->ends_at_timeout == (condition[1] >= '4'));
    CHECK(points_into(how->command, structure));
  }
}

TEST_CASE("any order leaves a command whose Lc is true, and whose header is its own") {
  std::mt19937 random(1);
  const auto below = [&](unsigned limit) { return static_cast<unsigned>(random()) % limit; };
  const std::string commands[] = {"00200081", "0020008100", "0020008102AABB", "002000800820FFFFFFFFFFFFFF",
                                  "0020000110" + std::string(32, 'F')};
  unsigned taken = 0;
  for (int i = 0; i < 200'000; ++i) {
    ByteVector structure = bytes(order("000000", "0C04", commands[below(5)]).hex());
    for (std::size_t at = 2; at < 7; ++at) structure[at] = static_cast<std::uint8_t>(random());
    if (below(2) == 0) structure[3] &= 0x0F;
    if (below(2) == 0) structure[5] = 12;
    if (below(2) == 0) structure[6] = 4;
    if (below(20) == 0) structure[below(static_cast<unsigned>(structure.size()))] ^= 0x10;
    const auto how = parse_pin_verify(structure);
    if (!how) continue;
    ++taken;
    REQUIRE(how->least >= 1);
    REQUIRE(how->least <= how->most);
    for (std::size_t digits = how->least; digits <= how->most; ++digits) {
      PinCommand command;
      REQUIRE(command.assign(how->command));
      cap::Pin pin;
      while (pin.size() < digits) REQUIRE(pin.push('7'));
      REQUIRE(insert_pin(*how, pin, command));
      REQUIRE(command.size() >= how->command.size());
      REQUIRE(starts_with(command, how->command.first(4)));
      REQUIRE(command.size() == 5U + command[4]);
    }
  }
  CHECK(taken > 5'000);
}

TEST_CASE("every error has words of its own") {
  std::set<std::string_view> words;
  for (int i = 0; i <= static_cast<int>(PinVerifyError::position); ++i) {
    words.insert(to_string(static_cast<PinVerifyError>(i)));
  }
  CHECK(words.size() == static_cast<std::size_t>(PinVerifyError::position) + 1);
  CHECK(words.count("unknown error") == 0);
}
