// Everything that can go wrong between a slot and its card: each ends, and says what it was.
#include <algorithm>
#include <catch2/catch.hpp>
#include <thread>

#include "host/base/failure.hpp"
#include "host/pcsc/pcsc_slot.hpp"
#include "tests/host/pcsc/one_reader.hpp"

namespace sesame::pcsc {

namespace {

const std::vector<std::uint8_t> kResponse = hex("12 34 90 00");

Script answering(std::size_t commands) {
  Script script{.atr = kAtrT0};
  for (std::size_t i = 0; i < commands; ++i) script.steps.push_back({"a number", kCommand, kResponse});
  return script;
}

void expect_answers(PcscSlot& slot, std::size_t commands) {
  emv::ResponseBuffer answer;
  REQUIRE(slot.activate(answer) == SlotStatus::ok);
  for (std::size_t i = 0; i < commands; ++i) REQUIRE(slot.transmit(kCommand, answer) == SlotStatus::ok);
}

// What a call throws; where it throws nothing, the status it answers.
template <class Call>
std::string said(Call call) {
  try {
    return "status " + std::to_string(static_cast<int>(call()));
  } catch (const Failure& failure) {
    return failure.what();
  }
}

}  // namespace

TEST_CASE("a card that is pulled at any command is removed") {
  OneReader setup;
  const std::size_t command = GENERATE(0U, 1U, 4U);
  Script script = answering(command);
  script.leaves_at = command;
  const auto card = setup.insert(script);
  PcscSlot slot(setup.reader);
  expect_answers(slot, command);
  emv::ResponseBuffer answer;
  CHECK(slot.transmit(kCommand, answer) == SlotStatus::removed);
  CHECK(answer.empty());
  CHECK(slot.transmit(kCommand, answer) == SlotStatus::removed);
  card->finish();  // no command came twice
}

TEST_CASE("a card that is pulled between two commands is removed, and back after its insertion") {
  OneReader setup;
  const auto card = setup.insert(answering(1));
  PcscSlot slot(setup.reader);
  expect_answers(slot, 1);
  setup.remove(*card);
  emv::ResponseBuffer answer;
  CHECK(slot.transmit(kCommand, answer) == SlotStatus::removed);
  CHECK(slot.warm_reset(answer) == SlotStatus::removed);
  CHECK(slot.activate(answer) == SlotStatus::removed);

  const auto same_card = setup.insert(answering(1));
  // A card that was away has forgotten everything: nothing is sent before the next activation.
  CHECK(slot.transmit(kCommand, answer) == SlotStatus::removed);
  expect_answers(slot, 1);
  same_card->finish();
}

TEST_CASE("a slot without a card is empty") {
  OneReader setup;
  PcscSlot slot(setup.reader);
  emv::ResponseBuffer answer;
  CHECK(slot.activate(answer) == SlotStatus::removed);
}

TEST_CASE("a card that falls silent and is then pulled is removed") {
  OneReader setup;
  Script script = answering(1);
  script.silent_at = 1;
  const auto card = setup.insert(script);
  PcscSlot slot(setup.reader);
  expect_answers(slot, 1);
  std::thread hand([&] {
    card->eventually([](const Contacts& c) { return std::count(c.begin(), c.end(), Contact::command) == 2; });
    card->pull();
  });
  emv::ResponseBuffer answer;
  CHECK(slot.transmit(kCommand, answer) == SlotStatus::removed);
  hand.join();
}

TEST_CASE("a card without an ATR is mute") {
  OneReader setup;
  const std::size_t reset = GENERATE(0U, 1U);
  Script script = answering(0);
  script.mute_from = reset;
  const auto card = setup.insert(script);
  PcscSlot slot(setup.reader);
  emv::ResponseBuffer answer;
  CHECK(slot.activate(answer) == SlotStatus::mute);
  CHECK(answer.empty());
}

TEST_CASE("a card that stops answering its resets is mute") {
  OneReader setup;
  Script script = answering(1);
  script.mute_from = 2;
  const auto card = setup.insert(script);
  PcscSlot slot(setup.reader);
  expect_answers(slot, 1);
  emv::ResponseBuffer answer;
  CHECK(slot.warm_reset(answer) == SlotStatus::mute);
}

TEST_CASE("an invalid ATR is garbled") {
  OneReader setup;
  const auto atr = GENERATE("12 34", "3B", "3B 81 FF 11 FE 00");
  INFO(atr);
  const auto card = setup.insert({.atr = hex(atr)});
  PcscSlot slot(setup.reader);
  emv::ResponseBuffer answer;
  CHECK(slot.activate(answer) == SlotStatus::garbled);
  CHECK(answer.empty());
}

TEST_CASE("a response of an impossible length is garbled, and the next one is not") {
  OneReader setup;
  Script script = answering(0);
  for (const std::size_t size : {1U, 259U, 300U}) {
    script.steps.push_back({"an impossible length", kCommand, std::vector<std::uint8_t>(size, 0x90)});
  }
  script.steps.push_back({"a number", kCommand, kResponse});
  const auto card = setup.insert(script);
  PcscSlot slot(setup.reader);
  expect_answers(slot, 0);
  emv::ResponseBuffer answer;
  for (int i = 0; i < 3; ++i) {
    CHECK(slot.transmit(kCommand, answer) == SlotStatus::garbled);
    CHECK(answer.empty());
  }
  CHECK(slot.transmit(kCommand, answer) == SlotStatus::ok);
  CHECK(copy(answer) == kResponse);
  card->finish();
}

TEST_CASE("a daemon that is killed at any command is no fault of the card's") {
  OneReader setup;
  const std::size_t command = GENERATE(0U, 1U, 4U);
  const auto card = setup.insert(answering(command));
  card->on_command(command, [&] { setup.daemon.kill(); });
  PcscSlot slot(setup.reader);
  expect_answers(slot, command);
  emv::ResponseBuffer answer;
  const auto transmit = [&] { return slot.transmit(kCommand, answer); };
  CHECK(said(transmit) ==
        "the connection to the PC/SC service broke: see that pcscd runs (systemctl status pcscd), and try "
        "again");
  CHECK_THAT(said(transmit), Catch::Contains("PC/SC service"));
  CHECK_THAT(said([&] { return slot.activate(answer); }), Catch::Contains("PC/SC service"));
}

TEST_CASE("a daemon that is stopped between two commands is no fault of the card's") {
  OneReader setup;
  const auto card = setup.insert(answering(1));
  PcscSlot slot(setup.reader);
  expect_answers(slot, 1);
  setup.daemon.stop();
  emv::ResponseBuffer answer;
  CHECK_THAT(said([&] { return slot.transmit(kCommand, answer); }), Catch::Contains("PC/SC service"));
}

TEST_CASE("a reader that is not there is said to be gone") {
  OneReader setup;
  PcscSlot slot("Other 00 00");
  emv::ResponseBuffer answer;
  CHECK(said([&] { return slot.activate(answer); }) ==
        "reader Other 00 00 is gone or was never there: see `sesame readers`");
}

}  // namespace sesame::pcsc
