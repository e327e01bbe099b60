#include "host/keys/derivation.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <string>

#include "tests/host/keys/hex.hpp"

namespace sesame::keys {
namespace {

using Catch::Matchers::Contains;
using test::hex;
using test::key;

constexpr const char* test_imk = "0123456789ABCDEFFEDCBA9876543210";
constexpr const char* test_aes_imk = "0F0E0D0C0B0A09080706050403020100";
constexpr const char* zero_key = "00000000000000000000000000000000";
constexpr const char* twice = "0123456789ABCDEF0123456789ABCDEF";

std::string derived(MasterKeyOption option, const char* imk, const char* pan, const char* psn) {
  return hex(master_key(option, key(imk), pan, psn));
}

std::string session_key(SessionKeyMethod method, const char* mk, std::uint16_t atc, const Un& un = {},
                        const Tree& tree = {}) {
  return hex(SessionKeys(method, key(mk), tree).derive(atc, un));
}

TEST_CASE("master keys by option A are those published") {
  struct Vector {
    const char* pan;
    const char* psn;
    const char* mk;
  };
  const auto vector = GENERATE(values<Vector>({
      {"1234567890123456", "00", "154F349D8585CB7F6B0798E9839B10C1"},
      {"12345678901234567", "01", "73AD54688CEF2934B0979857E3C719F1"},
      {"99012345678901234", "45", "67F8292358083E5EA7AB7FDA58D53B6B"},
      {"123456789012", "00", "FE890EC1B3FBF7EC32A880C8D6169461"},
      {"00123456789012", "01", "7C2CF1495458DC3B62913BA87AF7F44A"},
  }));
  CAPTURE(vector.pan);
  CHECK(derived(MasterKeyOption::a, test_imk, vector.pan, vector.psn) == vector.mk);
}

// Beside the published key: SHA-1 values of 14 and of 12 decimal digits, so that letters are needed
// too, and PANs of an even number of digits; computed with other programs from A1.4.2.
TEST_CASE("master keys by option B hash a PAN longer than 16 digits") {
  struct Vector {
    const char* pan;
    const char* psn;
    const char* mk;
  };
  const auto vector = GENERATE(values<Vector>({
      {"12345678901234567", "01", "AD406D7F6D7570916D75E5DCAB8CF737"},
      {"100000000000001959", "00", "ABAD3413615104DFCEA2CB01DA198046"},
      {"100000000000002270", "00", "D6B6D5E3732CA24C0775A20D7AA42923"},
      {"1000000000000004183", "01", "D0D0F1CED37F2C4AB61CE3C7D302E3BA"},
  }));
  CAPTURE(vector.pan);
  CHECK(derived(MasterKeyOption::b, test_imk, vector.pan, vector.psn) == vector.mk);
}

TEST_CASE("option B is option A for a PAN of 16 digits or fewer") {
  const char* pan = GENERATE("1234567890123456", "123456789012345", "123456789012", "1");
  CAPTURE(pan);
  CHECK(derived(MasterKeyOption::b, test_imk, pan, "07") == derived(MasterKeyOption::a, test_imk, pan, "07"));
}

// The keys of zeros are in test case 1 of the specification of GCM, as H, E(K, Y0) and E(K, Y1);
// the others are AES-128 of OpenSSL's command line.
TEST_CASE("master keys by option C are AES over PAN and PSN, filled up on the left") {
  struct Vector {
    const char* imk;
    const char* pan;
    const char* psn;
    const char* mk;
  };
  const auto vector = GENERATE(values<Vector>({
      {zero_key, "0", "00", "66E94BD4EF8A2C3B884CFA59CA342B2E"},
      {zero_key, "0", "01", "58E2FCCEFA7E3061367F1D57A4E7455A"},
      {zero_key, "0", "02", "0388DACE60B6A392F328C2B971B2FE78"},
      {test_aes_imk, "1234567890", "00", "F5C0A799FFBED1DB4F9BD2E54BF2CFD9"},
      {test_aes_imk, "1234567890", "12", "CBCE431053E9874B1AF0B115D6E04C2A"},
      {test_aes_imk, "1234567890123456789", "07", "F06F8E7BE9AF7BF0FF3D73EBA243A3DA"},
  }));
  CAPTURE(vector.pan, vector.psn);
  CHECK(derived(MasterKeyOption::c, vector.imk, vector.pan, vector.psn) == vector.mk);
}

TEST_CASE("a master key is refused to what is no PAN or PSN, without repeating it") {
  struct Wrong {
    const char* pan;
    const char* psn;
    const char* says;
  };
  const auto wrong = GENERATE(values<Wrong>({
      {"", "00", "PAN has 0 digits"},
      {"12345678901234567890", "00", "PAN has 20 digits"},
      {"1234 5678", "00", "PAN may have digits only"},
      {"1234567A", "00", "PAN may have digits only"},
      {"1234567890", "", "PSN (PAN sequence number) must be two digits"},
      {"1234567890", "1", "PSN (PAN sequence number) must be two digits"},
      {"1234567890", "001", "PSN (PAN sequence number) must be two digits"},
      {"1234567890", "0F", "PSN (PAN sequence number) must be two digits"},
  }));
  const auto option = GENERATE(MasterKeyOption::a, MasterKeyOption::b, MasterKeyOption::c);
  CAPTURE(wrong.pan, wrong.psn);
  CHECK_THROWS_WITH(derived(option, test_imk, wrong.pan, wrong.psn),
                    Contains(wrong.says) && !Contains("1234"));
}

TEST_CASE("session keys are those published") {
  struct Vector {
    SessionKeyMethod method;
    const char* mk;
    std::uint16_t atc;
    Un un;
    const char* sk;
  };
  const auto vector = GENERATE(values<Vector>({
      // Visa CVN 18: a card of IMK 0123…3210, PAN 1234567890123456, PSN 00
      {SessionKeyMethod::csk,
       "154F349D8585CB7F6B0798E9839B10C1",
       0x001C,
       {},
       "436B942AD637E08564B532B0EC97CB26"},
      // M/Chip CVN 16, the same card
      {SessionKeyMethod::skd,
       "154F349D8585CB7F6B0798E9839B10C1",
       0x001C,
       {0xAB, 0xCD, 0xEF, 0x12},
       "5D8F37BCD9E5DA68048CDFA2EA255D9E"},
      // Visa CVN 10: the master key itself
      {SessionKeyMethod::none,
       "154F349D8585CB7F6B0798E9839B10C1",
       0x001C,
       {},
       "154F349D8585CB7F6B0798E9839B10C1"},
      // CCD
      {SessionKeyMethod::aes, test_aes_imk, 0x0001, {}, "F06C204C70D2AD0CD1FA3B8CE15958F8"},
      // NIST AESAVS, VarTxt, 128 bits: plaintexts 8000…, C000…, E000…, F000…
      {SessionKeyMethod::aes, zero_key, 0x8000, {}, "3AD78E726C1EC02B7EBFE92B23D9EC34"},
      {SessionKeyMethod::aes, zero_key, 0xC000, {}, "AAE5939C8EFDF2F04E60B9FE7117B2C2"},
      {SessionKeyMethod::aes, zero_key, 0xE000, {}, "F031D4D74F5DCBF39DAAF8CA3AF6E527"},
      {SessionKeyMethod::aes, zero_key, 0xF000, {}, "96D9FD5CC4F07441727DF0F33E401A36"},
      // EMV2000, b 4, H 8
      {SessionKeyMethod::tree, twice, 0x0000, {}, "80BF3145AECB948A5201DAB9EF469875"},
      {SessionKeyMethod::tree, twice, 0x00FF, {}, "981F9D208AE6132CBC8A7C97F42A5445"},
  }));
  CAPTURE(vector.mk, vector.atc);
  CHECK(session_key(vector.method, vector.mk, vector.atc, vector.un) == vector.sk);
}

TEST_CASE("only M/Chip's proprietary session key depends on the unpredictable number") {
  const auto method = GENERATE(SessionKeyMethod::none, SessionKeyMethod::csk, SessionKeyMethod::skd,
                               SessionKeyMethod::tree, SessionKeyMethod::aes);
  const bool differs = session_key(method, twice, 7, {1, 2, 3, 4}) != session_key(method, twice, 7);
  CHECK(differs == needs_un(method));
  CHECK(differs == (method == SessionKeyMethod::skd));
}

TEST_CASE("a triple DES key comes out with odd parity and an AES key untouched") {
  const char* even = "00112233445566778899AABBCCDDEEFE";
  CHECK(session_key(SessionKeyMethod::none, even, 1) == "01102332455467768998ABBACDDCEFFE");
  for (const auto method : {SessionKeyMethod::csk, SessionKeyMethod::skd, SessionKeyMethod::tree}) {
    const Key sk = SessionKeys(method, key(even)).derive(1, {1, 2, 3, 4});
    CHECK(hex(sk) == hex(odd_parity(sk.clone())));
  }
  const Key sk = SessionKeys(SessionKeyMethod::aes, key(zero_key)).derive(0x8000);
  CHECK(hex(sk) != hex(odd_parity(sk.clone())));
}

TEST_CASE("the parity of a triple DES master key matters to a tree alone, where the key is also data") {
  const auto method =
      GENERATE(SessionKeyMethod::none, SessionKeyMethod::csk, SessionKeyMethod::skd, SessionKeyMethod::tree);
  const std::string even = "00112233445566778899AABBCCDDEEFE";
  const std::string odd = hex(odd_parity(key(even)));
  REQUIRE(even != odd);
  const bool same = session_key(method, even.c_str(), 0xBEEF) == session_key(method, odd.c_str(), 0xBEEF);
  CHECK(same == (method != SessionKeyMethod::tree));
}

TEST_CASE("a leaf of a tree is the same whichever leaves were derived before") {
  const Key mk = key("0123456789ABCDEFFEDCBA9876543210");
  for (const Tree& tree : {Tree(), Tree(2, 16), Tree(65535, 2), Tree(256, 2), Tree(2, 255)}) {
    SessionKeys changing(SessionKeyMethod::tree, mk, tree);
    for (const std::uint16_t atc :
         std::vector<std::uint16_t>{0, 0, 1, 3, 4, 5, 4, 0xFF, 0x100, 0xFFFF, 0, 0x8000, 0x8001, 0x8001}) {
      CAPTURE(tree.branch(), tree.height(), atc);
      CHECK(hex(changing.derive(atc)) == hex(SessionKeys(SessionKeyMethod::tree, mk, tree).derive(atc)));
    }
  }
}

// Computed with other programs from A1.3.1; 4/8 and the formula itself are pinned by published
// keys.
TEST_CASE("a tree may have another shape, and an IV") {
  struct Vector {
    Tree tree;
    std::uint16_t atc;
    const char* sk;
  };
  const Tree::Iv iv = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const auto vector = GENERATE_COPY(values<Vector>({
      {Tree(2, 16), 0x00FF, "1F54F492EF104580B0F4B0F8910D0438"},
      {Tree(2, 16), 0xFFFF, "F83E499EF786C20BC41310A176E3F84F"},
      {Tree(4, 8, iv), 0x1234, "B9E0BC3D1C07F74F43D67FFDAD07D6E9"},
      {Tree(16, 4), 0xBEEF, "B0751FC78C793D0D51405B5E4649FD38"},
      {Tree(256, 2), 0xBEEF, "3E5BF4C48AD070D6F2F1673EDC4010F4"},
      {Tree(10, 5), 0xFFFF, "38262FCB461F206B8C2561F7BADF9120"},
      {Tree(2, 17), 0x00FF, "324338BFDF02269834800268A48354CD"},
      {Tree(4, 255), 0x00FF, "DF2FB3439BBA57A1C70229DCD3346D9B"},
      {Tree(1000, 2), 0xBEEF, "925BDC6E4C3DE54C9BDA986104B3E562"},
      {Tree(65535, 3), 0xFFFF, "319DD3942FD64A738A1F1945D0E09B19"},
  }));
  CAPTURE(vector.tree.branch(), vector.tree.height());
  CHECK(session_key(SessionKeyMethod::tree, twice, vector.atc, {}, vector.tree) == vector.sk);
}

TEST_CASE("a tree without a leaf for every ATC is impossible") {
  const auto [branch, height] = GENERATE(
      table<int, int>({{2, 15}, {4, 7}, {255, 2}, {65535, 1}, {1, 255}, {1, 16}, {0, 8}, {4, 0}, {0, 0}}));
  const auto b = static_cast<std::uint16_t>(branch);
  const auto h = static_cast<std::uint8_t>(height);
  CAPTURE(b, h);
  CHECK_THROWS_AS(Tree(b, h), ImpossibleTree);
}

TEST_CASE("an impossible tree says why and what would do") {
  CHECK_THROWS_WITH(Tree(2, 8),
                    Contains("branch factor 2 and height 8 has 256 keys") && Contains("4/8 and 2/16"));
}

TEST_CASE("session keys do not depend on those derived before") {
  const auto method = GENERATE(SessionKeyMethod::none, SessionKeyMethod::csk, SessionKeyMethod::skd,
                               SessionKeyMethod::tree, SessionKeyMethod::aes);
  SessionKeys keys(method, key(test_imk));
  const std::string first = hex(keys.derive(0x00B4));
  keys.derive(0xFFFF, {1, 2, 3, 4});
  CHECK(hex(keys.derive(0x00B4)) == first);
}

}  // namespace
}  // namespace sesame::keys
