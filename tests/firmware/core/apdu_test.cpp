#include "firmware/core/emv/apdu.hpp"

#include <catch2/catch.hpp>

#include "firmware/core/emv/status_word.hpp"
#include "tests/firmware/core/hex.hpp"

using namespace sesame;
using namespace sesame::emv;
using test::bytes;
using test::ByteVector;
using test::hex;

TEST_CASE("a command is of one of the four cases of ISO 7816-3") {
  struct Row {
    const char* input;
    int iso_case;
    const char* data;
    int le;  // 0: none
  };
  const Row rows[] = {
      {"00A40400", 1, "", 0},
      {"80CA9F1700", 2, "", 256},
      {"80CA9F1704", 2, "", 4},
      {"80CA9F17FF", 2, "", 255},
      {"0020008008241234FFFFFFFFFF", 3, "241234FFFFFFFFFF", 0},
      {"00200080 01 00", 3, "00", 0},
      {"00A40400 05 A000000003 00", 4, "A000000003", 256},
      {"80A80000 02 8300 0A", 4, "8300", 10},
  };
  for (const Row& row : rows) {
    CAPTURE(row.input);
    const ByteVector input = bytes(row.input);
    const auto command = parse_command(input);
    REQUIRE(command);
    CHECK(command->iso_case() == row.iso_case);
    CHECK(hex(command->data) == row.data);
    CHECK(command->le.value_or(0) == row.le);
    CHECK(test::points_into(command->data, input));

    CommandBuffer again;
    REQUIRE(append_command(again, *command));
    CHECK(equal(again, input));
  }
}

TEST_CASE("each way of not being a command has its name") {
  struct Row {
    std::string input;
    ApduError error;
  };
  const std::string header = "00A40400";
  const Row rows[] = {
      {"", ApduError::too_short},
      {"00A404", ApduError::too_short},
      {header + "02AA", ApduError::length_mismatch},
      {header + "02AABBCCDD", ApduError::length_mismatch},
      {header + "0000", ApduError::extended_length},
      {header + "000002AABB", ApduError::extended_length},
      {header + "FF" + std::string(2 * 257, 'A'), ApduError::too_long},
  };
  for (const Row& row : rows) {
    CAPTURE(row.input);
    const auto command = parse_command(bytes(row.input));
    REQUIRE_FALSE(command);
    CHECK(to_string(command.error()) == to_string(row.error));
  }
}

TEST_CASE("the longest command is 261 bytes, and one byte more is refused") {
  const ByteVector data(255, 0x5A);
  CommandBuffer out;
  REQUIRE(append_command(out, {0x80, 0xAE, 0x80, 0x00, data, 256}));
  CHECK(out.size() == kMaxCommand);
  const auto command = parse_command(out);
  REQUIRE(command);
  CHECK(command->data.size() == 255);

  const ByteVector longer(256, 0x5A);
  CommandBuffer refused;
  CHECK_FALSE(append_command(refused, {0x80, 0xAE, 0x80, 0x00, longer, 256}));
}

TEST_CASE("Le counts 1 to 256, and 256 is written as 00") {
  CommandBuffer out;
  CHECK(append_command(out, {0x80, 0xCA, 0x9F, 0x17, {}, 256}));
  CHECK(hex(out) == "80CA9F1700");
  CommandBuffer refused;
  CHECK_FALSE(append_command(refused, {0x80, 0xCA, 0x9F, 0x17, {}, 0}));
  CHECK_FALSE(append_command(refused, {0x80, 0xCA, 0x9F, 0x17, {}, 257}));
  Buffer<4> small;
  CHECK_FALSE(append_command(small, {0x80, 0xCA, 0x9F, 0x17, {}, 256}));
}

TEST_CASE("a response is data and a status word") {
  const ByteVector input = bytes("77030102036283");
  const auto response = parse_response(input);
  REQUIRE(response);
  CHECK(hex(response->data) == "7703010203");
  CHECK(response->sw == 0x6283);
  CHECK(test::points_into(response->data, input));
  CHECK(parse_response(bytes("9000"))->data.empty());
}

TEST_CASE("a response without a status word, or with more than 256 bytes of data, has its name") {
  CHECK(parse_response({}).error() == ApduError::too_short);
  CHECK(parse_response(bytes("90")).error() == ApduError::too_short);
  CHECK(parse_response(ByteVector(258)));
  CHECK(parse_response(ByteVector(259)).error() == ApduError::too_long);
}

TEST_CASE("63Cx tells the tries that are left") {
  CHECK(sw::is_wrong_pin(0x63C0));
  CHECK(sw::is_wrong_pin(0x63CF));
  CHECK(sw::is_wrong_pin(0x6300));
  CHECK(sw::is_wrong_pin(0x63D2));
  CHECK_FALSE(sw::is_wrong_pin(0x62C2));
  CHECK_FALSE(sw::is_wrong_pin(0x9000));
  CHECK_FALSE(sw::is_wrong_pin(0x6983));
  CHECK(sw::tries_left(0x63C2) == 2);
  CHECK(sw::tries_left(0x63C0) == 0);
  CHECK_FALSE(sw::tries_left(0x6300));
  CHECK_FALSE(sw::tries_left(0x63F1));
}
