// T=0 from the card's side.
#include <catch2/catch.hpp>

#include "tests/host/contacts/script.hpp"

namespace sesame::card::iso7816 {

using namespace test;

namespace {

constexpr const char* kSelect = "00A4040002A001";  // a case 4 command, without its Le

struct PoweredT0 : Script {
  explicit PoweredT0(const std::string& misbehavior = "", const std::string& atr = kT0)
      : Script(atr, misbehavior) {
    apdus.on(kSelect, "6F019F9000");
    apdus.on("00B2010C00", "7003AABBCC9000");
    apdus.on("00B2010C05", "7003AABBCC9000");
    apdus.on("0020008001AA", "63C2");
    power_up();
  }
};

}  // namespace

TEST_CASE("data for the card is asked for with INS, and its answer with GET RESPONSE") {
  PoweredT0 script;
  CHECK(script.say("00A4040002") == "A4");
  CHECK(script.say("A001") == "6103");
  CHECK(script.say("00C0000003") == "C06F019F9000");
  CHECK(script.apdus.asked() == std::vector<std::string>{kSelect});
}

TEST_CASE("an answer may be fetched in pieces, and no more than it has") {
  PoweredT0 script;
  script.say("00A4040002");
  script.say("A001");
  CHECK(script.say("00C0000004") == "6C03");
  CHECK(script.say("00C0000002") == "C06F016101");
  CHECK(script.say("00C0000001") == "C09F9000");
  CHECK(script.say("00C0000001") == "6D00");  // the card itself is asked now
}

TEST_CASE("an answer that is not fetched is lost with the next command") {
  PoweredT0 script;
  script.say("00A4040002");
  script.say("A001");
  CHECK(script.say("0020008001") == "20");
  CHECK(script.say("AA") == "63C2");
  CHECK(script.say("00C0000003") == "6D00");
}

TEST_CASE("another Le gives 6Cxx, and the card itself is asked once") {
  PoweredT0 script;
  CHECK(script.say("00B2010C00") == "6C05");
  CHECK(script.say("00B2010C05") == "B27003AABBCC9000");
  CHECK(script.apdus.asked() == std::vector<std::string>{"00B2010C00"});
}

TEST_CASE("the Le that fits gives the data at once") {
  PoweredT0 script;
  CHECK(script.say("00B2010C05") == "B27003AABBCC9000");
}

TEST_CASE("256 bytes are asked for with 00") {
  PoweredT0 script;
  const std::string data(512, 'A');
  script.apdus.on("00CA9F1700", data + "9000");
  CHECK(script.say("00CA9F1700") == "CA" + data + "9000");
}

TEST_CASE("a card that says 61xx and 6Cxx itself is asked again") {
  PoweredT0 script;
  script.apdus.on("00A4040001AA", "6102");
  script.apdus.on("00C0000002", "12349000");
  script.apdus.on("00B2020C00", "6C02");
  script.apdus.on("00B2020C02", "56789000");
  script.say("00A4040001");
  CHECK(script.say("AA") == "6102");
  CHECK(script.say("00C0000002") == "C012349000");
  CHECK(script.say("00B2020C00") == "6C02");
  CHECK(script.say("00B2020C02") == "B256789000");
}

TEST_CASE("a warning after data is kept with it") {
  PoweredT0 script;
  script.apdus.on("00A4040001BB", "AA6283");
  script.say("00A4040001");
  CHECK(script.say("BB") == "6101");
  CHECK(script.say("00C0000001") == "C0AA6283");
}

TEST_CASE("without data an instruction for the card is executed at once") {
  PoweredT0 script;
  script.apdus.on("00A40400", "6A82");
  CHECK(script.say("00A4040000") == "6A82");
}

TEST_CASE("no status word is said that T=0 cannot carry, and no instruction is taken for one") {
  PoweredT0 script;
  script.apdus.on("00B2030C00", "6000");
  script.apdus.on("00B2040C00", "1234");
  CHECK(script.say("00B2030C00") == "6F00");
  CHECK(script.say("00B2040C00") == "6F00");
  CHECK(script.say("0060000000") == "6D00");
  CHECK(script.say("0090000000") == "6D00");
}

TEST_CASE("NULLs come before each procedure byte") {
  PoweredT0 script("nulls=2");
  CHECK(script.say("00A4040002") == "6060A4");
  CHECK(script.say("A001") == "60606103");
  CHECK(script.say("00C0000003") == "6060C06F019F60609000");
}

TEST_CASE("byte by byte, each is asked for, and announced, with the complement of INS") {
  PoweredT0 script("single");
  CHECK(script.say("00A4040002") == "5B");
  CHECK(script.say("A0") == "5B");
  CHECK(script.say("01") == "6103");
  CHECK(script.say("00C0000003") == "3F6F3F013F9F9000");
}

TEST_CASE("a slow card uses so much of its work waiting time") {
  // 960 * 10 etu of 372 clock periods at 4.2 MHz.
  constexpr Micros kWaiting = 850'285;
  for (const unsigned percent : {50U, 100U, 150U}) {
    PoweredT0 script("slow=" + std::to_string(percent));
    script.say("00A4040002");
    REQUIRE(script.moments.size() == 1);
    CHECK(script.moments[0] - script.spoke == kWaiting * percent / 100);
  }
  PoweredT0 longer("slow=100", "3B 40 14");  // TC1 is not WI
  CHECK(longer.say("00A4040002") == "A4");
  PoweredT0 wi("slow=100", "3B 80 40 14");  // TC2: WI 20
  wi.say("00A4040002");
  REQUIRE(wi.moments.size() == 1);
  CHECK(wi.moments[0] - wi.spoke == 1'700'571);
}

TEST_CASE("a character with a wrong parity is not taken, and may come again") {
  PoweredT0 script;
  CHECK(script.card.error_signal());
  for (const std::uint8_t character : bytes("00A4040002")) {
    script.tell(0x55, false);
    script.tell(character);
  }
  CHECK(script.hear() == "A4");
}

TEST_CASE("what comes while the card sends is not heard") {
  PoweredT0 script;
  for (const std::uint8_t character : bytes("00B2010C05")) script.tell(character);
  script.card.received(0x00, true, script.now);
  CHECK(script.hear() == "B27003AABBCC9000");
  CHECK(script.say("00B2070C00") == "6D00");
}

TEST_CASE("a card that does not answer is silent until it is reset") {
  PoweredT0 script("mute-after=1");
  script.apdus.on("00B2050C00", "mute");
  CHECK(script.say("00B2010C05") == "B27003AABBCC9000");
  CHECK(script.say("00B2010C05").empty());
  CHECK(script.warm_reset() == "3B00");
  CHECK(script.say("00B2010C05").empty());
  PoweredT0 other;
  other.apdus.on("00B2050C00", "mute");
  CHECK(other.say("00B2050C00").empty());
  CHECK(other.say("00B2010C05").empty());
  other.warm_reset();
  CHECK(other.say("00B2010C05") == "B27003AABBCC9000");
}

TEST_CASE("garbage comes instead of one answer, the same each time") {
  std::string first;
  for (int run = 0; run < 2; ++run) {
    PoweredT0 script("garbage=2,seed=7");
    CHECK(script.say("00B2010C00") == "6C05");
    script.apdus.on("00B2060C00", "9000");
    const std::string garbage = script.say("00B2060C00");
    CHECK(garbage.size() >= 2);
    CHECK(garbage != "9000");
    if (run == 1) CHECK(garbage == first);
    first = garbage;
    CHECK(script.say("00B2010C05") == "B27003AABBCC9000");
  }
}

TEST_CASE("one character is lost, corrupt, or has a wrong parity") {
  // The ATR is two; the third is INS.
  PoweredT0 lost("lose=3");
  CHECK(lost.say("00B2010C05") == "7003AABBCC9000");
  PoweredT0 corrupt("corrupt=4");
  CHECK(corrupt.say("00B2010C05") == "B26003AABBCC9000");
  PoweredT0 parity("parity=4");
  CHECK(parity.say("00B2010C05") == "B270!03AABBCC9000");
}

TEST_CASE("a character that comes again is right") {
  PoweredT0 script("parity=3");
  for (const std::uint8_t character : bytes("00B2010C05")) script.tell(character);
  REQUIRE_FALSE(script.card.next()->parity_ok);
  script.card.sent(false, script.now += 2'000);
  CHECK(script.hear() == "B27003AABBCC9000");
}

}  // namespace sesame::card::iso7816
