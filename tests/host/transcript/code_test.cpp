// The codes of the shipped recordings, through the core's dialogue.
#include <array>
#include <optional>
#include <string>

#include "firmware/core/cap/transaction.hpp"
#include "host/transcript/trace_writer.hpp"
#include "host/transcript/tracing_slot.hpp"
#include "tests/host/transcript/support.hpp"

using namespace sesame;
using namespace sesame::transcript;
using namespace sesame::transcript::test;

namespace {

constexpr std::array<std::uint8_t, 7> kDpa{0xA0, 0, 0, 0, 0x03, 0x80, 0x02};
constexpr std::array<std::uint8_t, 7> kCap{0xA0, 0, 0, 0, 0x04, 0x80, 0x02};
const std::array<cap::Application, 2> kApplications{{{kDpa, cap::Family::dpa}, {kCap, cap::Family::cap}}};

struct Asked {
  std::uint16_t challenge = 0;  // as BCD: 0x1234
  std::string tds;              // one number; empty: none
  std::string pin = "1234";
};

void carry_out(cap::Transaction& transaction, CardSlot& slot) {
  while (transaction.pending()) {
    emv::ResponseBuffer answer;
    const SlotStatus status = slot.transmit(transaction.command(), answer);
    REQUIRE(status == SlotStatus::ok);
    transaction.answer(answer);
  }
}

template <std::size_t N>
void type(FixedVector<char, N>& into, const std::string& digits) {
  REQUIRE(into.assign(digits));
}

// One whole session with the card: from power up to the code.
std::string code(CardSlot& slot, const Asked& asked) {
  emv::ResponseBuffer atr;
  REQUIRE(slot.activate(atr) == SlotStatus::ok);
  cap::Transaction transaction;
  transaction.select({kApplications, false, true});
  carry_out(transaction, slot);
  REQUIRE(transaction.state() == cap::TransactionState::selected);
  transaction.prepare();
  carry_out(transaction, slot);
  REQUIRE(transaction.state() == cap::TransactionState::prepared);
  CHECK(transaction.tries_left() == 3);
  cap::Pin pin;
  type(pin, asked.pin);
  transaction.verify(pin);
  carry_out(transaction, slot);
  REQUIRE(transaction.state() == cap::TransactionState::verified);
  cap::Inputs inputs;
  inputs.unpredictable_number = {0, 0, static_cast<std::uint8_t>(asked.challenge >> 8),
                                 static_cast<std::uint8_t>(asked.challenge & 0xFF)};
  transaction.generate(inputs);
  carry_out(transaction, slot);
  REQUIRE(transaction.state() == cap::TransactionState::done);
  slot.deactivate();

  FixedVector<cap::TdsNumber, 1> tds;
  if (!asked.tds.empty()) {
    cap::TdsNumber number;
    type(number, asked.tds);
    REQUIRE(tds.push(number));
  }
  cap::Digits digits;
  REQUIRE(transaction.code(tds, digits));
  return {digits.begin(), digits.end()};
}

TranscriptSlot slot_of(const std::string& path) {
  return TranscriptSlot(std::make_shared<const Transcript>(Transcript::load(path)));
}

struct Row {
  const char* file;
  Asked asked;
  const char* code;
};

const std::array<Row, 4> kCodes{{
    {"cap_be.apdu", {}, "23790240"},
    {"cap_be.apdu", {0x1234, "", "1234"}, "23580039"},
    {"cap_be.apdu", {0, "1234", "1234"}, "23719593"},
    {"visa_dpa_fr.apdu", {}, "34656023"},
}};

}  // namespace

TEST_CASE("the recorded cards give the codes that were recorded with them") {
  for (const Row& row : kCodes) {
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
  const TemporaryDirectory directory;
  for (const Row& row : kCodes) {
    {
      auto card = slot_of(shipped(row.file));
      TraceWriter trace(directory / "trace.apdu", "a session");
      TracingSlot slot(card, trace);
      CHECK(code(slot, row.asked) == row.code);
    }
    auto replayed = slot_of(directory / "trace.apdu");
    Asked asked = row.asked;
    asked.pin = "9753";
    CHECK(code(replayed, asked) == row.code);
  }
}

TEST_CASE("two codes in a row from a recording of two are the two recorded") {
  std::string text = content(shipped("visa_dpa_fr.apdu"));
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
        "1 " + shipped("cap_be.apdu") + ": this transcript has no such PIN");
}

TEST_CASE("a challenge that was not recorded is named as a GENERATE AC") {
  auto slot = slot_of(shipped("cap_be.apdu"));
  const std::string result = outcome([&] { code(slot, {0x4711, "", "1234"}); });
  CHECK_THAT(result, Catch::Matchers::StartsWith("2 GENERATE AC for an ARQC (80AE800022"));
  CHECK_THAT(result, Catch::Matchers::Contains("00004711") && Catch::Matchers::Contains("cap_be.apdu"));
}
