#include "host/keys/mac.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "host/keys/derivation.hpp"
#include "tests/host/keys/hex.hpp"

namespace sesame::keys {
namespace {

using test::bytes;
using test::hex;
using test::key;

std::string retail(const char* session_key, const std::string& message, Padding padding) {
  return hex(MacKey(MacAlgorithm::tdes_retail, key(session_key)).mac(bytes(message), padding));
}

std::string cmac(const char* session_key, const std::string& message) {
  return hex(MacKey(MacAlgorithm::aes_cmac, key(session_key)).mac(bytes(message)));
}

TEST_CASE("MAC algorithm 3 gives the values that standards print") {
  struct Vector {
    const char* key;
    const char* message;
    Padding padding;
    const char* mac;
  };
  const char* iso_key = "0123456789ABCDEFFEDCBA9876543210";
  const char* all = "4E6F77206973207468652074696D6520666F7220616C6C20";  // "Now is the time for all "
  const char* it = "4E6F77206973207468652074696D6520666F72206974";       // "Now is the time for it"
  const char* bac_key = "7962D9ECE03D1ACD4C76089DCE131543";
  const auto vector = GENERATE_COPY(values<Vector>({
      // ISO/IEC 9797-1, annex B
      {iso_key, all, Padding::method1, "A1C72E74EA3FA9B6"},
      {iso_key, all, Padding::method2, "E9086230CA3BE796"},
      {iso_key, it, Padding::method1, "2E2B1428CC78254F"},
      {iso_key, it, Padding::method2, "5A692CE64F404145"},
      // ICAO Doc 9303 part 11, appendix D.3, mutual authentication: the inspection system, the chip
      {bac_key, "72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2", Padding::method2,
       "5F1448EEA8AD90A7"},
      {bac_key, "46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F", Padding::method2,
       "2F2D235D074D7449"},
  }));
  CAPTURE(vector.message);
  CHECK(retail(vector.key, vector.message, vector.padding) == vector.mac);
}

TEST_CASE("a key that is set anew makes the MACs of a key that is made with it") {
  const auto algorithm = GENERATE(MacAlgorithm::tdes_retail, MacAlgorithm::aes_cmac);
  const Key one = key("0123456789ABCDEFFEDCBA9876543210"), other = key("2B7E151628AED2A6ABF7158809CF4F3C");
  MacKey changing(algorithm, one);
  for (const Key* next : {&other, &one, &one, &other}) {
    changing.rekey(*next);
    MacKey fresh(algorithm, *next);
    for (const char* message : {"", "00", "0011223344556677", "00112233445566778899AABBCCDDEEFF0011"}) {
      CHECK(hex(changing.mac(bytes(message))) == hex(fresh.mac(bytes(message))));
    }
  }
}

TEST_CASE("application cryptograms of published cards are reproduced") {
  struct Vector {
    const char* session_key;
    const char* input;
    Padding padding;
    const char* ac;
  };
  const auto vector = GENERATE(values<Vector>({
      // Visa CVN 18
      {"436B942AD637E08564B532B0EC97CB26",
       "000000004000 000000000000 0124 8000048000 0124 191105 01 52BF4585 1800 001C 06011203A0B800",
       Padding::method2, "7A788EA6B8A3E733"},
      // Visa CVN 10
      {"154F349D8585CB7F6B0798E9839B10C1",
       "000000004000 000000000000 0124 8000048000 0124 191105 01 52BF4585 1800 001C 03A06010",
       Padding::method1, "29CCA15AE665FA2E"},
      // M/Chip CVN 16
      {"5D8F37BCD9E5DA68048CDFA2EA255D9E",
       "000000009999 000000000000 0124 8000000000 0124 209906 00 ABCDEF12 1800 001C A00003220000",
       Padding::method2, "24CCF3DEE3158C70"},
      // M/Chip CVN 20
      {"436B942AD637E08564B532B0EC97CB26",
       "000000009999 000000000000 0124 8000000000 0124 209906 00 ABCDEF12 1800 001C A00003220000",
       Padding::method2, "CD29615D6452E70E"},
  }));
  CAPTURE(vector.input);
  CHECK(retail(vector.session_key, vector.input, vector.padding) == vector.ac);
}

TEST_CASE("tree session keys give the cryptograms of the published codes") {
  SessionKeys keys(SessionKeyMethod::tree, key("0123456789ABCDEF0123456789ABCDEF"), Tree(4, 8));
  const std::string terminal = "000000000000 000000000000 0000 8000000000 0000 000000 00 ";
  const auto ac = [&](std::uint16_t atc, const std::string& rest) {
    MacKey mac_key(MacAlgorithm::tdes_retail, keys.derive(atc));
    return hex(mac_key.mac(bytes(terminal + rest)));
  };
  CHECK(ac(0x00B4, "00000000 1000 00B4 A50006040000") == "7F32A79FDA945643");
  CHECK(ac(0x00D1, "00004815 1000 00D1 A50006040000") == "D23D64617F0644FA");
}

// RFC 4493, section 4, whose MACs begin with these 8 bytes. NIST SP 800-38B has the same and, in
// its current examples, the message of 20 bytes.
TEST_CASE("AES-CMAC gives the values of RFC 4493 and NIST SP 800-38B") {
  struct Vector {
    std::size_t size;
    const char* mac;
  };
  const std::string message =
      "6BC1BEE22E409F96E93D7E117393172A AE2D8A571E03AC9C9EB76FAC45AF8E51"
      "30C81C46A35CE411E5FBC1191A0A52EF F69F2445DF4F9B17AD2B417BE66C3710";
  const auto vector = GENERATE(values<Vector>({
      {0, "BB1D6929E9593728"},
      {16, "070A16B46B4D4144"},
      {20, "7D85449EA6EA19C8"},
      {40, "DFA66747DE9AE630"},
      {64, "51F0BEBF7E3B9D92"},
  }));
  CAPTURE(vector.size);
  const auto start = bytes(message);
  MacKey mac_key(MacAlgorithm::aes_cmac, key("2B7E151628AED2A6ABF7158809CF4F3C"));
  CHECK(hex(mac_key.mac(Bytes(start).first(vector.size))) == vector.mac);
}

TEST_CASE("the parity of a session key does not matter to MAC algorithm 3") {
  const std::string even = "00112233445566778899AABBCCDDEEFE";
  const std::string odd = hex(odd_parity(key(even)));
  REQUIRE(even != odd);
  CHECK(retail(even.c_str(), "0102030405060708090A", Padding::method2) ==
        retail(odd.c_str(), "0102030405060708090A", Padding::method2));
}

TEST_CASE("padding is part of the message that is MACed") {
  const char* any = "0123456789ABCDEFFEDCBA9876543210";
  // Method 1 cannot tell trailing zeros from padding.
  CHECK(retail(any, "", Padding::method1) == retail(any, "0000000000000000", Padding::method1));
  CHECK(retail(any, "01", Padding::method1) == retail(any, "0100000000000000", Padding::method1));
  // Method 2 can, and adds a whole block to an aligned message.
  CHECK(retail(any, "", Padding::method2) == retail(any, "8000000000000000", Padding::method1));
  CHECK(retail(any, "01", Padding::method2) == retail(any, "0180000000000000", Padding::method1));
  CHECK(retail(any, "0102030405060708", Padding::method2) ==
        retail(any, "0102030405060708 8000000000000000", Padding::method1));
  CHECK(retail(any, "01", Padding::method2) != retail(any, "0100", Padding::method2));
}

TEST_CASE("CMAC has its own padding, whatever is asked") {
  MacKey mac_key(MacAlgorithm::aes_cmac, key("2B7E151628AED2A6ABF7158809CF4F3C"));
  CHECK(mac_key.mac({}, Padding::method1) == mac_key.mac({}, Padding::method2));
  CHECK(hex(mac_key.mac({}, Padding::method1)) == cmac("2B7E151628AED2A6ABF7158809CF4F3C", ""));
}

TEST_CASE("a MAC does not depend on those made before with the same key") {
  const auto algorithm = GENERATE(MacAlgorithm::tdes_retail, MacAlgorithm::aes_cmac);
  MacKey mac_key(algorithm, key("0123456789ABCDEFFEDCBA9876543210"));
  const auto message = bytes("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F2021");
  const Mac first = mac_key.mac(message);
  mac_key.mac(bytes("FF"));
  mac_key.mac({});
  CHECK(mac_key.mac(message) == first);
}

// Against ISO/IEC 9797-1 read block by block, which a message longer than one piece could betray.
TEST_CASE("messages of every length up to five pieces are chained without a gap") {
  const Key session_key = key("0123456789ABCDEFFEDCBA9876543210");
  Key left_twice = session_key.clone();
  for (std::size_t i = 0; i < 8; ++i) left_twice.bytes()[8 + i] = left_twice.bytes()[i];
  Cipher single(Algorithm::tdes_ecb, left_twice);
  Cipher triple(Algorithm::tdes_ecb, session_key);
  MacKey mac_key(MacAlgorithm::tdes_retail, session_key);

  std::vector<std::uint8_t> message;
  for (std::size_t size = 0; size <= 320; ++size) {
    std::vector<std::uint8_t> padded = message;
    padded.push_back(0x80);
    while (padded.size() % 8 != 0) padded.push_back(0);
    Mac expected{};
    for (std::size_t at = 0; at < padded.size(); at += 8) {
      for (std::size_t i = 0; i < 8; ++i) expected[i] ^= padded[at + i];
      Cipher& cipher = at + 8 == padded.size() ? triple : single;
      cipher.encrypt(expected, expected.data());
    }
    if (mac_key.mac(message) != expected) FAIL("wrong for " << size << " bytes");
    message.push_back(static_cast<std::uint8_t>(size * 7));
  }
}

}  // namespace
}  // namespace sesame::keys
