#include "firmware/core/cap/token.hpp"

#include <catch2/catch.hpp>

#include "firmware/core/emv/answers.hpp"
#include "tests/firmware/core/hex.hpp"

using namespace sesame;
using namespace sesame::cap;
using test::array;
using test::bytes;
using test::ByteVector;
using test::hex;
using test::text;

namespace {

// The code from an answer to GENERATE AC as the card gave it.
std::string code(std::string_view answer, std::string_view ipb, std::optional<std::uint8_t> psn = {}) {
  const ByteVector data = bytes(answer);
  const auto cryptogram = emv::parse_cryptogram(data);
  REQUIRE(cryptogram);
  TokenInput input;
  input.psn = psn;
  input.cid = cryptogram->cid;
  std::copy(cryptogram->atc.begin(), cryptogram->atc.end(), input.atc.begin());
  std::copy(cryptogram->ac.begin(), cryptogram->ac.end(), input.ac.begin());
  input.iad = cryptogram->iad;
  Digits digits;
  REQUIRE_FALSE(token_by_ipb(token_data(input), bytes(ipb), digits));
  REQUIRE(pad_with_zeros(digits, 8));
  return text(digits);
}

TokenInput input(std::string_view atc, std::string_view ac) {
  TokenInput result;
  result.cid = 0x80;
  result.atc = array<2>(atc);
  result.ac = array<8>(ac);
  return result;
}

// The decimal digits of a big-endian binary number, by dividing it by ten again and again: not the way
// that the reader goes.
std::string decimal(ByteVector number) {
  std::string digits;
  for (bool zero = false; !zero;) {
    unsigned remainder = 0;
    zero = true;
    for (std::uint8_t& byte : number) {
      const unsigned dividend = remainder * 256 + byte;
      byte = static_cast<std::uint8_t>(dividend / 10);
      remainder = dividend % 10;
      if (byte != 0) zero = false;
    }
    digits.insert(digits.begin(), static_cast<char>('0' + remainder));
  }
  return digits;
}

// The bits of `data` under the ones of `mask`, as a big-endian number.
ByteVector selected_bits(const ByteVector& data, const ByteVector& mask) {
  std::string bits;
  for (std::size_t i = 0; i < 8 * mask.size(); ++i) {
    const auto bit = static_cast<std::uint8_t>(0x80 >> i % 8);
    if ((mask[i / 8] & bit) != 0) bits += (data[i / 8] & bit) != 0 ? '1' : '0';
  }
  while (bits.size() % 8 != 0) bits.insert(0, 1, '0');
  ByteVector number(bits.size() / 8);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    if (bits[i] == '1') number[i / 8] = static_cast<std::uint8_t>(number[i / 8] | 0x80 >> i % 8);
  }
  if (number.empty()) number.push_back(0);
  return number;
}

}  // namespace

TEST_CASE("published answers of cards give their published codes") {
  struct Row {
    const char* what;
    const char* answer;
    const char* ipb;
    const char* code;
  };
  const Row rows[] = {
      {"Barclays, format 1", "8012 80 095F 0F9D3798E93F129A 060A0A03A49000",
       "8000FF000000000001FFFF00000000000000", "46076570"},
      {"Barclays, format 2", "771E 9F270180 9F36020016 9F2608299CC8F10B9BC830 9F1007060B0A03A49000",
       "8000FF000000000001FFFF00000000000000", "36554800"},
      {"identify", "8012 80 00B4 7F32A79FDA945643 06770A03A48000", "00001F00000000000FFFFF00000000008000",
       "42511495"},
      {"challenge 4815", "8012 80 00D1 D23D64617F0644FA 06770A03A48000",
       "00001F00000000000FFFFF00000000008000", "36473333"},
      {"a recorded French card", "771E 9F270180 9F36020010 9F2608CF17CD2F3F369044 9F100706780A03A48000",
       "8001FFFFFF000000000000000000000000", "34656023"},
      {"a recorded Belgian card",
       "7726 9F270180 9F3602005A 9F2608513C1201B7DB02A0 9F100F06015603A400000700030000010002",
       "0000FF000000000003FFFF", "23790240"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(code(row.answer, row.ipb) == row.code);
  }
}

TEST_CASE("the data are PSN, CID, ATC, AC and IAD, by meaning") {
  TokenInput all = input("1234", "A1A2A3A4A5A6A7A8");
  const ByteVector iad = bytes("B1B2B3");
  all.iad = iad;
  CHECK(hex(token_data(all)) == "801234A1A2A3A4A5A6A7A8B1B2B3");
  all.psn = std::uint8_t{7};
  CHECK(hex(token_data(all)) == "07801234A1A2A3A4A5A6A7A8B1B2B3");
  all.iad = {};
  CHECK(hex(token_data(all)) == "07801234A1A2A3A4A5A6A7A8");
}

TEST_CASE("the PSN shifts the data under the mask") {
  const char* answer = "800B 80 0001 0000000000000000";
  CHECK(code(answer, "0000FF", {}) == "00000001");
  CHECK(code(answer, "000000FF", std::uint8_t{5}) == "00000001");
  CHECK(code(answer, "FF", std::uint8_t{5}) == "00000005");
}

TEST_CASE("the bits under the mask are collected, the first is the most significant") {
  struct Row {
    const char* ipb;
    const char* digits;
  };
  const Row rows[] = {
      {"", "0"},         {"00", "0"},
      {"80", "1"},       {"40", "0"},
      {"C0", "2"},       {"FF", "128"},
      {"0001", "0"},     {"0000FF", "22"},
      {"000080", "0"},   {"00001F", "22"},
      {"80001F", "54"},  {"8000000F", "17"},
      {"000000FF", "1"}, {"00000000FFFF", "515"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.ipb);
    Digits digits;
    REQUIRE_FALSE(token_by_ipb(token_data(input("0016", "0102030405060708")), bytes(row.ipb), digits));
    CHECK(text(digits) == row.digits);
  }
}

TEST_CASE("a mask shorter than the data leaves the rest unused, and one as long is fine") {
  const TokenData data = token_data(input("0016", "0102030405060708"));
  Digits digits;
  CHECK_FALSE(token_by_ipb(data, ByteVector(data.size(), 0xFF), digits));
  CHECK_FALSE(token_by_ipb(data, ByteVector(data.size() - 1, 0xFF), digits));
}

TEST_CASE("a mask longer than the data is refused, and leaves no digits") {
  const TokenData data = token_data(input("0016", "0102030405060708"));
  Digits digits;
  REQUIRE(digits.push('1'));
  const auto error = token_by_ipb(data, ByteVector(data.size() + 1, 0x00), digits);
  REQUIRE(error);
  CHECK(*error == TokenError::ipb_longer_than_data);
  CHECK(digits.empty());
}

TEST_CASE("a mask of 44 bytes of ones gives 106 digits, and they are right") {
  TokenInput all = input("FFFF", "FFFFFFFFFFFFFFFF");
  all.psn = std::uint8_t{0xFF};
  all.cid = 0xFF;
  const ByteVector iad(32, 0xFF);
  all.iad = iad;
  const TokenData data = token_data(all);
  REQUIRE(data.size() == kMaxTokenData);
  Digits digits;
  REQUIRE_FALSE(token_by_ipb(data, ByteVector(kMaxTokenData, 0xFF), digits));
  CHECK(digits.size() == kMaxTokenDigits);
  CHECK(text(digits) == decimal(ByteVector(kMaxTokenData, 0xFF)));
}

TEST_CASE("any data under any mask agrees with long division") {
  std::uint32_t state = 1;  // a fixed sequence
  const auto next = [&] {
    state = state * 1664525 + 1013904223;
    return static_cast<std::uint8_t>(state >> 24);
  };
  for (int round = 0; round < 500; ++round) {
    TokenInput all = input("0000", "0000000000000000");
    if (round % 2 == 0) all.psn = next();
    all.cid = next();
    for (std::uint8_t& byte : all.atc) byte = next();
    for (std::uint8_t& byte : all.ac) byte = next();
    ByteVector iad(next() % 33);
    for (std::uint8_t& byte : iad) byte = next();
    all.iad = iad;
    const TokenData data = token_data(all);
    ByteVector mask(next() % (data.size() + 1));
    for (std::uint8_t& byte : mask) byte = next();

    Digits digits;
    REQUIRE_FALSE(token_by_ipb(data, mask, digits));
    const ByteVector whole(data.begin(), data.end());
    REQUIRE(text(digits) == decimal(selected_bits(whole, mask)));
  }
}

TEST_CASE("the default mask of Visa cards takes 33 bits: at most ten digits") {
  TokenInput all = input("FFFF", "FFFFFFFFFFFFFFFF");
  const ByteVector iad(7, 0xFF);
  all.iad = iad;
  const TokenData data = token_data(all);
  CHECK(kVisaDefaultIpb.size() == data.size());
  Digits digits;
  REQUIRE_FALSE(token_by_ipb(data, kVisaDefaultIpb, digits));
  CHECK(text(digits) == "8589934591");  // 2^33 - 1
  CHECK(hex(kVisaDefaultIpb) == "0000FFFFFF0000000000000000000020B938");
}

TEST_CASE("the Belgian function takes 26 bits, and carries the last digit to the front") {
  struct Row {
    const char* atc;
    const char* ac;
    const char* digits;  // worked out by hand from the formula
  };
  const Row rows[] = {
      {"0000", "0000000000000000", "0"},
      {"0000", "0000000000000001", "10000001"},  // 1 + 1·10⁷
      {"0000", "0000000000000009", "90000009"},
      {"0000", "000000000000000A", "10"},
      {"0001", "0000000000000000", "60000256"},
      {"FF01", "0000000000000000", "60000256"},  // only the low byte of the ATC
      {"0000", "0000000000000100", "60065536"},
      {"0000", "000000000003FF00", "47043328"},  // 1023·2¹⁶ = 67043328, + 8·10⁷, mod 10⁸
      {"0000", "0000000000FC0000", "0"},         // only ten bits of bytes 5 and 6
      {"00FF", "000000000003FFFF", "97108863"},  // 2²⁶ - 1 = 67108863, + 3·10⁷
      {"0000", "FFFFFFFFFF000000", "0"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.atc, row.ac);
    Digits digits;
    token_belgian(input(row.atc, row.ac), digits);
    CHECK(text(digits) == row.digits);
    token_belgian(input(row.atc, row.ac), digits);  // over what was there
    CHECK(text(digits) == row.digits);
  }
}

TEST_CASE("zeros are put in front up to the least digits of a model, and nothing is ever cut") {
  Digits digits;
  for (const char digit : std::string("123")) REQUIRE(digits.push(digit));
  CHECK(pad_with_zeros(digits, 2));
  CHECK(text(digits) == "123");
  CHECK(pad_with_zeros(digits, 8));
  CHECK(text(digits) == "00000123");
  CHECK_FALSE(pad_with_zeros(digits, kMaxTokenDigits + 1));
  CHECK(text(digits) == "00000123");
  CHECK(pad_with_zeros(digits, kMaxTokenDigits));
  CHECK(digits.size() == kMaxTokenDigits);
}
