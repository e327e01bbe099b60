#include <catch2/catch.hpp>

#include "host/base/failure.hpp"
#include "host/pcsc/pcsc_slot.hpp"
#include "host/pcsc/presence.hpp"
#include "tests/host/pcsc/bell.hpp"
#include "tests/host/pcsc/bench.hpp"

namespace sesame::pcsc {

TEST_CASE("a card that is pulled between two commands is heard of, once") {
  Bench bench;
  auto card = bench.insert({.atr = kAtrT0});
  PcscSlot slot(bench.reader);
  emv::ResponseBuffer answer;
  REQUIRE(slot.activate(answer) == SlotStatus::ok);
  Bell bell;
  {
    const PresenceWatch watch(bench.reader, bell.ring());
    CHECK(bell.count() == 0);
    card->pull();
    CHECK(bell.rings());
    card = bench.insert({.atr = kAtrT0});
    bench.remove(*card);
  }
  CHECK(bell.count() == 1);
}

TEST_CASE("a daemon that dies takes the card along") {
  Bench bench;
  const auto card = bench.insert({.atr = kAtrT0});
  Bell bell;
  const PresenceWatch watch(bench.reader, bell.ring());
  bench.daemon.kill();
  CHECK(bell.rings());
}

TEST_CASE("where there is no card, it has left") {
  Bench bench;
  Bell bell;
  const PresenceWatch watch(bench.reader, bell.ring());
  CHECK(bell.rings());
}

TEST_CASE("resetting and using a card is not removing it") {
  Bench bench;
  const auto card = bench.insert({.atr = kAtrT0});
  Bell bell;
  {
    const PresenceWatch watch(bench.reader, bell.ring());
    PcscSlot slot(bench.reader);
    emv::ResponseBuffer answer;
    REQUIRE(slot.activate(answer) == SlotStatus::ok);
    REQUIRE(slot.warm_reset(answer) == SlotStatus::ok);
    slot.deactivate();
    REQUIRE(card->eventually([](const Contacts& c) { return c.back() == Contact::power_off; }));
  }
  CHECK(bell.count() == 0);
}

TEST_CASE("a watch ends at any moment") {
  Bench bench;
  const auto card = bench.insert({.atr = kAtrT0});
  Bell bell;
  for (int i = 0; i < 30; ++i) const PresenceWatch watch(bench.reader, bell.ring());
  CHECK(bell.count() == 0);
}

TEST_CASE("a watch ends also while the daemon does not answer") {
  Bench bench;
  const auto card = bench.insert({.atr = kAtrT0});
  Bell bell;
  const auto start = std::chrono::steady_clock::now();
  {
    const PresenceWatch watch(bench.reader, bell.ring());
    bench.daemon.pause();
  }
  CHECK(std::chrono::steady_clock::now() - start < kPatience);
  bench.daemon.go_on();
  bench.remove(*card);
  CHECK(bell.count() == 0);
}

TEST_CASE("a reader that is not there cannot be watched") {
  const Bench bench;
  CHECK_THROWS_AS(PresenceWatch("Other 00 00", [] {}), Failure);
}

}  // namespace sesame::pcsc
