// A reader that takes the PIN itself, and a reader that is unplugged.
#include <catch2/catch.hpp>

#include "host/base/failure.hpp"
#include "host/pcsc/pcsc_slot.hpp"
#include "host/pcsc/presence.hpp"
#include "host/pcsc/readers.hpp"
#include "tests/host/pcsc/call_counter.hpp"
#include "tests/host/pcsc/one_reader.hpp"
#include "tests/pcscd/scripted_pinpad.hpp"

namespace sesame::pcsc {

namespace {

const std::vector<std::uint8_t> kVerify = hex("00 20 00 80 08 20 FF FF FF FF FF FF FF");

constexpr const char* kUnplugged = "reader Pinpad 00 00 was unplugged or switched off: plug it in again";

struct OnePinpad {
  pcscd::ScriptedPinpad pinpad;
  pcscd::PrivateDaemon daemon{{pinpad.reader("Pinpad")}};
  Context context;
  std::string reader = "Pinpad 00 00";

  OnePinpad() {
    wait_for_card(context, reader, kPatience, [] {});
  }
};

}  // namespace

TEST_CASE("a pinpad is seen with a card that is in use, and with one that is not") {
  const OnePinpad setup;
  const auto features = features_of(setup.context, setup.reader);
  REQUIRE(features);
  CHECK(has_pinpad(*features));
  PcscSlot slot(setup.reader);
  CHECK(slot.has_pinpad());
  PcscSlot active(setup.reader);
  emv::ResponseBuffer answer;
  REQUIRE(active.activate(answer) == SlotStatus::ok);
  CHECK(active.has_pinpad());
}

TEST_CASE("the pinpad gets the VERIFY without a PIN, and what the card said comes back") {
  const OnePinpad setup;
  PcscSlot slot(setup.reader);
  emv::ResponseBuffer answer;
  CHECK(slot.verify_on_pad(kVerify, answer) == SlotStatus::mute);  // not yet activated
  REQUIRE(slot.activate(answer) == SlotStatus::ok);
  for (const char* sw : {"90 00", "63 C2", "69 83", "64 04", "64 81"}) {
    INFO(sw);
    setup.pinpad.answer(hex(sw));
    CHECK(slot.verify_on_pad(kVerify, answer) == SlotStatus::ok);
    CHECK(copy(answer) == hex(sw));
  }
  CHECK(setup.pinpad.order() == hex("1E 1E 89 47 04 0C 04 02 01 09 04 00 00 00 00 0D 00 00 00"
                                    "00 20 00 80 08 20 FF FF FF FF FF FF FF"));
}

TEST_CASE("a PIN that was not typed was not sent, and that is said") {
  const OnePinpad setup;
  PcscSlot slot(setup.reader);
  emv::ResponseBuffer answer;
  REQUIRE(slot.activate(answer) == SlotStatus::ok);
  const struct {
    const char* sw;
    const char* line;
  } table[] = {
      {"64 00", "no PIN in time at reader Pinpad 00 00: nothing was sent to the card; try again"},
      {"64 01", "cancelled at reader Pinpad 00 00: nothing was sent to the card; try again"},
      {"64 02", "the two PINs differ at reader Pinpad 00 00: nothing was sent to the card; try again"},
      {"64 03", "too few or too many digits at reader Pinpad 00 00: nothing was sent to the card; try again"},
  };
  for (const auto& row : table) {
    INFO(row.sw);
    setup.pinpad.answer(hex(row.sw));
    try {
      slot.verify_on_pad(kVerify, answer);
      FAIL("it did not fail");
    } catch (const Failure& failure) {
      CHECK(failure.kind() == Failure::refused);
      CHECK(failure.what() == std::string(row.line));
    }
  }
}

TEST_CASE("a pinpad that takes too long is no mute card: a PIN may still be sent there") {
  const OnePinpad setup;
  SlotLimits limits;
  limits.pad = std::chrono::milliseconds(200);
  PcscSlot slot(setup.reader, kEnglish, limits);
  emv::ResponseBuffer answer;
  REQUIRE(slot.activate(answer) == SlotStatus::ok);
  setup.pinpad.wait_for_nobody(true);
  CHECK_THROWS_WITH(slot.verify_on_pad(kVerify, answer), Catch::Matchers::Contains("press cancel on it"));
  // As long as a PIN may still be typed there.
  CHECK(slot.activate(answer) == SlotStatus::mute);
  CHECK(slot.transmit(hex("00 84 00 00 08"), answer) == SlotStatus::mute);
  setup.pinpad.wait_for_nobody(false);
  eventually([&] { return slot.activate(answer) == SlotStatus::ok; });
}

TEST_CASE("a reader that is unplugged is no card that is pulled") {
  const OnePinpad setup;
  PcscSlot slot(setup.reader);
  emv::ResponseBuffer answer;
  REQUIRE(slot.activate(answer) == SlotStatus::ok);
  CallCounter calls;
  const PresenceWatch watch(setup.reader, calls.callback());

  SECTION("between two commands") {
    setup.pinpad.unplug();
    REQUIRE(calls.called());
    CHECK_THROWS_WITH(slot.transmit(hex("00 84 00 00 08"), answer), kUnplugged);
  }
  SECTION("in the middle of a command") {
    setup.pinpad.unplug();
    CHECK_THROWS_WITH(slot.transmit(hex("00 84 00 00 08"), answer), kUnplugged);
  }
  SECTION("while it waits for a PIN") {
    setup.pinpad.unplug();
    CHECK_THROWS_WITH(slot.verify_on_pad(kVerify, answer), kUnplugged);
  }
  REQUIRE(calls.called());
  CHECK(calls.count() == 1);
}

}  // namespace sesame::pcsc
