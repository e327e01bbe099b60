// The codes of the shipped recordings, through the core's dialogue.
#include <array>
#include <string>

#include "host/transcript/trace_writer.hpp"
#include "host/transcript/tracing_slot.hpp"
#include "tests/host/transcript/session.hpp"

using namespace sesame;
using namespace sesame::transcript;
using namespace sesame::transcript::test;

namespace {

struct Recorded {
  const char* file;
  Asked asked;
  const char* code;
};

const std::array<Recorded, 4> kCodes{{
    {"cap_be.apdu", {}, "23790240"},
    {"cap_be.apdu", {0x1234, "", "1234"}, "23580039"},
    {"cap_be.apdu", {0, "1234", "1234"}, "23719593"},
    {"visa_dpa_fr.apdu", {}, "34656023"},
}};

}  // namespace

TEST_CASE("the recorded cards give the codes that were recorded with them") {
  for (const Recorded& row : kCodes) {
    auto slot = slot_of(shipped(row.file));
    CHECK(code(slot, row.asked) == row.code);
  }
}

TEST_CASE("one recorded card gives all its codes, in any order") {
  auto slot = slot_of(shipped("cap_be.apdu"));
  for (const std::size_t i : {1u, 2u, 0u, 2u, 1u}) {
    CHECK(code(slot, kCodes[i].asked) == kCodes[i].code);
  }
}

TEST_CASE("a trace of a session gives the same code, whatever the PIN") {
  const sesame::test::TemporaryFolder directory;
  for (const Recorded& row : kCodes) {
    {
      auto card = slot_of(shipped(row.file));
      TraceWriter trace(directory.file("trace.apdu"), "a session");
      TracingSlot slot(card, trace);
      CHECK(code(slot, row.asked) == row.code);
    }
    auto replayed = slot_of(directory.file("trace.apdu"));
    Asked asked = row.asked;
    asked.pin = "9753";
    CHECK(code(replayed, asked) == row.code);
  }
}

TEST_CASE("two codes in a row from a recording of two are the two recorded") {
  std::string text = sesame::test::content(shipped("visa_dpa_fr.apdu"));
  const std::string command = "> 80AE80001D0000000000000000000000000000800000000000000101010000000000\n";
  text += command + "< 771E9F2701809F360200119F2608CF17CD2F3F3690459F100706780A03A480009000\n";
  auto slot = TranscriptSlot(std::make_shared<const Transcript>(Transcript::parse(text, "two.apdu")));
  const std::string first = code(slot, {});
  const std::string second = code(slot, {});
  CHECK(first == "34656023");
  CHECK(second != first);
  CHECK(code(slot, {}) == second);
}

TEST_CASE("another PIN than the recorded one is refused") {
  auto slot = slot_of(shipped("cap_be.apdu"));
  Asked asked;
  asked.pin = "9753";
  CHECK(outcome([&] { code(slot, asked); }) ==
        "refused " + shipped("cap_be.apdu") + ": this transcript has no such PIN");
}

TEST_CASE("a challenge that was not recorded is named as a GENERATE AC") {
  auto slot = slot_of(shipped("cap_be.apdu"));
  const std::string result = outcome([&] { code(slot, {0x4711, "", "1234"}); });
  CHECK_THAT(result, Catch::Matchers::StartsWith("invalid GENERATE AC for an ARQC (80AE800022"));
  CHECK_THAT(result, Catch::Matchers::Contains("00004711") && Catch::Matchers::Contains("cap_be.apdu"));
}
