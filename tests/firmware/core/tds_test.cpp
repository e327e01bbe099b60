#include "firmware/core/cap/tds.hpp"

#include <catch2/catch.hpp>

#include "firmware/core/cap/token.hpp"
#include "tests/firmware/core/hex.hpp"

using namespace sesame;
using namespace sesame::cap;
using test::array;
using test::bytes;
using test::ByteVector;
using test::hex;
using test::text;

namespace {

TdsNumber number(std::string_view digits) {
  TdsNumber result;
  REQUIRE(result.append(digits));
  return result;
}

std::vector<TdsNumber> numbers(const std::vector<const char*>& all) {
  std::vector<TdsNumber> result;
  for (const char* digits : all) result.push_back(number(digits));
  return result;
}

// A CBC-MAC over whole blocks, written out.
std::string cbc_mac(std::string_view key, std::string_view padded) {
  const ByteVector data = bytes(padded);
  REQUIRE(data.size() % 8 == 0);
  const crypto::Des des(array<8>(key));
  crypto::DesBlock chain{};
  for (std::size_t at = 0; at < data.size(); at += 8) {
    for (std::size_t i = 0; i < 8; ++i) chain[i] ^= data[at + i];
    chain = des.encrypt(chain);
  }
  return hex(chain);
}

}  // namespace

TEST_CASE("the published vector: two numbers, the AC they give, and the code") {
  const auto mixed = mix_tds(array<8>("633FCCC4883A1C1F"), numbers({"1234", "3101234567"}));
  CHECK(hex(mixed) == "D042871670CEE987");

  TokenInput input;
  input.cid = 0x80;
  input.atc = array<2>("002A");
  input.ac = mixed;
  Digits digits;
  REQUIRE_FALSE(token_by_ipb(token_data(input), bytes("0000FF000000000003FFFF"), digits));
  CHECK(text(digits) == "11200903");
}

TEST_CASE("the numbers are joined by F, completed to bytes by F, and padded by 80 and zeros") {
  struct Row {
    std::vector<const char*> numbers;
    const char* padded;
  };
  const Row rows[] = {
      {{"1234"}, "1234800000000000"},
      {{"1234", "3101234567"}, "1234F3101234567F8000000000000000"},
      {{"1"}, "1F80000000000000"},
      {{"0"}, "0F80000000000000"},
      {{"00"}, "0080000000000000"},  // leading zeros count
      {{"1", "2"}, "1F2F800000000000"},
      {{"12", "3"}, "12F3800000000000"},
      {{"1234567890"}, "1234567890800000"},
      {{"123456", "12345678"}, "123456F12345678F8000000000000000"},  // exactly a block: one more
      {{"1234567", "1234567"}, "1234567F1234567F8000000000000000"},
      {{"123456", "1234567"}, "123456F123456780"},  // the 80 fills the block
  };
  for (const Row& row : rows) {
    CAPTURE(row.padded);
    CHECK(hex(mix_tds(array<8>("633FCCC4883A1C1F"), numbers(row.numbers))) ==
          cbc_mac("633FCCC4883A1C1F", row.padded));
  }
}

TEST_CASE("ten numbers of ten digits are the most there can be") {
  std::vector<TdsNumber> all(kMaxTdsNumbers, number("9876543210"));
  std::string padded;
  for (std::size_t i = 0; i < kMaxTdsNumbers; ++i) padded += i == 0 ? "9876543210" : "F9876543210";
  padded += "F80";  // 109 nibbles, so one F
  while (padded.size() % 16 != 0) padded += '0';
  CHECK(hex(mix_tds(array<8>("0102030405060708"), all)) == cbc_mac("0102030405060708", padded));
}

TEST_CASE("a weak key and a key of wrong parity are accepted") {
  for (const char* key : {"0000000000000000", "FFFFFFFFFFFFFFFF", "0101010101010101", "1F1F1F1F0E0E0E0E"}) {
    CAPTURE(key);
    CHECK(hex(mix_tds(array<8>(key), numbers({"1234"}))) == cbc_mac(key, "1234800000000000"));
  }
}

TEST_CASE("one digit, one number or the order make another result") {
  const auto ac = array<8>("633FCCC4883A1C1F");
  const auto mix = [&](const std::vector<const char*>& all) { return hex(mix_tds(ac, numbers(all))); };
  CHECK(mix({"1234"}) != mix({"1235"}));
  CHECK(mix({"1234"}) != mix({"01234"}));
  CHECK(mix({"12", "34"}) != mix({"1234"}));
  CHECK(mix({"12", "34"}) != mix({"34", "12"}));
}
