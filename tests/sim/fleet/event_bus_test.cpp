// What happens in all readers, in one order.
#include "sim/fleet/event_bus.hpp"

#include <catch2/catch.hpp>

#include <thread>

namespace sesame::sim {
namespace {

constexpr std::chrono::milliseconds kAtOnce{0}, kLong{30'000};

std::vector<LogEntry> entries(std::size_t count) { return std::vector<LogEntry>(count); }

TEST_CASE("events are numbered over all readers, and filtered by one") {
  EventBus bus;
  bus.publish("a", SimEvent::Kind::created, 0);
  bus.publish("b", SimEvent::Kind::created, 0);
  bus.publish("a", entries(2));
  CHECK(bus.wait(0, std::nullopt, kAtOnce).events.size() == 4);
  const auto of_a = bus.wait(0, "a", kAtOnce);
  REQUIRE(of_a.events.size() == 3);
  CHECK(of_a.events[0].sequence == 1);
  CHECK(of_a.events[0].kind == SimEvent::Kind::created);
  CHECK(of_a.events[1].sequence == 3);
  CHECK(of_a.last == 4);
  CHECK_FALSE(of_a.lost);
  CHECK(bus.last() == 4);
}

TEST_CASE("a stream goes on after the last event it has seen") {
  EventBus bus;
  bus.publish("a", entries(3));
  CHECK(bus.wait(2, std::nullopt, kAtOnce).events.front().sequence == 3);
  CHECK(bus.wait(3, std::nullopt, kAtOnce).events.empty());
}

TEST_CASE("the events of another process are lost, however many there were here and there") {
  EventBus before(4, 1'000), after(4, 70'000);
  for (EventBus* bus : {&before, &after}) bus->publish("a", entries(3));
  CHECK(after.wait(69'999, std::nullopt, kAtOnce).lost);
  CHECK(after.wait(before.last(), std::nullopt, kAtOnce).lost);
  CHECK(after.wait(before.last(), "a", kAtOnce).lost);
  CHECK(before.wait(after.last(), std::nullopt, kAtOnce).lost);
  CHECK(EventBus(4, 70'000).wait(before.last(), std::nullopt, kAtOnce).lost);
  CHECK_FALSE(after.wait(70'000, std::nullopt, kAtOnce).lost);
  CHECK(after.wait(70'000, std::nullopt, kAtOnce).events.front().sequence == 70'001);
  CHECK(after.published() == 3);
}

TEST_CASE("a reader without news looks at nothing twice") {
  EventBus bus;
  bus.publish("a", entries(3));
  const auto batch = bus.wait(0, "b", kAtOnce);
  CHECK(batch.events.empty());
  CHECK(batch.last == 3);
}

TEST_CASE("events that were pushed out are said to be lost") {
  EventBus bus(4);
  bus.publish("a", entries(6));
  const auto batch = bus.wait(1, std::nullopt, kAtOnce);
  CHECK(batch.lost);
  REQUIRE(batch.events.size() == 4);
  CHECK(batch.events.front().sequence == 3);
  CHECK_FALSE(bus.wait(2, std::nullopt, kAtOnce).lost);
}

TEST_CASE("of one reader only its own events can be lost") {
  EventBus bus(4);
  bus.publish("quiet", entries(1));
  bus.publish("loud", entries(4));
  const auto quiet = bus.wait(1, "quiet", kAtOnce);
  CHECK_FALSE(quiet.lost);
  CHECK(quiet.events.empty());
  CHECK(quiet.last == 5);
  CHECK(bus.wait(0, "quiet", kAtOnce).lost);
  CHECK_FALSE(bus.wait(1, "loud", kAtOnce).lost);
  bus.publish("loud", entries(1));
  CHECK(bus.wait(1, "loud", kAtOnce).lost);
}

TEST_CASE("a reader that is deleted and forgotten is unknown") {
  EventBus bus(4);
  bus.publish("gone", SimEvent::Kind::deleted, 0);
  CHECK_FALSE(bus.wait(0, "gone", kAtOnce).lost);
  bus.publish("loud", entries(4));
  CHECK(bus.wait(0, "gone", kAtOnce).lost);
}

TEST_CASE("news comes with the name of its reader, until it is no longer asked for") {
  EventBus bus;
  std::vector<std::string> told;
  bus.on_news([&](const std::string& reader) { told.push_back(reader); });
  bus.publish("a", SimEvent::Kind::created, 0);
  bus.publish("b", entries(3));
  bus.on_news({});
  bus.publish("a", entries(1));
  CHECK(told == std::vector<std::string>{"a", "b"});
}

TEST_CASE("the number of another process counts as lost") {
  EventBus bus;
  bus.publish("a", entries(1));
  const auto batch = bus.wait(1'000, std::nullopt, kAtOnce);
  CHECK(batch.lost);
  CHECK(batch.last == 1);
}

TEST_CASE("many events come in several batches, none twice and none missing") {
  EventBus bus;
  bus.publish("a", entries(1'000));
  std::uint64_t last = 0;
  std::size_t count = 0;
  while (last < 1'000) {
    const auto batch = bus.wait(last, std::nullopt, kAtOnce);
    REQUIRE(batch.events.size() <= EventBus::kMostAtOnce);
    REQUIRE(batch.events.front().sequence == last + 1);
    count += batch.events.size();
    last = batch.last;
  }
  CHECK(count == 1'000);
}

TEST_CASE("a wait is woken by an event of its reader, and not by others'") {
  EventBus bus;
  EventBus::Batch got;
  std::thread waiting([&] { got = bus.wait(0, "b", kLong); });
  bus.publish("a", entries(300));
  bus.publish("b", entries(1));
  waiting.join();
  REQUIRE(got.events.size() == 1);
  CHECK(got.events[0].sequence == 301);
}

TEST_CASE("closing ends every wait") {
  EventBus bus;
  EventBus::Batch got;
  std::thread waiting([&] { got = bus.wait(0, std::nullopt, kLong); });
  bus.close();
  waiting.join();
  CHECK(got.closed);
  CHECK(bus.wait(0, std::nullopt, kLong).closed);
}

}  // namespace
}  // namespace sesame::sim
