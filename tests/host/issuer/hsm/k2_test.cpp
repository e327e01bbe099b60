#include <catch2/catch.hpp>

#include <functional>
#include <set>
#include <string>

#include "host/issuer/hsm/k2.hpp"
#include "host/keys/lmk.hpp"
#include "tests/host/issuer/hsm/k2_message.hpp"
#include "tests/host/keys/hex.hpp"

namespace sesame::issuer {
namespace {

using test::K2Message;

std::string answer(const K2Message& message, const K2Settings& settings = {}) {
  const auto out = answer_k2(message.bytes(), settings).bytes;
  return out ? std::string(out->begin(), out->end()) : "none";
}

}  // namespace

TEST_CASE("the published example of K2 is right, under its whole AC and under any part of it") {
  K2Message message;
  CHECK(answer(message) == "0001K300");
  message.mask.assign(8, 0xFF);
  CHECK(answer(message) == "0001K300");
  message.mask = {0, 0, 0, 0, 0, 0, 0, 1};
  CHECK(answer(message) == "0001K300");
}

TEST_CASE("one bit under the mask makes it wrong, and one beside it does not") {
  for (std::size_t bit = 0; bit < 64; ++bit) {
    K2Message message;
    message.ac[bit / 8] ^= static_cast<std::uint8_t>(0x80 >> bit % 8);
    INFO(bit);
    CHECK(answer(message) == (bit < 48 ? "0001K300" : "0001K301"));
  }
}

TEST_CASE("another ATC, number, datum, card or key makes it wrong") {
  const std::vector<std::function<void(K2Message&)>> changes{
      [](K2Message& m) { m.atc[1] ^= 1; }, [](K2Message& m) { m.un[3] ^= 1; },
      [](K2Message& m) { m.data[38] ^= 1; }, [](K2Message& m) { m.pan[7] = 0x02; },
      [](K2Message& m) { m.key[32] = '7'; }};
  for (const auto& change : changes) {
    K2Message message;
    change(message);
    CHECK(answer(message) == "0001K301");
  }
}

TEST_CASE("in authorised state a wrong one is answered with the right one") {
  K2Message message;
  message.ac[7] ^= 1;
  const std::string out = answer(message, {.authorised = true});
  CHECK(out == "0001K301\x1D\x8F\x14\x54\x9E\xDE\xD2\xD6");
  CHECK(answer(K2Message{}, {.authorised = true}) == "0001K300");
}

TEST_CASE("option B hashes a card number of more than 16 digits, and is option A for others") {
  K2Message message;
  message.option = "1";
  CHECK(answer(message) == "0001K315");  // without its delimiter
  message.pan_end = ";";
  CHECK(answer(message) == "0001K300");
  message.pan_length = "10";
  message.pan = {0x64, 0x14, 0x00, 0x00, 0x00, 0x00, 0x12, 0x34, 0x56, 0x01};
  CHECK(answer(message) == "0001K301");
  message.pan_length = "11";
  message.pan = {0x06, 0x41, 0x40, 0x00, 0x00, 0x00, 0x01, 0x23, 0x45, 0x67, 0x01};
  CHECK(answer(message) == "0001K301");
  message.pan[0] = 0x16;  // 20 digits
  CHECK(answer(message) == "0001K315");
}

TEST_CASE("what is out of range has the error of its field") {
  const std::vector<std::pair<std::string, std::function<void(K2Message&)>>> changes{
      {"04", [](K2Message& m) { m.mode = "1"; }},
      {"05", [](K2Message& m) { m.scheme = "01"; }},
      {"15", [](K2Message& m) { m.scheme = "x0"; }},
      {"15", [](K2Message& m) { m.option = "2"; }},
      {"15", [](K2Message& m) { m.session = "0"; }},
      {"15", [](K2Message& m) { m.session = "2"; }},
      {"15", [](K2Message& m) { m.key[0] = 'X'; }},
      {"15", [](K2Message& m) { m.key[5] = 'g'; }},
      {"15",
       [](K2Message& m) {
         m.pan_length = "00";
         m.pan.clear();
       }},
      {"15", [](K2Message& m) { m.pan_length = "99"; }},
      {"15", [](K2Message& m) { m.pan[0] = 0x6A; }},
      {"15", [](K2Message& m) { m.data_length = "28"; }},
      {"15", [](K2Message& m) { m.data_length = "26"; }},
      {"15", [](K2Message& m) { m.data_end = ","; }},
      {"15", [](K2Message& m) { m.mask.assign(8, 0); }},
      {"15", [](K2Message& m) { m.mask_mac.push_back(0); }},
      {"15", [](K2Message& m) { m.mask_mac.pop_back(); }}};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    K2Message message;
    changes[i].second(message);
    INFO(i);
    CHECK(answer(message) == "0001K3" + changes[i].first);
  }
}

TEST_CASE("the header is echoed, of as many characters as were set") {
  K2Message message;
  message.header = "";
  CHECK(answer(message, {.header = 0}) == "K300");
  message.header = "a longer one";
  CHECK(answer(message, {.header = 12}) == "a longer oneK300");
}

TEST_CASE("another command has the next code and an error, and less than a command has no answer") {
  K2Message message;
  message.command = "NC";
  CHECK(answer(message) == "0001ND15");
  const std::vector<std::uint8_t> shorter{'0', '0', '0', '1', 'K'};
  CHECK_FALSE(answer_k2(shorter, {}).bytes);
  CHECK_FALSE(answer_k2({}, {.header = 0}).bytes);
}

TEST_CASE("the MAC of the mask is compared where that is set") {
  const K2Settings settings{.mask_mac = true};
  K2Message message;
  CHECK(answer(message, settings) == "0001K315");
  message.mask_mac = {0xBC, 0xD8, 0xA4, 0x3F};  // by another program
  CHECK(answer(message, settings) == "0001K300");
  message.mask[0] = 0x80;
  CHECK(answer(message, settings) == "0001K315");
}

TEST_CASE("other session keys than SKD are taken where that is set, and make other cryptograms") {
  const auto right = [](K2Message message, const K2Settings& settings) {
    K2Settings authorised = settings;
    authorised.authorised = true;
    message.ac.assign(8, 0);
    message.mask.assign(8, 0xFF);
    const std::string out = answer(message, authorised);
    REQUIRE(out.substr(0, 8) == "0001K301");
    const std::string ac = out.substr(8);
    message.ac.assign(ac.begin(), ac.end());
    CHECK(answer(message, settings) == "0001K300");
    return keys::test::hex(std::vector<std::uint8_t>(ac.begin(), ac.end()));
  };
  K2Message none, tree;
  none.session = "0";
  tree.session = "2";
  CHECK(answer(none, {.tree = keys::Tree{}}) == "0001K315");
  CHECK(answer(tree, {.no_session_key = true}) == "0001K315");
  K2Settings four, two;
  four.tree = keys::Tree(4, 8);
  two.tree = keys::Tree(2, 16);
  const std::set<std::string> all{right(none, {.no_session_key = true}), right(tree, four), right(tree, two),
                                  right(K2Message{}, {})};
  CHECK(all.size() == 4);
  CHECK(all.count("1D8F14549EDED2D6") == 1);
}

TEST_CASE("what was compared tells how many bits it was, and few are warned of") {
  K2Message message;
  CHECK(answer_k2(message.bytes(), {}).mask_bits == 16);
  CHECK_FALSE(answer_k2(message.bytes(), {}).is_of_few_bits());
  message.mask = {0, 0, 0, 0, 0, 0, 0x7F, 0xFF};
  CHECK(answer_k2(message.bytes(), {}).is_of_few_bits());
  message.ac[7] ^= 1;
  CHECK(answer_k2(message.bytes(), {}).mask_bits == 15);
  message.mode = "1";
  CHECK(answer_k2(message.bytes(), {}).mask_bits == 0);
  CHECK_FALSE(answer_k2(message.bytes(), {}).is_of_few_bits());
}

TEST_CASE("a message that is cut off anywhere has an answer, and it is not that the code is right") {
  const auto whole = K2Message{}.bytes();
  for (std::size_t size = 6; size < whole.size(); ++size) {
    const auto out = answer_k2(Bytes(whole).first(size), {}).bytes;
    REQUIRE(out);
    INFO(size);
    CHECK(std::string(out->begin(), out->end()) == "0001K315");
  }
}

TEST_CASE("a key under an LMK comes out as it went in, and under another variant it does not") {
  const auto bytes = keys::test::bytes("9E15204313F7318ACB79B90BD986AD29");
  const keys::Key key{std::span<const std::uint8_t>(bytes).first<keys::Key::size>()};
  const auto closed = keys::close_key(keys::variant(keys::test_lmk(28), 1), key);
  CHECK(std::vector<std::uint8_t>(closed.begin(), closed.end()) ==
        keys::test::bytes("A67981CE67F36A4BD2DE46BA17D6F596"));
  const auto is_key = [&](const keys::Key& opened) {
    return std::equal(bytes.begin(), bytes.end(), opened.bytes().begin());
  };
  CHECK(is_key(keys::open_key(keys::variant(keys::test_lmk(28), 1), closed)));
  CHECK_FALSE(is_key(keys::open_key(keys::variant(keys::test_lmk(28), 2), closed)));
  CHECK_FALSE(is_key(keys::open_key(keys::test_lmk(18), closed)));
  CHECK_THROWS_AS(keys::test_lmk(29), std::invalid_argument);
  CHECK_THROWS_AS(keys::variant(keys::test_lmk(28), 0), std::invalid_argument);
  CHECK_THROWS_AS(keys::variant(keys::test_lmk(28), 10), std::invalid_argument);
}

}  // namespace sesame::issuer
