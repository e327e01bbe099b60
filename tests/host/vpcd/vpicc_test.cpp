// What vpcd asks, and what it is answered; no sockets.
#include <catch2/catch.hpp>

#include "host/base/failure.hpp"
#include "host/transcript/transcript_slot.hpp"
#include "host/vpcd/vpicc.hpp"
#include "tests/host/vpcd/spy_slot.hpp"

using namespace sesame;
using namespace sesame::vpcd;
using namespace sesame::vpcd::test;

namespace {

// The answer as hex; "-" for none, "gone" for a card that has left.
std::string take(Vpicc& card, std::string_view payload) {
  emv::ResponseBuffer answer;
  switch (card.take(bytes(payload), answer)) {
    case Reply::none: return "-";
    case Reply::answer: return hex(answer);
    case Reply::gone: return "gone";
  }
  return "";
}

struct Fixture {
  SpySlot slot;
  std::vector<std::string> lines;
  Vpicc card{slot, [this](const std::string& line) { lines.push_back(line); }};
};

const char* const kOff = "00";
const char* const kOn = "01";
const char* const kReset = "02";
const char* const kAtr = "04";

}  // namespace

TEST_CASE("power and resets reach the card, and are not answered") {
  Fixture f;
  CHECK(take(f.card, kOn) == "-");
  CHECK(f.slot.take() == "cold");
  CHECK(take(f.card, kAtr) == "3B00");
  CHECK(take(f.card, kReset) == "-");
  CHECK(take(f.card, kAtr) == "3B01AA");
  CHECK(f.slot.take() == "warm");
  CHECK(take(f.card, kOff) == "-");
  CHECK(take(f.card, kOff) == "-");
  CHECK(f.slot.take() == "off");
  CHECK(take(f.card, kOn) == "-");
  CHECK(take(f.card, kAtr) == "3B00");
  CHECK(f.slot.take() == "cold");
}

TEST_CASE("asking for the ATR resets nothing, however often") {
  Fixture f;
  take(f.card, kOn);
  take(f.card, "00B2010C00");
  for (int i = 0; i < 100; ++i) CHECK(take(f.card, kAtr) == "3B00");
  CHECK(f.slot.take() == "cold 00B2010C00");
  take(f.card, kOff);
  for (int i = 0; i < 100; ++i) CHECK(take(f.card, kAtr) == "3B00");
  CHECK(f.slot.take() == "off");
}

TEST_CASE("a card that was never powered tells its ATR, and has no power then") {
  Fixture f;
  CHECK(take(f.card, kAtr) == "3B00");
  CHECK(take(f.card, kAtr) == "3B00");
  CHECK(f.slot.take() == "cold off");
}

TEST_CASE("a reset of a card without power is a cold one") {
  Fixture f;
  CHECK(take(f.card, kReset) == "-");
  CHECK(f.slot.take() == "cold");
}

TEST_CASE("commands go to the card as they are") {
  Fixture f;
  take(f.card, kOn);
  CHECK(take(f.card, "00A4040007A0000000048002") == "AABB9000");
  CHECK(take(f.card, "00B2010C00") == "AABB9000");
  CHECK(take(f.card, "00840000") == "AABB9000");
  CHECK(f.slot.take() == "cold 00A4040007A0000000048002 00B2010C00 00840000");
}

TEST_CASE("what never reaches the card is answered all the same") {
  Fixture f;
  CHECK(take(f.card, "00B2010C00") == "6F00");  // no power
  take(f.card, kOn);
  for (std::size_t size : {0u, 2u, 3u, 7u, 262u, 300u, 4096u, 65535u}) {
    CAPTURE(size);
    emv::ResponseBuffer answer;
    CHECK(f.card.take(std::vector<std::uint8_t>(size, 0xAA), answer) == Reply::answer);
    CHECK(hex(answer) == "6700");
  }
  // One byte that is no control: a program sent it.
  for (const char* byte : {"03", "05", "80", "FF"}) CHECK(take(f.card, byte) == "6700");
  CHECK(take(f.card, "00A4040000000200") == "6700");  // an extended length
  CHECK(f.slot.take() == "cold");
}

TEST_CASE("the longest command reaches the card") {
  Fixture f;
  take(f.card, kOn);
  std::vector<std::uint8_t> command(261, 0xAA);
  command[4] = 0xFF;
  emv::ResponseBuffer answer;
  CHECK(f.card.take(command, answer) == Reply::answer);
  CHECK(hex(answer) == "AABB9000");
}

TEST_CASE("a card that does not answer is gone") {
  for (const SlotStatus status : {SlotStatus::mute, SlotStatus::garbled, SlotStatus::removed}) {
    Fixture f;
    take(f.card, kOn);
    f.slot.status = status;
    CHECK(take(f.card, "00B2010C00") == "gone");
    CHECK(take(f.card, kReset) == "gone");
    Fixture never;
    never.slot.status = status;
    CHECK(take(never.card, kAtr) == "gone");
  }
}

TEST_CASE("a command that was not recorded gets a status word, and is told once") {
  std::vector<std::string> lines;
  transcript::TranscriptSlot slot(
      std::make_shared<const transcript::Transcript>(transcript::Transcript::parse(
          "> 00A4040007A0000000048002\n< 9000\n> 0020008008241234FFFFFFFFFF\n< 9000\n", "c.apdu")));
  Vpicc card(slot, [&](const std::string& line) { lines.push_back(line); });
  take(card, kOn);
  struct Row {
    const char* command;
    const char* answer;
  };
  for (int i = 0; i < 2; ++i) {
    for (const Row& row : {Row{"00A4040007A0000000048002", "9000"},
                           {"00A4040007A0000000038002", "6A82"},
                           {"00A40000023F00", "6A82"},
                           {"00B2010C00", "6A83"},
                           {"80CA9F1700", "6A88"},
                           {"80A8000002830000", "6985"},
                           {"80AE80000100", "6985"},
                           {"0020008008249753FFFFFFFFFF", "6300"},
                           {"0020008008241234FFFFFFFFFF", "9000"},
                           {"0084000008", "6D00"}}) {
      CAPTURE(row.command);
      CHECK(take(card, row.command) == row.answer);
    }
  }
  CHECK(lines.size() == 7);
  for (const std::string& line : lines) CHECK(line.find("249753") == std::string::npos);
}

TEST_CASE("a program that tries everything on a recorded card does not fill the terminal") {
  std::vector<std::string> lines;
  transcript::TranscriptSlot slot(std::make_shared<const transcript::Transcript>(
      transcript::Transcript::parse("> 00840000\n< 9000\n", "c.apdu")));
  Vpicc card(slot, [&](const std::string& line) { lines.push_back(line); });
  take(card, kOn);
  for (unsigned p1 = 0; p1 < 256; ++p1) {
    const std::vector<std::uint8_t> command{0x00, 0xB2, static_cast<std::uint8_t>(p1), 0x0C, 0x00};
    emv::ResponseBuffer answer;
    CHECK(card.take(command, answer) == Reply::answer);
  }
  CHECK(lines.size() == 51);
  CHECK(lines.back() == "more commands that were not recorded are not shown");
}

TEST_CASE("a counter that cannot be written is not answered") {
  Fixture f;
  take(f.card, kOn);
  f.slot.on_transmit = [](Bytes, emv::ResponseBuffer&) {
    throw Failure(Failure::environment, "the disk is full");
  };
  CHECK_THROWS_AS(take(f.card, "80A8000002830000"), Failure);
  CHECK(f.lines.empty());
}
