// From a card's answer to the digits, bit by bit.
#include "host/explain/code_path.hpp"

#include <catch2/catch.hpp>

#include "firmware/core/cap/tds.hpp"
#include "host/base/hex.hpp"

namespace sesame::explain {
namespace {

using Bytestring = std::vector<std::uint8_t>;

Bytestring hex(std::string_view text) { return std::get<Bytestring>(parse_hex(text)); }

const Bytestring kIad = hex("0FA501A030900000000000000000000000");

cap::TokenInput answer() {
  cap::TokenInput input;
  input.cid = 0x80;
  input.atc = {0x00, 0xB4};
  input.ac = {0xD3, 0x0C, 0x4E, 0x91, 0x25, 0x6A, 0xF7, 0x88};
  input.iad = kIad;
  return input;
}

std::string digits_of(const cap::TokenInput& input, Bytes ipb) {
  cap::Digits digits;
  REQUIRE_FALSE(cap::token_by_ipb(cap::token_data(input), ipb, digits));
  REQUIRE(cap::pad_with_zeros(digits, 8));
  return {digits.begin(), digits.end()};
}

TEST_CASE("the parts are those that the mask lies over, and their taken bits, joined, are the number") {
  const Bytestring ipb = hex("8000FF000000000001FFFF");
  const cap::TokenInput input = answer();
  const std::string code = digits_of(input, ipb);
  const CodePath path = code_path(input, ipb, false, code);
  REQUIRE(path.parts.size() == 4);
  CHECK(path.parts[0].name == "CID");
  CHECK(path.parts[0].taken == "1");
  CHECK(path.parts[1].name == "ATC");
  CHECK(path.parts[1].mask == Bytestring{0x00, 0xFF});
  CHECK(path.parts[1].taken == "10110100");
  CHECK(path.parts[2].name == "AC");
  CHECK(path.parts[2].taken == "01111011110001000");
  CHECK(path.parts[3].name == "IAD");
  CHECK(path.parts[3].taken.empty());
  CHECK(path.bits ==
        "1"
        "10110100"
        "01111011110001000");
  CHECK(path.number == std::to_string(0b11011010001111011110001000));
  CHECK_FALSE(path.signs);
  CHECK_FALSE(path.belgian);
}

TEST_CASE("a PSN comes first, where the card's flags put it into the data") {
  cap::TokenInput input = answer();
  input.psn = 0x42;
  const Bytestring ipb = hex("FF00000F");
  const CodePath path = code_path(input, ipb, false, digits_of(input, ipb));
  REQUIRE(path.parts.size() == 5);
  CHECK(path.parts[0].name == "PSN");
  CHECK(path.parts[0].taken == "01000010");
  CHECK(path.parts[2].taken == "0100");
  CHECK(path.number == std::to_string(0x424));
}

TEST_CASE("a mask of many bits is a number of many digits") {
  const Bytestring ipb(27, 0xFF);
  const cap::TokenInput input = answer();
  const std::string code = digits_of(input, ipb);
  const CodePath path = code_path(input, ipb, false, code);
  CHECK(path.bits.size() == 27 * 8);
  CHECK(path.number == code);
}

TEST_CASE("the Belgian rule takes single bytes, and its number is what it was before the carry") {
  const cap::TokenInput input = answer();
  cap::Digits digits;
  cap::token_belgian(input, digits);
  REQUIRE(cap::pad_with_zeros(digits, 8));
  const CodePath path = code_path(input, {}, true, std::string_view(digits.data(), digits.size()));
  REQUIRE(path.parts.size() == 3);
  CHECK(path.parts[0].from == 5);
  CHECK(path.parts[0].taken == "1011110111");
  CHECK(path.parts[1].name == "ATC");
  CHECK(path.parts[2].data == Bytestring{0x88});
  CHECK(path.number == std::to_string(0b1011110111'10110100'10001000));
  CHECK(path.belgian);
  CHECK_FALSE(path.signs);
}

TEST_CASE("where typed numbers took the place of the AC, the bits are those of the code") {
  cap::TdsNumber number;
  REQUIRE(number.append(std::string_view("12345678")));
  const Bytestring ipb = hex("0000FF0000000000FFFFFF");
  const cap::TokenInput plain = answer();
  cap::TokenInput mixed = plain;
  mixed.ac = cap::mix_tds(plain.ac, std::span(&number, 1));
  const CodePath path = code_path(plain, ipb, false, digits_of(mixed, ipb));
  const CodePath truth = code_path(mixed, ipb, false, digits_of(mixed, ipb));
  CHECK(path.signs);
  CHECK_FALSE(truth.signs);
  CHECK(path.bits == truth.bits);
  CHECK(path.number == truth.number);
  CHECK(path.parts[2].taken == truth.parts[2].taken);
  CHECK(path.parts[2].data == Bytestring(plain.ac.begin(), plain.ac.end()));
}

TEST_CASE("what a card was told is told by the list that asked for it, as far as there is data") {
  const auto told = told_values(hex("9F02069F1A025F2A02"), hex("000000001234005609"));
  REQUIRE(told.size() == 2);
  CHECK(told[0].tag == 0x9F02);
  CHECK(told[0].value == hex("000000001234"));
  CHECK(told[1].tag == 0x9F1A);
  CHECK(told[1].value == hex("0056"));
  CHECK(told_values(hex("9F"), hex("00")).empty());
  CHECK(told_values({}, hex("00")).empty());
}

}  // namespace
}  // namespace sesame::explain
