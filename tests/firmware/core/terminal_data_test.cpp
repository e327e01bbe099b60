#include "firmware/core/cap/terminal_data.hpp"

#include <catch2/catch.hpp>

#include "tests/firmware/core/hex.hpp"

using namespace sesame;
using namespace sesame::cap;
using test::array;
using test::bytes;
using test::ByteVector;
using test::hex;

namespace {

constexpr Family kFamilies[] = {Family::cap,     Family::dpa,        Family::visa, Family::mastercard,
                                Family::maestro, Family::bancontact, Family::other};

TerminalContext context(Family family, bool belgian = false) {
  TerminalContext result;
  result.family = family;
  result.belgian = belgian;
  return result;
}

// What the reader sends for one list; unknown tags must be named, and there must be none here.
std::string data(std::string_view dol, const TerminalContext& context) {
  emv::CommandBuffer out;
  UnknownTags unknown;
  REQUIRE(append_dol_data(out, bytes(dol), context, unknown));
  REQUIRE(unknown.empty());
  return hex(out);
}

}  // namespace

TEST_CASE("what a reader sends depends on the kind of application, and on the card being Belgian") {
  struct Row {
    const char* tag;  // with its usual length
    const char* cap;
    const char* dpa;
    const char* visa;
    const char* mastercard;
    const char* maestro;
    const char* bancontact;
    const char* other;
    const char* belgian_visa;  // the others are the same on a Belgian card
    const char* belgian_maestro;
    const char* belgian_bancontact;
  };
  const char* tvr = "8000000000";
  const char* forced = "8000000800";
  const Row rows[] = {
      {"9505", tvr, tvr, tvr, tvr, tvr, tvr, tvr, forced, forced, forced},
      {"9A03", "000000", "010101", "010101", "000000", "000000", "000000", "000000", "000000", "000000",
       "000000"},
      {"9F3501", "34", "34", "37", "34", "34", "34", "34", "37", "37", "37"},
      {"9F3403", "010002", "010002", "000000", "000000", "000000", "000000", "000000", "000000", "000000",
       "000000"},
      {"8A02", "5A33", "5A33", "5A33", "5A33", "5A33", "5A33", "5A33", "5A31", "5A31", "5A31"},
      {"9F3303", "208000", "208000", "208000", "208000", "208000", "208000", "208000", "208000", "208000",
       "208000"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.tag);
    const char* plain[] = {row.cap,     row.dpa,        row.visa, row.mastercard,
                           row.maestro, row.bancontact, row.other};
    const char* belgian[] = {
        row.cap,  row.dpa, row.belgian_visa, row.mastercard, row.belgian_maestro, row.belgian_bancontact,
        row.other};
    for (std::size_t i = 0; i < std::size(kFamilies); ++i) {
      CAPTURE(i);
      CHECK(data(row.tag, context(kFamilies[i], false)) == plain[i]);
      CHECK(data(row.tag, context(kFamilies[i], true)) == belgian[i]);
    }
  }
}

TEST_CASE("terminal data of which nothing is known are zeros, and are not called unknown") {
  for (const Family family : kFamilies) {
    for (const bool belgian : {false, true}) {
      CHECK(data("9F0306 9F1A02 9C01 9F1502 9F4005 9F4502 9F4C08 910A DF4001", context(family, belgian)) ==
            std::string(2 * (6 + 2 + 1 + 2 + 5 + 2 + 8 + 10 + 1), '0'));
    }
  }
}

TEST_CASE("amount, currency and challenge are what the user typed, or zeros") {
  const char* dol = "9F0206 5F2A02 9F3704";
  TerminalContext typed = context(Family::cap);
  CHECK(data(dol, typed) == std::string(24, '0'));
  typed.inputs.amount = array<6>("000000001234");
  typed.inputs.currency = array<2>("0978");
  typed.inputs.unpredictable_number = array<4>("00004815");
  CHECK(data(dol, typed) == "000000001234097800004815");
}

TEST_CASE("a length other than usual: numbers keep their end, the rest keeps its beginning") {
  TerminalContext typed = context(Family::dpa);
  typed.inputs.amount = array<6>("000000001234");
  typed.inputs.currency = array<2>("0978");
  typed.inputs.unpredictable_number = array<4>("00004815");
  struct Row {
    const char* dol;
    const char* data;
  };
  const Row rows[] = {
      {"9F0204", "00001234"},     {"9F0208", "0000000000001234"},
      {"5F2A01", "78"},           {"5F2A03", "000978"},
      {"9F3702", "4815"},         {"9F3708", "0000000000004815"},
      {"9A02", "0101"},           {"9A04", "00010101"},
      {"9F3502", "0034"},         {"9503", "800000"},
      {"9507", "80000000000000"}, {"9F3402", "0100"},
      {"9F3404", "01000200"},     {"9F3301", "20"},
      {"9F3304", "20800000"},     {"8A01", "5A"},
      {"8A03", "5A3300"},         {"9500", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.dol);
    CHECK(data(row.dol, typed) == row.data);
  }
}

TEST_CASE("the lists of recorded cards give the data of the recorded commands") {
  CHECK(data("9F3501", context(Family::cap, true)) == "34");
  CHECK(data("9F02069F03069F1A0295055F2A029A039C019F37049F4C029F3403", context(Family::cap, true)) ==
        "00000000000000000000000000008000000000000000000000000000000000010002");
  CHECK(data("8A029F02069F03069F1A0295055F2A029A039C019F37049F4C029F3403910A", context(Family::cap, true)) ==
        "5A330000000000000000000000000000800000000000000000000000000000000001000200000000000000000000");
  CHECK(data("9F02069F03069F1A0295055F2A029A039C019F3704", context(Family::dpa)) ==
        "0000000000000000000000000000800000000000000101010000000000");
}

TEST_CASE("an unknown tag is zeros, and named once") {
  emv::CommandBuffer out;
  UnknownTags unknown;
  REQUIRE(append_dol_data(out, bytes("DF0103 9F3501 9F5C02 DF0101"), context(Family::cap), unknown));
  CHECK(hex(out) == "00000034000000");
  REQUIRE(unknown.size() == 2);
  CHECK(unknown[0] == 0xDF01);
  CHECK(unknown[1] == 0x9F5C);
}

TEST_CASE("of many unknown tags the first eight are named, and all are answered") {
  emv::CommandBuffer out;
  UnknownTags unknown;
  std::string dol;
  for (const char* last : {"1", "2", "3", "4", "5", "6", "7", "8", "9", "A"})
    dol += "DF0" + std::string(last) + "01";
  REQUIRE(append_dol_data(out, bytes(dol), context(Family::cap), unknown));
  CHECK(out.size() == 10);
  CHECK(unknown.size() == 8);
}

TEST_CASE("a malformed list, or one that asks for more than a command holds, is refused") {
  for (const char* dol : {"9F", "95", "9F3704 9F", "95FF 9501", "9F37FF 9F0201"}) {
    CAPTURE(dol);
    emv::CommandBuffer out;
    UnknownTags unknown;
    CHECK_FALSE(append_dol_data(out, bytes(dol), context(Family::cap), unknown));
  }
  emv::CommandBuffer out;
  UnknownTags unknown;
  CHECK(append_dol_data(out, bytes("95FF"), context(Family::cap), unknown));
}
