#include "host/base/hex.hpp"

#include <catch2/catch.hpp>

namespace sesame {
namespace {

using ByteVector = std::vector<std::uint8_t>;

TEST_CASE("hexadecimal may be of either case and have blanks") {
  CHECK(std::get<ByteVector>(parse_hex("9F37 04 ab")) == ByteVector{0x9F, 0x37, 0x04, 0xAB});
  CHECK(std::get<ByteVector>(parse_hex("")).empty());
  CHECK(to_hex(ByteVector{0x9F, 0x00, 0xAB}) == "9F00AB");
}

TEST_CASE("what is not hexadecimal is named without being repeated") {
  const auto [text, why] = GENERATE(table<const char*, const char*>({
      {"9F3", "has an odd number of hex digits (3)"},
      {"9F 3G", "is not hexadecimal: character 5 is not a hex digit"},
      {"\xFF", "is not hexadecimal: character 1 is not a hex digit"},
  }));
  CAPTURE(text);
  CHECK(to_string(std::get<HexError>(parse_hex(text))) == why);
}

TEST_CASE("hexadecimal may be as any tool prints it") {
  for (const char* text :
       {"3B 65 09", "3b:65:09", "3B-65-09", "3B,65,09", "{0x3B, 0x65, 0x9}", "[3B, 65, 09]", "0x3B6509",
        "\\x3B\\x65\\x09", "'3B65' \"09\"", "3B\t65\r\n09\n", "(3B;65;09)", "3 B 6 5 0 9"}) {
    CAPTURE(text);
    CHECK(std::get<ByteVector>(parse_printed_hex(text)) == ByteVector{0x3B, 0x65, 0x09});
  }
  CHECK(std::get<ByteVector>(parse_printed_hex("0x")).empty());
  CHECK(to_string(std::get<HexError>(parse_printed_hex("0x3B, 0xG"))) ==
        "is not hexadecimal: character 9 is not a hex digit");
  CHECK(to_string(std::get<HexError>(parse_printed_hex("3B:6"))) == "has an odd number of hex digits (3)");
}

}  // namespace
}  // namespace sesame
