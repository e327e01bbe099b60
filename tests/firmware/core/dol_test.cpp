#include "firmware/core/emv/dol.hpp"

#include <catch2/catch.hpp>

#include "tests/firmware/core/hex.hpp"

using namespace sesame;
using namespace sesame::emv;
using test::bytes;
using test::ByteVector;
using test::hex;

TEST_CASE("a data object list is tags and lengths, one after the other") {
  const ByteVector cdol1 = bytes("9F0206 9F0306 9F1A02 9505 5F2A02 9A03 9C01 9F3704");
  DolReader reader(cdol1);
  const std::pair<Tag, int> expected[] = {{0x9F02, 6}, {0x9F03, 6}, {0x9F1A, 2}, {0x95, 5},
                                          {0x5F2A, 2}, {0x9A, 3},   {0x9C, 1},   {0x9F37, 4}};
  for (const auto& [tag, length] : expected) {
    REQUIRE(reader.more());
    const auto entry = reader.next();
    REQUIRE(entry);
    CHECK(entry->tag == tag);
    CHECK(entry->length == length);
  }
  CHECK_FALSE(reader.more());
  CHECK(*data_length(cdol1) == 29);
}

TEST_CASE("an empty list asks for nothing, and a length of 0 is allowed") {
  CHECK(*data_length({}) == 0);
  CHECK(*data_length(bytes("9F3700 9500")) == 0);
}

TEST_CASE("a list may ask for more than any command holds: that is for the caller to refuse") {
  CHECK(*data_length(bytes("95FF 9AFF")) == 510);
}

TEST_CASE("each way of not being a list has its name") {
  struct Row {
    const char* input;
    DolError error;
  };
  const Row rows[] = {
      {"9F", DolError::truncated_tag},      {"9505 9F", DolError::truncated_tag},
      {"9F8181", DolError::truncated_tag},  {"9F8181810104", DolError::tag_too_long},
      {"95", DolError::missing_length},     {"9F3704 9A", DolError::missing_length},
      {"9F8101", DolError::missing_length},
  };
  for (const Row& row : rows) {
    CAPTURE(row.input);
    const auto length = data_length(bytes(row.input));
    REQUIRE_FALSE(length);
    CHECK(to_string(length.error()) == to_string(row.error));
  }
}

TEST_CASE("a number gives way at its front, anything else at its end") {
  struct Row {
    const char* value;
    std::size_t length;
    const char* number;
    const char* other;
  };
  const Row rows[] = {
      {"00001234", 4, "00001234", "00001234"},
      {"00001234", 2, "1234", "0000"},
      {"00001234", 6, "000000001234", "000012340000"},
      {"00001234", 0, "", ""},
      {"", 3, "000000", "000000"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.value, row.length);
    Buffer<8> number;
    CHECK(append_fitted(number, bytes(row.value), row.length, Format::number));
    CHECK(hex(number) == row.number);
    Buffer<8> other;
    CHECK(append_fitted(other, bytes(row.value), row.length, Format::other));
    CHECK(hex(other) == row.other);
  }
}

TEST_CASE("a value that does not fit in what is left of the buffer changes nothing") {
  Buffer<4> out;
  REQUIRE(out.push(0xAA));
  CHECK_FALSE(append_fitted(out, bytes("01"), 4, Format::number));
  CHECK_FALSE(append_fitted(out, bytes("01"), 255, Format::other));
  CHECK(hex(out) == "AA");
  CHECK(append_fitted(out, bytes("01"), 3, Format::number));
  CHECK(hex(out) == "AA000001");
}
