// A transcript as a card.
#include <string>

#include "tests/host/transcript/support.hpp"

using namespace sesame;
using namespace sesame::transcript;
using namespace sesame::transcript::test;

namespace {

std::string reset(CardSlot& slot, SlotStatus (CardSlot::*how)(emv::ResponseBuffer&)) {
  emv::ResponseBuffer atr;
  const SlotStatus status = (slot.*how)(atr);
  return status == SlotStatus::ok ? hex(atr) : "mute";
}

}  // namespace

TEST_CASE("a transcript is a table: its commands may come in any order, any number of times") {
  auto slot = recorded("> 00B2010C00\n< 9001\n> 00B2020C00\n< 9002\n> 80CA9F1700\n< 9003\n");
  CHECK(ask(slot, "80CA9F1700") == "9003");
  CHECK(ask(slot, "00B2020C00") == "9002");
  CHECK(ask(slot, "00B2010C00") == "9001");
  CHECK(ask(slot, "00B2020C00") == "9002");
}

TEST_CASE("a command recorded several times answers in order, then repeats its last answer") {
  auto slot = recorded(
      "> 80AE800001AA\n< 9001\n> 80AE800001BB\n< 9009\n> 80AE800001AA00\n< 9002\n> 80AE800001AA\n< "
      "9003\n");
  CHECK(ask(slot, "80AE800001AA00") == "9001");
  CHECK(ask(slot, "80AE800001BB") == "9009");
  CHECK(ask(slot, "80AE800001AA") == "9002");
  CHECK(ask(slot, "80AE800001AA10") == "9003");
  CHECK(ask(slot, "80AE800001AA") == "9003");
  CHECK(ask(slot, "80AE800001BB") == "9009");
}

TEST_CASE("a wrong PIN and the right one, both masked, answer in order") {
  auto slot = recorded("> 0020008008****************\n< 63C2\n> 0020008008****************\n< 9000\n");
  CHECK(ask(slot, "0020008008241111FFFFFFFFFF") == "63C2");
  CHECK(ask(slot, "0020008008249753FFFFFFFFFF") == "9000");
}

TEST_CASE("a reset does not start the order of answers anew") {
  auto slot = recorded("> 80AE800001AA\n< 9001\n> 80AE800001AA\n< 9002\n> 80AE800001AA\n< 9003\n");
  CHECK(ask(slot, "80AE800001AA") == "9001");
  slot.deactivate();
  CHECK(reset(slot, &CardSlot::activate) == "3B00");
  CHECK(ask(slot, "80AE800001AA") == "9002");
  CHECK(reset(slot, &CardSlot::warm_reset) == "3B00");
  CHECK(ask(slot, "80AE800001AA") == "9003");
}

TEST_CASE("slots that share a transcript have their own place in it") {
  const auto transcript = std::make_shared<const Transcript>(
      Transcript::parse("> 00840000\n< 9001\n> 00840000\n< 9002\n", "card.apdu"));
  TranscriptSlot first(transcript);
  TranscriptSlot second(transcript);
  CHECK(reset(first, &CardSlot::activate) == "3B00");
  CHECK(reset(second, &CardSlot::activate) == "3B00");
  CHECK(ask(first, "00840000") == "9001");
  CHECK(ask(first, "00840000") == "9002");
  CHECK(ask(second, "00840000") == "9001");
}

TEST_CASE("a recorded card without power is mute") {
  TranscriptSlot slot(std::make_shared<const Transcript>(Transcript::load(shipped("cap_be.apdu"))));
  CHECK(ask(slot, "00A4040007A0000000048002") == "mute");
  CHECK(reset(slot, &CardSlot::warm_reset) == "mute");
  CHECK(reset(slot, &CardSlot::activate) == "3B67000000000000009000");
  CHECK(reset(slot, &CardSlot::warm_reset) == "3B67000000000000009000");
  CHECK(ask(slot, "80CA9F1700") == "9F1701039000");
  slot.deactivate();
  CHECK(ask(slot, "80CA9F1700") == "mute");
}

TEST_CASE("recorded 61xx and 6Cxx are replayed as they are") {
  auto slot = recorded(
      "> 00A4040001AA\n< 6102\n> 00C0000002\n< 6F009000\n> 00B2010C00\n< 6C02\n> 00B2010C02\n< "
      "70009000\n");
  CHECK(ask(slot, "00A4040001AA") == "6102");
  CHECK(ask_through(slot, "00A4040001AA") == "6F009000");
  CHECK(ask_through(slot, "00B2010C00") == "70009000");
}

TEST_CASE("a SELECT that was not recorded finds no file") {
  auto slot = recorded("> 00A4040001AA\n< 9000\n");
  CHECK(ask(slot, "00A4040001AB") == "6A82");
  CHECK(ask(slot, "00A4040001AB00") == "6A82");
  CHECK(ask(slot, "00A404000E315041592E5359532E444446303100") == "6A82");
  CHECK(ask(slot, "00A4040201AA") == "6A82");
}

TEST_CASE("a PIN that was not recorded is refused, and not shown") {
  auto slot = recorded("> 0020008008241234FFFFFFFFFF\n< 9000\n");
  const std::string refusal = "refused card.apdu: this transcript has no such PIN";
  CHECK(ask(slot, "0020008008241234FFFFFFFFFF") == "9000");
  CHECK(ask(slot, "0020008008249753FFFFFFFFFF") == refusal);
  CHECK(ask(slot, "00200080022497") == refusal);
  CHECK(ask(slot, "0020008008249753") == refusal);
  CHECK(ask(slot, "00200080") == refusal);
}

TEST_CASE("any other command that was not recorded is named") {
  auto slot = recorded("> 00B2010C00\n< 9000\n");
  const std::string rest = " is not in card.apdu: a recorded card answers only what it was asked then";
  struct Row {
    const char *command, *named;
  };
  const auto row = GENERATE(values<Row>({
      {"00B2021C00", "invalid READ RECORD 2, SFI 3 (00B2021C00)"},
      {"80AE8000021234", "invalid GENERATE AC for an ARQC (80AE8000021234)"},
      {"00A4000C023F00", "invalid SELECT (00A4000C023F00)"},
      {"00C0000010", "invalid GET RESPONSE (00C0000010)"},
      {"0024000008249753FFFFFFFFFF", "invalid CHANGE REFERENCE DATA (0024000008****************)"},
      {"80200080029753", "invalid the command (8020008002****)"},
      {"00B2", "invalid the command (00B2)"},
  }));
  CHECK(ask(slot, row.command) == row.named + rest);
}

TEST_CASE("after a command that was not recorded the card still answers the others") {
  auto slot = recorded("> 00B2010C00\n< 9000\n");
  CHECK(ask(slot, "00B2020C00") != "9000");
  CHECK(ask(slot, "00B2010C00") == "9000");
}

TEST_CASE("a GENERATE AC for an AAC that was not recorded is refused by the card, another is no answer") {
  auto slot = recorded("> 80AE800001AA\n< 9001\n> 80AE000001AA\n< 9002\n");
  CHECK(ask(slot, "80AE000001AA") == "9002");
  CHECK(ask(slot, "80AE000001BB") == "6985");
  CHECK(ask(slot, "80AE100001BB") == "6985");
  for (const char* command : {"80AE800001BB", "80AE400001BB", "80AEC00001BB", "80AE", "00AE000001BB"}) {
    CHECK_THAT(ask(slot, command), Catch::Matchers::StartsWith("invalid "));
  }
}

TEST_CASE("a card that was silent then is silent now") {
  auto slot = recorded("> 80CA9F1700\n< mute\n> 80CA9F1700\n<  garbled  # a comment\n> 80CA9F1700\n< 6A88\n");
  emv::ResponseBuffer answer;
  CHECK(slot.transmit(bytes("80CA9F1700"), answer) == SlotStatus::mute);
  CHECK(answer.empty());
  CHECK(slot.transmit(bytes("80CA9F1700"), answer) == SlotStatus::garbled);
  CHECK(ask(slot, "80CA9F1700") == "6A88");
  for (const char* line : {"< silent", "< mute 9000", "< Mute", "< mutegarbled"}) {
    CAPTURE(line);
    const std::string text = std::string("> 80CA9F1700\n") + line + "\n";
    CHECK_THAT(outcome([&] { Transcript::parse(text, "card.apdu"); }),
               Catch::Matchers::StartsWith("invalid card.apdu:2: "));
  }
}
