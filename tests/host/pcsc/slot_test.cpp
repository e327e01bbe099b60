#include <catch2/catch.hpp>

#include "host/base/failure.hpp"
#include "host/pcsc/pcsc_slot.hpp"
#include "tests/host/pcsc/one_reader.hpp"
#include "tests/pcscd/other_program.hpp"

namespace sesame::pcsc {

namespace {

using pcscd::OtherProgram;

struct TpduRow {
  const char* situation;
  const char* command;  // as the application has it
  const char* sent;     // as the card gets it
};

void expect_commands(const std::vector<std::uint8_t>& atr, const std::vector<TpduRow>& table) {
  OneReader setup;
  Script script{.atr = atr};
  for (const TpduRow& row : table) {
    script.steps.push_back({row.situation, hex(row.sent), hex("90 00")});
  }
  const auto card = setup.insert(script);
  PcscSlot slot(setup.reader);
  emv::ResponseBuffer answer;
  REQUIRE(slot.activate(answer) == SlotStatus::ok);
  for (const TpduRow& row : table) {
    INFO(row.situation);
    REQUIRE(slot.transmit(hex(row.command), answer) == SlotStatus::ok);
    CHECK(copy(answer) == hex("90 00"));
  }
  card->finish();
}

}  // namespace

TEST_CASE("in T=0 a command goes as a TPDU: without the Le of case 4, with a P3 in case 1") {
  expect_commands(kAtrT0, {
                              {"case 1", "80 E4 00 00", "80 E4 00 00 00"},
                              {"case 2", "00 B2 01 0C 00", "00 B2 01 0C 00"},
                              {"case 2 with an Le", "00 84 00 00 08", "00 84 00 00 08"},
                              {"case 3", "00 20 00 80 02 2F FF", "00 20 00 80 02 2F FF"},
                              {"case 4", "00 A4 04 00 02 A0 00 00", "00 A4 04 00 02 A0 00"},
                              {"case 4 with an Le", "80 A8 00 00 02 83 00 10", "80 A8 00 00 02 83 00"},
                          });
}

TEST_CASE("in T=1 a command goes as it is") {
  expect_commands(kAtrT1, {
                              {"case 1", "80 E4 00 00", "80 E4 00 00"},
                              {"case 2", "00 B2 01 0C 00", "00 B2 01 0C 00"},
                              {"case 3", "00 20 00 80 02 2F FF", "00 20 00 80 02 2F FF"},
                              {"case 4", "00 A4 04 00 02 A0 00 00", "00 A4 04 00 02 A0 00 00"},
                          });
}

TEST_CASE("the longest command and the longest response pass") {
  OneReader setup;
  std::vector<std::uint8_t> command = hex("80 DA 00 00 FF");
  command.resize(command.size() + 255, 0x5A);
  std::vector<std::uint8_t> response(258, 0xA5);
  response[256] = 0x90;
  response[257] = 0x00;
  const auto card = setup.insert({.atr = kAtrT0, .steps = {{"a long command", command, response}}});
  PcscSlot slot(setup.reader);
  emv::ResponseBuffer answer;
  REQUIRE(slot.activate(answer) == SlotStatus::ok);
  command.push_back(0x00);  // the Le that does not go
  REQUIRE(slot.transmit(command, answer) == SlotStatus::ok);
  CHECK(copy(answer) == response);
  card->finish();
}

TEST_CASE("61xx and 6Cxx are the application's to answer") {
  OneReader setup;
  const auto card = setup.insert({.atr = kAtrT0,
                                  .steps = {{"there is more", hex("00 A4 04 00 01 A0"), hex("61 20")},
                                            {"the wrong length", hex("00 B2 01 0C 00"), hex("6C 10")}}});
  PcscSlot slot(setup.reader);
  emv::ResponseBuffer answer;
  REQUIRE(slot.activate(answer) == SlotStatus::ok);
  REQUIRE(slot.transmit(hex("00 A4 04 00 01 A0 00"), answer) == SlotStatus::ok);
  CHECK(copy(answer) == hex("61 20"));
  REQUIRE(slot.transmit(hex("00 B2 01 0C 00"), answer) == SlotStatus::ok);
  CHECK(copy(answer) == hex("6C 10"));
  card->finish();
}

TEST_CASE("activating resets the card cold, deactivating takes its power") {
  OneReader setup;
  const auto card = setup.insert({.atr = kAtrT0});
  emv::ResponseBuffer answer;
  {
    PcscSlot slot(setup.reader);
    REQUIRE(slot.activate(answer) == SlotStatus::ok);
    CHECK(copy(answer) == kAtrT0);
    CHECK(ends_with(card->contacts(), {Contact::power_off, Contact::cold_reset}));

    SECTION("again and again") {
      REQUIRE(slot.activate(answer) == SlotStatus::ok);
      CHECK(ends_with(card->contacts(), {Contact::cold_reset, Contact::power_off, Contact::cold_reset}));
      slot.deactivate();
      CHECK(slot.transmit(hex("00 84 00 00 08"), answer) == SlotStatus::mute);
      CHECK(slot.warm_reset(answer) == SlotStatus::mute);
      REQUIRE(slot.activate(answer) == SlotStatus::ok);
      slot.deactivate();
    }
    SECTION("also when the slot just goes") {}
  }
  CHECK(card->eventually([](const Contacts& c) { return c.back() == Contact::power_off; }));
}

TEST_CASE("a card of inverse convention shows another ATR after a warm reset") {
  OneReader setup;
  const auto card = setup.insert({.atr = kAtrInverse, .warm_atr = kAtrT0});
  PcscSlot slot(setup.reader);
  emv::ResponseBuffer answer;
  REQUIRE(slot.activate(answer) == SlotStatus::ok);
  CHECK(copy(answer) == kAtrInverse);
  REQUIRE(slot.warm_reset(answer) == SlotStatus::ok);
  CHECK(copy(answer) == kAtrT0);
  CHECK(ends_with(card->contacts(), {Contact::power_off, Contact::cold_reset, Contact::warm_reset}));
  REQUIRE(slot.activate(answer) == SlotStatus::ok);
  CHECK(copy(answer) == kAtrInverse);
}

TEST_CASE("a card that another program left in the middle of something is reset") {
  OneReader setup;
  const auto card = setup.insert({.atr = kAtrT0, .steps = {{"a PIN", hex("00 20 00 80 00"), hex("90 00")}}});
  const OtherProgram other(setup.reader);
  REQUIRE(other.result() == SCARD_S_SUCCESS);
  REQUIRE(other.transmit(hex("00 20 00 80 00")) == SCARD_S_SUCCESS);
  other.leave_card();

  PcscSlot slot(setup.reader);
  emv::ResponseBuffer answer;
  REQUIRE(slot.activate(answer) == SlotStatus::ok);
  CHECK(ends_with(card->contacts(), {Contact::command, Contact::power_off, Contact::cold_reset}));
  card->finish();
}

TEST_CASE("a card that another program uses is left to it") {
  OneReader setup;
  const auto card = setup.insert({.atr = kAtrT0});
  const OtherProgram other(setup.reader);
  REQUIRE(other.result() == SCARD_S_SUCCESS);
  PcscSlot slot(setup.reader);
  emv::ResponseBuffer answer;
  CHECK_THROWS_WITH(slot.activate(answer),
                    "reader Bench 00 00 is in use by another program: close that program and try again");
}

TEST_CASE("no other program gets at the card while the slot has it") {
  OneReader setup;
  const auto card = setup.insert({.atr = kAtrT0});
  PcscSlot slot(setup.reader);
  emv::ResponseBuffer answer;
  REQUIRE(slot.activate(answer) == SlotStatus::ok);
  CHECK(OtherProgram(setup.reader).result() == SCARD_E_SHARING_VIOLATION);
  slot.deactivate();
  CHECK(OtherProgram(setup.reader).result() == SCARD_S_SUCCESS);
}

TEST_CASE("without a pinpad the pinpad is not asked, and neither is the card") {
  OneReader setup;
  const auto card = setup.insert({.atr = kAtrT0});
  PcscSlot slot(setup.reader);
  CHECK_FALSE(slot.has_pinpad());
  emv::ResponseBuffer answer;
  REQUIRE(slot.activate(answer) == SlotStatus::ok);
  CHECK_FALSE(slot.has_pinpad());
  CHECK(slot.verify_on_pad(hex("00 20 00 80 08 20 FF FF FF FF FF FF FF"), answer) == SlotStatus::garbled);
  card->finish();
}

}  // namespace sesame::pcsc
