// How often a guess is accepted: as often as the issuer says.
#include <catch2/catch.hpp>

#include <cmath>
#include <random>

#include "tests/host/issuer/code_maker.hpp"

namespace sesame::issuer {
namespace {

using namespace test;

TEST_CASE("wrong codes are accepted as often as the printed probability says") {
  struct Row {
    const char* mask;
    unsigned bits;
    std::uint16_t window;
    int guesses;
  };
  const auto row = GENERATE(values<Row>({
      {"00 0000 000000000000003F", 6, 10, 1200},
      {"00 0000 00000000000000FF", 8, 64, 700},
      {"00 0000 00000000000003FF", 10, 100, 1500},
      {"00 0003 00000000000003FF", 10, 100, 5000},  // two bits of the ATC: 25 candidates each
  }));
  CAPTURE(row.mask);
  CardRecord card = record_of(card::load_card("aes-card"), 0);
  card.iaf = 0;
  card.mask = bytes(row.mask);
  card.window = row.window;
  REQUIRE(ac_bits(card) == row.bits);
  Judge judge(card);
  std::mt19937 random(1);
  const std::uint32_t numbers =
      row.mask[5] == '3' || row.mask[6] == '3' ? 1U << (row.bits + 2) : 1U << row.bits;
  int accepted = 0;
  for (int i = 0; i < row.guesses; ++i) {
    // Another challenge each time, as otherwise there are only so many codes.
    Submission submission =
        with(respond(std::to_string(1 + random() % 99'999'999)), std::to_string(random() % numbers));
    if (judge.judge(submission, 0).outcome == Outcome::good) ++accepted;
  }
  const double p = false_accept(card, 0);
  const double expected = row.guesses * p;
  CAPTURE(accepted, expected, p);
  CHECK(expected >= 100);
  CHECK(std::abs(accepted - expected) <= 3 * std::sqrt(expected * (1 - p)));
}

TEST_CASE("the printed probability is that of the window and the mask") {
  CardRecord card = record_of(card::load_card("sesame-card"), 0);
  CHECK(false_accept(card, 0) == Approx(std::ldexp(1, -20)));  // 5 bits of the ATC: one candidate
  card.window = 64;
  CHECK(false_accept(card, 0) == Approx(std::ldexp(1, -19)));
  card.mask = bytes("00000000000000000000FF");
  CHECK(false_accept(card, 0) == Approx(1 - std::pow(1 - 1.0 / 256, 64)));
  CHECK(false_accept(card, 0xFFFF) == 0);
  CHECK(false_accept(card, 0xFFFE) == Approx(1.0 / 256));
}

}  // namespace
}  // namespace sesame::issuer
