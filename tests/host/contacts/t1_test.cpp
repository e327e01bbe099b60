// T=1 from the card's side.
#include <catch2/catch.hpp>

#include "tests/host/contacts/script.hpp"

namespace sesame::card::iso7816 {

using namespace test;

namespace {

constexpr const char* kCrc = "3B 80 81 71 FE 45 01 CA";  // IFSC 254, BWI 4, CWI 5, CRC
constexpr const char* kRead = "00B2010C00";

std::string i(int number, bool more, const std::string& information) {
  const int pcb = (number << 6) | (more ? 0x20 : 0);
  const std::uint8_t head[] = {0, static_cast<std::uint8_t>(pcb),
                               static_cast<std::uint8_t>(information.size() / 2)};
  return block(hex(head) + information);
}
std::string r(int number, int error = 0) {
  const std::uint8_t head[] = {0, static_cast<std::uint8_t>(0x80 | number << 4 | error), 0};
  return block(hex(head));
}

struct PoweredT1 : Script {
  explicit PoweredT1(const std::string& misbehavior = "", const std::string& atr = kT1)
      : Script(atr, misbehavior) {
    apdus.on(kRead, "7003AABBCC9000");
    power_up();
  }
};

}  // namespace

TEST_CASE("a command in a block is answered in a block, and they are numbered") {
  PoweredT1 script;
  script.apdus.on(kRead, "6A83");
  CHECK(script.say(i(0, false, kRead)) == i(0, false, "7003AABBCC9000"));
  CHECK(script.say(i(1, false, kRead)) == i(1, false, "6A83"));
  CHECK(script.say(i(0, false, kRead)) == i(0, false, "6D00"));
}

TEST_CASE("a block is answered after 22 etu at least, its characters 11 etu apart") {
  PoweredT1 script;
  script.say(i(0, false, kRead));
  CHECK(script.moments[0] - script.spoke >= 22 * 372 * 1'000'000ULL / 4'200'000);
  CHECK(script.moments[1] - script.moments[0] == 974);
}

TEST_CASE("a CRC takes the place of the LRC where TC3 says so") {
  PoweredT1 script("", kCrc);
  CHECK(script.say("00000500B2010C00 3C62") == "008100D853");
  CHECK(script.say("00000500B2010C00 623C") == "0000077003AABBCC9000C653");
}

TEST_CASE("a command comes in a chain, each block acknowledged") {
  PoweredT1 script;
  CHECK(script.say(i(0, true, "00B2")) == r(1));
  CHECK(script.say(i(1, true, "010C")) == r(0));
  CHECK(script.say(i(0, false, "00")) == i(0, false, "7003AABBCC9000"));
}

TEST_CASE("an answer goes in a chain, no block longer than IFSD") {
  PoweredT1 script;
  script.apdus.on(kRead, std::string(80, 'A') + "9000");
  script.say(i(0, false, kRead));
  const std::string first(64, 'A'), rest = std::string(16, 'A') + "9000";
  CHECK(script.say(i(1, false, kRead)) == i(1, true, first));
  CHECK(script.say(r(0)) == i(0, false, rest));
  CHECK(script.say(i(0, false, kRead)) == i(1, false, "6D00"));
}

TEST_CASE("IFSD is the reader's to choose") {
  PoweredT1 script;
  CHECK(script.say(block("00C101FE")) == block("00E101FE"));
  script.apdus.on(kRead, std::string(512, 'A') + "9000");
  script.say(i(0, false, kRead));
  CHECK(script.say(i(1, false, kRead)) == i(1, true, std::string(508, 'A')));
  CHECK(script.say(r(0)) == i(0, false, "AAAA9000"));
  CHECK(script.say(block("00C10100")) == r(0, 2));
  CHECK(script.say(block("00C101FF")) == r(0, 2));
}

TEST_CASE("the same block comes again where it is asked for") {
  PoweredT1 script;
  script.apdus.on(kRead, std::string(80, 'A') + "9000");
  const std::string answer = i(0, false, "7003AABBCC9000");
  CHECK(script.say(i(0, false, kRead)) == answer);
  CHECK(script.say(r(0, 1)) == answer);
  CHECK(script.say(r(0, 2)) == answer);
  const std::string first = i(1, true, std::string(64, 'A'));
  CHECK(script.say(i(1, false, kRead)) == first);
  CHECK(script.say(r(1, 1)) == first);
  CHECK(script.say(r(0)) == i(0, false, std::string(16, 'A') + "9000"));
  CHECK(script.say(r(0, 1)) == i(0, false, std::string(16, 'A') + "9000"));
  CHECK(script.apdus.asked().size() == 2);
}

TEST_CASE("an acknowledgement comes again where it was not understood") {
  PoweredT1 script;
  CHECK(script.say(i(0, true, "00B2")) == r(1));
  CHECK(script.say(r(0, 1)) == r(1));
  CHECK(script.say(i(1, false, "010C00")) == i(0, false, "7003AABBCC9000"));
}

TEST_CASE("what is no valid block is answered with the block that is expected") {
  PoweredT1 script;
  const std::string command = i(0, false, kRead);
  CHECK(script.say("000005" + std::string(kRead) + "00") == r(0, 1));  // LRC
  CHECK(script.say(block("0100"
                         "05" +
                         std::string(kRead))) == r(0, 2));  // NAD
  CHECK(script.say(block("0010"
                         "00")) == r(0, 2));                        // PCB
  CHECK(script.say(i(1, false, kRead)) == r(0, 2));                 // N(S)
  CHECK(script.say(i(0, false, std::string(66, '0'))) == r(0, 2));  // longer than IFSC
  CHECK(script.say(block("00E3"
                         "0101")) == r(0, 2));  // no time was asked for
  for (const std::uint8_t character : bytes(command)) script.tell(character, character != 0xB2);
  CHECK(script.hear() == r(0, 1));
  CHECK(script.apdus.asked().empty());
  CHECK(script.say(command) == i(0, false, "7003AABBCC9000"));
}

TEST_CASE("a block that breaks off is refused before the reader gives up") {
  PoweredT1 script;
  CHECK(script.say("000005") == r(0, 2));
  CHECK(script.moments[0] - script.spoke < 1'360'000);
  CHECK(script.say("0000FF" + std::string(600, '0')) == r(0, 2));
  CHECK(script.say(i(0, false, kRead)) == i(0, false, "7003AABBCC9000"));
}

TEST_CASE("RESYNCH begins anew, whatever went before") {
  PoweredT1 script;
  script.apdus.on(kRead, "6A83");
  script.say(block("00C101FE"));
  script.say(i(0, false, kRead));
  script.say(i(1, true, "00"));
  CHECK(script.say(block("00C000")) == block("00E000"));
  CHECK(script.say(i(0, false, kRead)) == i(0, false, "6A83"));
}

TEST_CASE("the reader may abort a chain, its own or the card's") {
  PoweredT1 script;
  script.apdus.on(kRead, std::string(80, 'A') + "9000");
  script.say(i(0, false, kRead));
  script.say(i(1, false, kRead));
  CHECK(script.say(block("00C200")) == block("00E200"));
  script.say(i(0, true, "0000"));
  CHECK(script.say(block("00C200")) == block("00E200"));
  script.apdus.on(kRead, "6A83");
  CHECK(script.say(i(1, false, kRead)) == i(0, false, "6A83"));
}

TEST_CASE("a command that is longer than any is aborted by the card") {
  PoweredT1 script("", kT1);
  std::string heard;
  int number = 0;
  for (int count = 0; count < 8; ++count, number ^= 1) {
    CHECK(script.say(i(number, true, std::string(64, '0'))) == r(number ^ 1));
  }
  CHECK(script.say(i(number, true, std::string(64, '0'))) == block("00C200"));
  CHECK(script.say(r(0, 1)) == block("00C200"));
  CHECK(script.say(block("00E200")) == r(1));
  CHECK(script.say(i(1, false, kRead)) == i(0, false, "7003AABBCC9000"));
}

TEST_CASE("a card that needs time asks for it, and again where it was not understood") {
  PoweredT1 script("wtx=3");
  CHECK(script.say(i(0, false, kRead)) == block("00C30103"));
  CHECK(script.say(r(0, 1)) == block("00C30103"));
  CHECK(script.say(block("00E30102")) == block("00C30103"));
  CHECK(script.say(block("00E30103")) == i(0, false, "7003AABBCC9000"));
  CHECK(script.apdus.asked().size() == 1);
}

TEST_CASE("a slow card uses so much of its block waiting time, and of what it was granted") {
  // 11 etu and 2^4 * 960 * 372 clock periods.
  constexpr Micros kWaiting = 1'361'431;
  PoweredT1 script("slow=50,wtx=4");
  script.say(i(0, false, kRead));
  CHECK(script.moments[0] - script.spoke == kWaiting / 2);
  script.say(block("00E30104"));
  CHECK(script.moments[0] - script.spoke == kWaiting * 2);
  PoweredT1 late("slow=150");
  late.say(i(0, false, kRead));
  CHECK(late.moments[0] - late.spoke == kWaiting * 3 / 2);
}

TEST_CASE("a block that the card has still to begin is overtaken by one that comes") {
  PoweredT1 script("slow=150");
  for (const std::uint8_t character : bytes(i(0, false, kRead))) script.tell(character);
  script.now += 1'400'000;
  CHECK(script.say(r(0, 2)) == i(0, false, "7003AABBCC9000"));
  CHECK(script.apdus.asked().size() == 1);
}

TEST_CASE("one block has a wrong LRC") {
  PoweredT1 script("bad-lrc=2");
  script.apdus.on(kRead, "9000");
  CHECK(script.say(i(0, false, kRead)) == i(0, false, "7003AABBCC9000"));
  CHECK(script.say(i(1, false, kRead)) == "00400290002D");
  CHECK(script.say(r(1, 1)) == i(1, false, "9000"));
}

TEST_CASE("after garbage the answer can still be had") {
  PoweredT1 script("garbage=1");
  const std::string garbage = script.say(i(0, false, kRead));
  CHECK(garbage != i(0, false, "7003AABBCC9000"));
  CHECK(script.say(r(0, 1)) == i(0, false, "7003AABBCC9000"));
}

TEST_CASE("a card at T=1 signals no parity") {
  PoweredT1 script;
  CHECK_FALSE(script.card.error_signal());
}

}  // namespace sesame::card::iso7816
