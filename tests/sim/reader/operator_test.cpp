// A code in one call.
#include "sim/reader/operator.hpp"

#include <catch2/catch.hpp>

#include "sim/reader/refusal.hpp"
#include "tests/sim/reader/readers.hpp"

namespace sesame::sim {
namespace {

using namespace test;

OtpRequest request(std::string_view pin = kPin, std::string function = {},
                   std::vector<std::string> inputs = {}) {
  return {std::move(function), SecretString(pin), std::move(inputs), true};
}

OtpResult otp(Bench& bench, OtpRequest request) {
  Operator user(bench->profile(), std::move(request));
  const bool over = user.go_on(*bench);
  REQUIRE(over);
  return user.result(*bench);
}

std::string why(Bench& bench, OtpRequest request) {
  try {
    otp(bench, std::move(request));
  } catch (const Refusal& refusal) {
    return std::string(to_string(refusal.why()));
  }
  return "";
}

std::string shown(const OtpResult& result) {
  std::string text;
  for (const auto& rows : result.screens) {
    for (const std::string& row : rows) text += row.substr(0, row.find_last_not_of(' ') + 1) + "|";
    text += " ";
  }
  return text;
}

TEST_CASE("a code, its grouped form, its ATC, and every screen on the way") {
  Bench by_hand, bench;
  by_hand.ask_code();
  const OtpResult result = otp(bench, request());
  CHECK(result.code == by_hand.code());
  CHECK(result.display == by_hand.code().substr(0, 4) + " " + by_hand.code().substr(4));
  CHECK(result.atc == 1);
  CHECK(result.state == State::code);
  CHECK(result.revision == bench->revision());
  const std::string text = shown(result);
  CHECK(text.starts_with("Choisir la|fonction| Code secret ?|| Code secret ?|*| "));
  CHECK(text.find("Patientez…|| Code bon||") != std::string::npos);
  CHECK(text.ends_with("Code Sésame|" + *result.display + "| "));
}

TEST_CASE("a code after a code, from wherever the reader was left") {
  Bench bench;
  const auto leave = GENERATE(0, 1, 2, 3, 4, 5);
  switch (leave) {
    case 1: bench.press("CODE"); break;
    case 2: bench.ask_code(); break;
    case 3: bench.ask_code("0000"); break;
    case 4: bench->advance(60'000); break;
    case 5:
      bench.press("CODE");
      bench.press("9");
      break;
    default: break;
  }
  CAPTURE(leave);
  const OtpResult result = otp(bench, request());
  CHECK(result.code);
  CHECK(otp(bench, request()).code != result.code);
}

TEST_CASE("a wrong PIN is no error: the screens say it") {
  Bench bench;
  const OtpResult result = otp(bench, request("0000"));
  CHECK_FALSE(result.code);
  CHECK_FALSE(result.display);
  CHECK(result.state == State::wrong_pin);
  CHECK(shown(result).ends_with("Code faux|Reste 2 essais| "));
  CHECK(bench->card()->state()->tries_left == 2);
}

TEST_CASE("the last try is sent, unless the caller says otherwise") {
  Bench bench;
  bench->card()->set_state(std::nullopt, std::uint8_t{1});
  OtpRequest careful = request("0000");
  careful.last_try = false;
  CHECK(otp(bench, std::move(careful)).state == State::last_try);
  CHECK(bench->card()->state()->tries_left == 1);
  const OtpResult result = otp(bench, request("0000"));
  CHECK(result.state == State::notice);
  CHECK(result.notice == Notice::pin_blocked);
}

TEST_CASE("a card that refuses is a notice") {
  Bench bench;
  Fault refused = fault(FaultKind::status_word);
  refused.ins = 0xAE;
  refused.sw = 0x6985;
  bench.fault(refused);
  const OtpResult result = otp(bench, request());
  CHECK_FALSE(result.code);
  CHECK(result.notice == Notice::card_refused);
}

TEST_CASE("a mute card is told once, and is not waited for") {
  Bench bench("");
  bench.fault(fault(FaultKind::mute));
  bench.insert();
  CHECK(otp(bench, request()).notice == Notice::card_mute);
}

TEST_CASE("virtual time is moved for a slow card, and no further") {
  Bench bench;
  Fault slow = fault(FaultKind::slow);
  slow.ms = 300;
  bench.fault(slow);
  CHECK(otp(bench, request()).code);
  CHECK(bench->now() > 1'000);
  CHECK(bench->deadline() == bench->now() + 35'000);
}

TEST_CASE("real time is left to pass: the call is taken up again at the deadline") {
  Bench bench("sesame-card", "sesame", ClockKind::real);
  Fault slow = fault(FaultKind::slow);
  slow.ms = 300;
  bench.fault(slow);
  Operator user(bench->profile(), request());
  int waits = 0;
  while (!user.go_on(*bench) && ++waits < 100) bench->tick(bench->deadline().value());
  CHECK(waits > 5);
  CHECK(user.result(*bench).code);
}

TEST_CASE("functions and inputs are typed as asked") {
  Bench bench("sesame-card", "pinsentry");
  const OtpResult respond = otp(bench, request(kPin, "RESPOND", {"12345678"}));
  CHECK(respond.code);
  CHECK(otp(bench, request(kPin, "SIGN", {"12345678", "99.50"})).code);
  CHECK(otp(bench, request(kPin, "IDENTIFY")).code);
}

TEST_CASE("what cannot be typed is refused before any key is pressed") {
  Bench bench("sesame-card", "pinsentry");
  const auto revision = bench->revision();
  CHECK(why(bench, request("123")) == "bad_input");
  CHECK(why(bench, request("1234567890123")) == "bad_input");
  CHECK(why(bench, request("12a4")) == "bad_input");
  CHECK(why(bench, request(kPin, "M9")) == "unknown_function");
  CHECK(why(bench, request(kPin, "RESPOND")) == "bad_input");
  CHECK(why(bench, request(kPin, "RESPOND", {"123456789"})) == "bad_input");
  CHECK(why(bench, request(kPin, "IDENTIFY", {"1"})) == "bad_input");
  CHECK(bench->revision() == revision);
  bench->pull();
  CHECK(why(bench, request(kPin)) == "no_card");
}

TEST_CASE("a refusal never repeats the PIN") {
  try {
    const Operator user(model()->profile(), request("98765x"));
    FAIL("it was taken");
  } catch (const Refusal& refusal) {
    CHECK(std::string(refusal.what()).find("98765") == std::string::npos);
  }
}

TEST_CASE("a dead battery ends the call in the dark") {
  Bench bench;
  bench.fault(fault(FaultKind::dead_battery, 11));
  const OtpResult result = otp(bench, request());
  CHECK_FALSE(result.code);
  CHECK(result.state == State::off);
}

TEST_CASE("a key that is stuck ends in no code, and ends") {
  Bench bench;
  Fault stuck = fault(FaultKind::stuck_key);
  stuck.key = GENERATE("5", "C", "OK", "CODE");
  bench.fault(stuck);
  CHECK_NOTHROW(otp(bench, request()));
}

}  // namespace
}  // namespace sesame::sim
