// What an ATR says; and that it is one exactly where the reader takes it for one.
#include "host/explain/atr.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

#include "host/base/hex.hpp"
#include "tests/host/keys/hex.hpp"

using namespace sesame;
using namespace sesame::explain;
using iso7816::AtrError;
using keys::test::bytes;

namespace {

// With the TCK that it must have.
std::vector<std::uint8_t> checked(const std::string& text) {
  auto all = bytes(text);
  std::uint8_t sum = 0;
  for (std::size_t i = 1; i < all.size(); ++i) sum ^= all[i];
  all.push_back(sum);
  return all;
}

std::string meaning(const ExplainedAtr& atr, const std::string& name) {
  for (const AtrCharacter& each : atr.characters) {
    if (each.name == name) return each.meaning;
  }
  return "";
}

bool agree(const Result<iso7816::Atr, AtrError>& read, const ExplainedAtr& told) {
  if (!read || told.error) return !read && told.error == read.error();
  const auto& offered = told.parameters.protocols;
  bool same = equal(read->historical, told.historical) && read->tck == told.tck &&
              told.parameters.f.value_or(0) == read->f() && told.parameters.d.value_or(0) == read->d() &&
              told.parameters.extra_guard_time == read->extra_guard_time();
  for (int protocol = 0; protocol < 15; ++protocol) {
    const bool offers = std::find(offered.begin(), offered.end(), protocol) != offered.end();
    same = same && offers == read->offers(protocol);
  }
  return same;
}

}  // namespace

TEST_CASE("an ATR is one exactly where the reader takes it for one, and else ends for the same reason") {
  std::mt19937 random(1);
  const auto next = [&](unsigned below) { return static_cast<std::uint8_t>(random() % below); };
  std::size_t good = 0;
  for (int i = 0; i < 200000; ++i) {
    std::vector<std::uint8_t> input(next(40));
    for (auto& byte : input) byte = next(3) == 0 ? next(256) : std::uint8_t{0x81};
    if (!input.empty() && next(20) != 0) input[0] = next(2) == 0 ? 0x3B : 0x3F;
    if (input.size() > 1 && next(2) == 0) input[1] = next(256);
    const auto read = iso7816::parse_atr(input);
    const ExplainedAtr told = explain_atr(input);
    if (read) ++good;
    if (agree(read, told) && told.error_at <= input.size()) continue;
    FAIL(to_hex(input));
  }
  CHECK(good > 1000);
}

TEST_CASE("times are those of their integers, and of the defaults where there are none") {
  const AtrParameters none = explain_atr(bytes("3B00")).parameters;
  CHECK(none.f == 372);
  CHECK(none.d == 1);
  CHECK(none.most_mhz == 5);
  CHECK(none.wi == 10);
  CHECK(none.wt_cycles == 10 * 960 * 372);
  CHECK_FALSE(none.ifsc);
  CHECK(none.clock_stop == "not supported");
  CHECK(none.classes == "A");

  // TA1 95: F 512, D 16; TC2 20; TD2 says T=1: TA3 FE, TB3 45; TD3 says T=15: TA4 C7.
  const ExplainedAtr all = explain_atr(checked("3B 90 95 C0 20 B1 FE 45 1F C7"));
  REQUIRE_FALSE(all.error);
  const AtrParameters& told = all.parameters;
  CHECK(told.protocols == std::vector<int>{0, 1});
  CHECK(told.f == 512);
  CHECK(told.d == 16);
  CHECK(told.wi == 0x20);
  CHECK(told.wt_cycles == 0x20 * 960 * 512);
  CHECK(told.ifsc == 254);
  CHECK(told.bwi == 4);
  CHECK(told.bwt_cycles == 16 * 960 * 372);
  CHECK(told.cwi == 5);
  CHECK(told.cwt_etu == 43);
  CHECK(told.edc == "LRC");
  CHECK(told.clock_stop == "no preference");
  CHECK(told.classes == "ABC");
  CHECK(meaning(all, "TA1") ==
        "F = 512, D = 16; at most 5 MHz; 32 clock cycles per etu, 156250 bit/s at that clock");

  const AtrParameters defaults = explain_atr(checked("3B 80 01")).parameters;
  CHECK(defaults.protocols == std::vector<int>{1});
  CHECK(defaults.ifsc == 32);
  CHECK(defaults.bwi == 4);
  CHECK(defaults.cwi == 13);
  CHECK(defaults.cwt_etu == 8203);
  CHECK_FALSE(defaults.wi);
}

TEST_CASE("what is reserved has no value, and the first byte of a kind counts") {
  const ExplainedAtr atr =
      explain_atr(checked("3B 80 81 F1 00 A5 03 11 20"));  // IFSC 0, BWI 10, CRC; IFSC again
  REQUIRE_FALSE(atr.error);
  CHECK_FALSE(atr.parameters.ifsc);
  CHECK_FALSE(atr.parameters.bwi);
  CHECK_FALSE(atr.parameters.bwt_cycles);
  CHECK(atr.parameters.cwi == 5);
  CHECK(atr.parameters.edc == "CRC");
  CHECK(meaning(atr, "TA4") == "T=1: reserved, as it is not the first");
  CHECK_FALSE(explain_atr(bytes("3B 80 40 00")).parameters.wi);
  CHECK_FALSE(explain_atr(checked("3B 80 80 1F 08")).parameters.classes);
  CHECK_FALSE(explain_atr(bytes("3B 10 71")).parameters.wt_cycles);
}

TEST_CASE("the specific mode names its protocol, and whether it can be left") {
  const auto mode = [](const char* atr) { return explain_atr(checked(atr)).parameters.specific_mode; };
  CHECK_FALSE(mode("3B 80 01"));
  CHECK(mode("3B 80 11 01")->protocol == 1);
  CHECK(mode("3B 80 11 01")->may_change);
  CHECK_FALSE(mode("3B 80 11 81")->may_change);
  CHECK(mode("3B 80 11 91")->implicit);
  CHECK_FALSE(mode("3B 80 11 0F")->protocol);
}

TEST_CASE("what is no ATR to its end is told to that end") {
  const ExplainedAtr cut = explain_atr(bytes("3B 95 96 81"));
  CHECK(cut.error == AtrError::truncated);
  CHECK(cut.error_at == 4);
  CHECK(meaning(cut, "TA1").substr(0, 7) == "F = 512");
  const ExplainedAtr wrong = explain_atr(bytes("3B 80 01 80"));
  CHECK(wrong.error == AtrError::bad_tck);
  CHECK(wrong.error_at == 3);
  CHECK(wrong.right_tck == 0x81);
  const ExplainedAtr longer = explain_atr(bytes("3B 01 41 42"));
  CHECK(longer.error == AtrError::trailing);
  CHECK(longer.error_at == 3);
  CHECK(equal(longer.historical, bytes("41")));
  CHECK(explain_atr(bytes("3C 00")).characters.empty());
  CHECK(explain_atr(checked("3B 80 1F 00")).remarks.size() == 1);
  CHECK(explain_atr(checked("3B 80 81 00")).remarks.size() == 1);
}

TEST_CASE("an ATR tells what kind of card it is") {
  const auto kind = [](Bytes atr) {
    const auto kinds = explain_atr(atr).kinds;
    return kinds.empty() ? "" : kinds[0];
  };
  using Catch::Matchers::StartsWith;
  CHECK_THAT(kind(bytes("3B 65 00 00 00 00 00 00 00")), StartsWith("EMV: its basic ATR for T=0"));
  CHECK_THAT(kind(checked("3B E0 00 00 81 31 FE 45")), StartsWith("EMV: its basic ATR for T=1"));
  CHECK(kind(checked("3B E0 00 00 81 31 FE 55")) == "");  // BWI is at most 4
  CHECK_THAT(kind(checked("3B 84 80 01 41 42 43 44")), StartsWith("contactless (ISO/IEC 14443-4)"));
  CHECK_THAT(kind(checked("3B 8F 80 01 80 4F 0C A0 00 00 03 06 03 00 01 00 00 00 00")),
             Catch::Matchers::EndsWith("MIFARE Classic 1K"));
  CHECK_THAT(kind(bytes("3F 00")), StartsWith("inverse convention"));
}
