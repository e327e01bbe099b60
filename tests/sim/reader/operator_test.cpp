// A code in one call.
#include "sim/reader/operator.hpp"

#include <catch2/catch.hpp>

#include "host/profile/shipped.hpp"
#include "sim/reader/refusal.hpp"
#include "tests/sim/reader/readers.hpp"

namespace sesame::sim {
namespace {

using namespace test;

OtpRequest request(std::string_view pin = kPin, std::string function = {},
                   std::vector<std::string> inputs = {}) {
  return {std::move(function), SecretString(pin), std::move(inputs), true};
}

OtpResult otp(TestReader& reader, OtpRequest request) {
  Operator user(reader->profile(), std::move(request));
  const bool over = user.go_on(*reader);
  REQUIRE(over);
  return user.result(*reader);
}

std::string why(TestReader& reader, OtpRequest request) {
  try {
    otp(reader, std::move(request));
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
  TestReader by_hand, reader;
  by_hand.ask_code();
  const OtpResult result = otp(reader, request());
  CHECK(result.code == by_hand.code());
  CHECK(result.display == by_hand.code().substr(0, 4) + " " + by_hand.code().substr(4));
  CHECK(result.atc == 1);
  CHECK(result.state == State::code);
  CHECK(result.revision == reader->revision());
  const std::string text = shown(result);
  CHECK(text.starts_with("Choisir la|fonction| Code secret ?|| Code secret ?|*| "));
  CHECK(text.find("Patientez…|| Code bon||") != std::string::npos);
  CHECK(text.ends_with("Code Sésame|" + *result.display + "| "));
}

TEST_CASE("a code after a code, from wherever the reader was left") {
  TestReader reader;
  const auto leave = GENERATE(0, 1, 2, 3, 4, 5);
  switch (leave) {
    case 1: reader.press("CODE"); break;
    case 2: reader.ask_code(); break;
    case 3: reader.ask_code("0000"); break;
    case 4: reader->advance(60'000); break;
    case 5:
      reader.press("CODE");
      reader.press("9");
      break;
    default: break;
  }
  CAPTURE(leave);
  const OtpResult result = otp(reader, request());
  CHECK(result.code);
  CHECK(otp(reader, request()).code != result.code);
}

TEST_CASE("a wrong PIN is no error: the screens say it") {
  TestReader reader;
  const OtpResult result = otp(reader, request("0000"));
  CHECK_FALSE(result.code);
  CHECK_FALSE(result.display);
  CHECK(result.state == State::wrong_pin);
  CHECK(shown(result).ends_with("Code faux|Reste 2 essais| "));
  CHECK(reader->card()->state()->tries_left == 2);
}

TEST_CASE("the last try is sent, unless the caller says otherwise") {
  TestReader reader;
  reader->card()->set_state(std::nullopt, std::uint8_t{1});
  OtpRequest careful = request("0000");
  careful.last_try = false;
  CHECK(otp(reader, std::move(careful)).state == State::last_try);
  CHECK(reader->card()->state()->tries_left == 1);
  const OtpResult result = otp(reader, request("0000"));
  CHECK(result.state == State::notice);
  CHECK(result.notice == Notice::pin_blocked);
}

TEST_CASE("a card that refuses is a notice") {
  TestReader reader;
  Fault refused = fault(FaultKind::status_word);
  refused.ins = 0xAE;
  refused.sw = 0x6985;
  reader.fault(refused);
  const OtpResult result = otp(reader, request());
  CHECK_FALSE(result.code);
  CHECK(result.notice == Notice::card_refused);
}

TEST_CASE("a mute card is told once, and is not waited for") {
  TestReader reader("");
  reader.fault(fault(FaultKind::mute));
  reader.insert();
  CHECK(otp(reader, request()).notice == Notice::card_mute);
}

TEST_CASE("virtual time is moved for a slow card, and no further") {
  TestReader reader;
  Fault slow = fault(FaultKind::slow);
  slow.ms = 300;
  reader.fault(slow);
  CHECK(otp(reader, request()).code);
  CHECK(reader->now() > 1'000);
  CHECK(reader->deadline() == reader->now() + 35'000);
}

TEST_CASE("real time is left to pass: the call is taken up again at the deadline") {
  TestReader reader("sesame-card", "sesame", ClockKind::real);
  Fault slow = fault(FaultKind::slow);
  slow.ms = 300;
  reader.fault(slow);
  Operator user(reader->profile(), request());
  int waits = 0;
  while (!user.go_on(*reader) && ++waits < 100) reader->tick(reader->deadline().value());
  CHECK(waits > 5);
  CHECK(user.result(*reader).code);
}

TEST_CASE("functions and inputs are typed as asked") {
  TestReader reader("sesame-card", "pinsentry");
  const OtpResult respond = otp(reader, request(kPin, "RESPOND", {"12345678"}));
  CHECK(respond.code);
  CHECK(otp(reader, request(kPin, "SIGN", {"12345678", "99.50"})).code);
  CHECK(otp(reader, request(kPin, "IDENTIFY")).code);
}

TEST_CASE("every shipped model gives a code by each of its functions, wherever it was left") {
  for (const std::string_view model : profile::shipped_names(profile::ProfileKind::readers)) {
    TestReader reader("sesame-card", model);
    for (const Function& function : reader->profile().functions) {
      if (!function.menu.empty()) continue;
      CAPTURE(model, function.key);
      std::vector<std::string> inputs;
      for (const Prompt& prompt : function.prompts) {
        if (!prompt.optional) inputs.emplace_back(prompt.kind == PromptKind::amount ? "12.34" : "123456");
      }
      const OtpResult result = otp(reader, request(kPin, std::string(function.key), inputs));
      CHECK(result.code);
      reader->press(Key::ok);
      reader->press(Key::d1);  // something is begun, and left
    }
  }
}

TEST_CASE("a reader that begins by itself is used by the name of its function, or without one") {
  TestReader reader("sesame-card", "postfinance");
  CHECK_FALSE(reader->key_named("CODE"));
  CHECK(otp(reader, request(kPin, "CODE", {"4815"})).code);
  CHECK(otp(reader, request(kPin, {}, {"4815"})).code);
  reader->advance(60'000);
  REQUIRE(reader->reader().state() == State::off);
  CHECK(otp(reader, request(kPin, {}, {"4815"})).code);
  CHECK(why(reader, request()) == "bad_input");
}

TEST_CASE("a menu makes no code") {
  TestReader reader("sesame-card", "xi-sign-4400");
  CHECK(reader->key_named("M"));
  CHECK(why(reader, request(kPin, "M")) == "unknown_function");
  reader->press(*reader->key_named("M"));
  REQUIRE(reader->reader().state() == State::menu);
  CHECK(otp(reader, request(kPin, "IDENTIFY")).code);
}

TEST_CASE("what cannot be typed is refused before any key is pressed") {
  TestReader reader("sesame-card", "pinsentry");
  const auto revision = reader->revision();
  CHECK(why(reader, request("123")) == "bad_input");
  CHECK(why(reader, request("1234567890123")) == "bad_input");
  CHECK(why(reader, request("12a4")) == "bad_input");
  CHECK(why(reader, request(kPin, "M9")) == "unknown_function");
  CHECK(why(reader, request(kPin, "RESPOND")) == "bad_input");
  CHECK(why(reader, request(kPin, "RESPOND", {"123456789"})) == "bad_input");
  CHECK(why(reader, request(kPin, "IDENTIFY", {"1"})) == "bad_input");
  CHECK(reader->revision() == revision);
  reader->pull();
  CHECK(why(reader, request(kPin)) == "no_card");
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
  TestReader reader;
  reader.fault(fault(FaultKind::dead_battery, 11));
  const OtpResult result = otp(reader, request());
  CHECK_FALSE(result.code);
  CHECK(result.state == State::off);
}

TEST_CASE("a key that is stuck ends in no code, and ends") {
  TestReader reader;
  Fault stuck = fault(FaultKind::stuck_key);
  stuck.key = GENERATE("5", "C", "OK", "CODE");
  reader.fault(stuck);
  CHECK_NOTHROW(otp(reader, request()));
}

}  // namespace
}  // namespace sesame::sim
