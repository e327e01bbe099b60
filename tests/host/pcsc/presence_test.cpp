#include <catch2/catch.hpp>

#include "host/base/failure.hpp"
#include "host/pcsc/pcsc_slot.hpp"
#include "host/pcsc/presence.hpp"
#include "tests/host/pcsc/call_counter.hpp"
#include "tests/host/pcsc/one_reader.hpp"

namespace sesame::pcsc {

TEST_CASE("a card that is pulled between two commands is heard of, once") {
  OneReader setup;
  auto card = setup.insert({.atr = kAtrT0});
  PcscSlot slot(setup.reader);
  emv::ResponseBuffer answer;
  REQUIRE(slot.activate(answer) == SlotStatus::ok);
  CallCounter calls;
  {
    const PresenceWatch watch(setup.reader, calls.callback());
    CHECK(calls.count() == 0);
    card->pull();
    CHECK(calls.called());
    card = setup.insert({.atr = kAtrT0});
    setup.remove(*card);
  }
  CHECK(calls.count() == 1);
}

TEST_CASE("a daemon that dies takes the card along") {
  OneReader setup;
  const auto card = setup.insert({.atr = kAtrT0});
  CallCounter calls;
  const PresenceWatch watch(setup.reader, calls.callback());
  setup.daemon.kill();
  CHECK(calls.called());
}

TEST_CASE("where there is no card, it has left") {
  OneReader setup;
  CallCounter calls;
  const PresenceWatch watch(setup.reader, calls.callback());
  CHECK(calls.called());
}

TEST_CASE("resetting and using a card is not removing it") {
  OneReader setup;
  const auto card = setup.insert({.atr = kAtrT0});
  CallCounter calls;
  {
    const PresenceWatch watch(setup.reader, calls.callback());
    PcscSlot slot(setup.reader);
    emv::ResponseBuffer answer;
    REQUIRE(slot.activate(answer) == SlotStatus::ok);
    REQUIRE(slot.warm_reset(answer) == SlotStatus::ok);
    slot.deactivate();
    REQUIRE(card->eventually([](const Contacts& c) { return c.back() == Contact::power_off; }));
  }
  CHECK(calls.count() == 0);
}

TEST_CASE("a watch ends at any moment") {
  OneReader setup;
  const auto card = setup.insert({.atr = kAtrT0});
  CallCounter calls;
  for (int i = 0; i < 30; ++i) const PresenceWatch watch(setup.reader, calls.callback());
  CHECK(calls.count() == 0);
}

TEST_CASE("a watch ends also while the daemon does not answer") {
  OneReader setup;
  const auto card = setup.insert({.atr = kAtrT0});
  CallCounter calls;
  const auto start = std::chrono::steady_clock::now();
  {
    const PresenceWatch watch(setup.reader, calls.callback());
    setup.daemon.pause();
  }
  CHECK(std::chrono::steady_clock::now() - start < kPatience);
  setup.daemon.go_on();
  setup.remove(*card);
  CHECK(calls.count() == 0);
}

TEST_CASE("a reader that is not there cannot be watched") {
  const OneReader setup;
  CHECK_THROWS_AS(PresenceWatch("Other 00 00", [] {}), Failure);
}

}  // namespace sesame::pcsc
