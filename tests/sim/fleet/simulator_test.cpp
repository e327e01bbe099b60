// Thousands of readers in one process.
#include "sim/fleet/simulator.hpp"

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include <atomic>
#include <fstream>
#include <thread>

#include "host/profile/shipped.hpp"
#include "tests/sim/reader/readers.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sesame::sim {
namespace {

using namespace test;
using std::chrono::milliseconds;

// A simulator whose real time is a number.
struct World {
  explicit World(SimulatorOptions options = {}) : simulator(with_clock(std::move(options))) {}

  SimulatorOptions with_clock(SimulatorOptions options) {
    options.clock = [this] { return time.load(); };
    return options;
  }
  std::string create(ClockKind clock = ClockKind::virtual_time, std::optional<std::uint32_t> ttl = {}) {
    ReaderSpec spec;
    spec.card = shipped();
    spec.clock = clock;
    spec.ttl_s = ttl;
    return simulator.create(spec);
  }
  std::string text(const std::string& id) {
    return simulator.with(id, [](LiveReader& reader) { return to_text(reader.screen()); });
  }
  State state(const std::string& id) {
    return simulator.with(id, [](LiveReader& reader) { return reader.reader().state(); });
  }
  OtpResult otp(const std::string& id, std::string_view pin = kPin) {
    return simulator.otp(id, {{}, SecretString(pin), {}, true});
  }

  std::atomic<Millis> time = 0;
  Simulator simulator;
};

template <class Call>
Why why(Call call) {
  try {
    call();
  } catch (const Refusal& refusal) {
    return refusal.why();
  }
  FAIL("it was not refused");
  return Why::bad_input;
}

TEST_CASE("a reader is created, used, listed and deleted") {
  World world;
  const std::string id = world.create();
  CHECK(world.simulator.exists(id));
  CHECK(world.text(id) == "Choisir la\nfonction");
  CHECK(world.otp(id).code);
  const auto list = world.simulator.list(10);
  REQUIRE(list.size() == 1);
  CHECK(list[0].id == id);
  CHECK(list[0].profile == "sesame");
  CHECK(list[0].state == "code");
  CHECK(list[0].card == "sesame-card");
  world.simulator.remove(id);
  CHECK_FALSE(world.simulator.exists(id));
  CHECK(world.simulator.size() == 0);
  CHECK(why([&] { world.text(id); }) == Why::unknown_reader);
  CHECK(why([&] { world.simulator.remove(id); }) == Why::unknown_reader);
}

TEST_CASE("readers are listed in the order of their creation, a page at a time") {
  World world;
  std::vector<std::string> ids, listed;
  for (int i = 0; i < 25; ++i) ids.push_back(world.create());
  world.simulator.remove(ids[3]);
  ids.erase(ids.begin() + 3);
  for (std::string after;;) {
    const auto page = world.simulator.list(10, after);
    if (page.empty()) break;
    CHECK(page.size() <= 10);
    for (const auto& reader : page) listed.push_back(reader.id);
    after = listed.back();
  }
  CHECK(listed == ids);
  CHECK(why([&] { world.simulator.list(1, "gone"); }) == Why::unknown_reader);
}

TEST_CASE("a reader that cannot be had is refused, and leaves nothing behind") {
  World world({.max_readers = 1});
  ReaderSpec spec;
  spec.profile = "no-model";
  CHECK(why([&] { world.simulator.create(spec); }) == Why::unknown_profile);
  spec.profile = "/etc/passwd";
  CHECK(why([&] { world.simulator.create(spec); }) == Why::unknown_profile);
  spec = {};
  spec.card = shipped("no-card");
  CHECK(why([&] { world.simulator.create(spec); }) == Why::unknown_card);
  CHECK(world.simulator.size() == 0);
  spec = {};
  spec.id = "default";
  CHECK(world.simulator.create(spec) == "default");
  CHECK(why([&] { world.create(); }) == Why::too_many_readers);
}

TEST_CASE("an id is given once") {
  World world;
  ReaderSpec spec;
  spec.id = "default";
  world.simulator.create(spec);
  CHECK(why([&] { world.simulator.create(spec); }) == Why::reader_exists);
  CHECK(world.simulator.created() == 1);
}

TEST_CASE("a reader that stays is not deleted, and is made fresh instead") {
  World world;
  ReaderSpec spec;
  spec.id = "default";
  spec.stays = true;
  spec.card = shipped("sesame-card");
  world.simulator.create(spec);
  CHECK(why([&] { world.simulator.remove("default"); }) == Why::reader_stays);
  CHECK(world.simulator.with("default", [](LiveReader& reader) { return reader.card() != nullptr; }));
  world.simulator.with("default", [](LiveReader& reader) { reader.reset(); });
  CHECK(world.simulator.with("default", [](LiveReader& reader) { return reader.card() == nullptr; }));
}

TEST_CASE("a model of one's own is for the command line alone") {
  const sesame::test::TemporaryFolder folder;
  const std::string path = (folder.path() / "own.toml").string();
  std::ofstream(path) << *profile::shipped_text(profile::ProfileKind::readers, "sesame");
  World world;
  ReaderSpec spec;
  spec.profile = path;
  CHECK(why([&] { world.simulator.create(spec); }) == Why::unknown_profile);
  spec.profile_may_be_path = true;
  const std::string id = world.simulator.create(spec);
  CHECK(world.simulator.list(1)[0].profile == "own");
}

TEST_CASE("a reader ends when its time is over") {
  World world;
  const std::string id = world.create(ClockKind::virtual_time, 60), stays = world.create();
  CHECK(world.simulator.expires(id) == 60'000);
  CHECK_FALSE(world.simulator.expires(stays));
  CHECK(world.simulator.next_deadline() == 60'000);
  world.simulator.expire(59'999);
  CHECK(world.simulator.exists(id));
  world.time = 60'000;
  CHECK_FALSE(world.simulator.exists(id));
  CHECK(why([&] { world.text(id); }) == Why::unknown_reader);
  world.simulator.tick(60'000);
  CHECK(world.simulator.size() == 1);
  CHECK_FALSE(world.simulator.next_deadline());
}

TEST_CASE("real time goes on for readers that are not watched") {
  World world;
  const std::string id = world.create(ClockKind::real), other = world.create();
  CHECK(world.otp(id).code);
  CHECK(world.otp(other).code);
  CHECK(world.simulator.next_deadline() == 35'000);
  const auto before = world.simulator.events().last();
  world.time = 35'000;
  world.simulator.tick(35'000);
  const auto events = world.simulator.events().wait(before, std::nullopt, milliseconds(0)).events;
  REQUIRE(events.size() == 1);
  CHECK(events[0].reader == id);
  CHECK_FALSE(std::get<ScreenChanged>(events[0].entry.what).lit);
  CHECK(world.state(other) == State::code);
  CHECK_FALSE(world.simulator.next_deadline());
}

TEST_CASE("a reader is up to date when it is asked for, ticked or not") {
  World world;
  const std::string id = world.create(ClockKind::real);
  world.time = 30'000;
  CHECK(world.state(id) == State::off);
}

TEST_CASE("who keeps time is woken by a nearer deadline, and by the end") {
  World world;
  std::atomic<int> ticks = 0;
  std::thread keeper([&] {
    while (world.simulator.wait_until_due()) {
      world.simulator.tick(world.simulator.now());
      ++ticks;
    }
  });
  const std::string id = world.create(ClockKind::real);
  world.simulator.with(id, [&](LiveReader&) { world.time = 30'000; });
  const bool dark =
      world.simulator.wait(id, milliseconds(30'000), [](LiveReader& reader) { return !reader.screen().lit; });
  CHECK(dark);
  world.simulator.close();
  keeper.join();
}

TEST_CASE("a wait for a screen ends when it comes, and when the time is over") {
  World world;
  const std::string id = world.create();
  const auto shows = [](std::string_view what) {
    return [=](LiveReader& reader) { return to_text(reader.screen()).find(what) != std::string::npos; };
  };
  CHECK(world.simulator.wait(id, milliseconds(0), shows("Choisir")));
  CHECK_FALSE(world.simulator.wait(id, milliseconds(1), shows("Code")));
  std::thread user([&] { world.otp(id); });
  CHECK(world.simulator.wait(id, milliseconds(30'000), shows("Code Sésame")));
  user.join();
}

TEST_CASE("a wait ends with the reader, and with the simulator") {
  World world;
  const std::string id = world.create(), other = world.create();
  const auto never = [](LiveReader&) { return false; };
  Why reason{};
  bool met = true;
  std::thread first([&] { reason = why([&] { world.simulator.wait(id, milliseconds(30'000), never); }); });
  std::thread second([&] { met = world.simulator.wait(other, milliseconds(30'000), never); });
  world.simulator.remove(id);
  first.join();
  CHECK(reason == Why::unknown_reader);
  world.simulator.close();
  second.join();
  CHECK_FALSE(met);
}

TEST_CASE("everything is on the bus, in order, from creation to deletion") {
  World world;
  const std::string id = world.create();
  world.otp(id);
  world.simulator.remove(id);
  const auto events = world.simulator.events().wait(0, id, milliseconds(0)).events;
  REQUIRE(events.size() > 20);
  CHECK(events.front().kind == SimEvent::Kind::created);
  CHECK(events.back().kind == SimEvent::Kind::deleted);
  for (std::size_t i = 1; i + 1 < events.size(); ++i) {
    CHECK(events[i].entry.revision == events[i - 1].entry.revision + 1);
  }
}

TEST_CASE("what happened before an exception is on the bus all the same") {
  World world;
  const std::string id = world.create();
  const auto before = world.simulator.events().last();
  CHECK_THROWS_AS(world.simulator.with(id,
                                       [](LiveReader& reader) {
                                         reader.press(Key::f1);
                                         throw Failure(Failure::environment, "enough");
                                       }),
                  Failure);
  CHECK(world.simulator.events().last() > before);
}

TEST_CASE("a durable card is in one reader at a time, and comes back to its own") {
  const sesame::test::TemporaryFolder folder;
  World world({.state_folder = folder.path().string()});
  const std::string id = world.create(), other = world.simulator.create({});
  CHECK(world.otp(id).atc == 1);
  CHECK(why([&] { world.simulator.insert(other, shipped()); }) == Why::card_in_use);
  world.simulator.insert(id, shipped());
  CHECK(world.otp(id).atc == 2);
  world.simulator.remove(id);
  world.simulator.insert(other, shipped());
  CHECK(world.otp(other).atc == 3);
}

TEST_CASE("a card that cannot be had leaves the one that is in") {
  World world;
  const std::string id = world.create();
  CHECK(why([&] { world.simulator.insert(id, shipped("no-card")); }) == Why::unknown_card);
  CHECK(world.text(id) == "Choisir la\nfonction");
}

TEST_CASE("a code with a real clock waits for a slow card, and lets others to the reader") {
  World world;
  const std::string id = world.create(ClockKind::real);
  world.simulator.with(id, [](LiveReader& reader) {
    Fault slow = fault(FaultKind::slow);
    slow.ms = 50;
    reader.set_faults({slow});
  });
  std::atomic<bool> done = false;
  OtpResult result;
  std::thread caller([&] {
    result = world.otp(id);
    done = true;
  });
  // Time runs only here: the caller cannot go on without another one getting in between.
  const bool answered = world.simulator.wait(id, milliseconds(30'000), [&](LiveReader& reader) {
    if (reader.reader().state() == State::code) return true;
    if (reader.reader().state() == State::working) world.time = reader.deadline().value();
    return false;
  });
  caller.join();
  CHECK(answered);
  CHECK(result.code);
}

TEST_CASE("threads on different readers do not disturb each other") {
  World world;
  std::vector<std::thread> threads;
  std::array<std::vector<std::string>, 4> codes;
  for (auto& mine : codes) {
    threads.emplace_back([&world, &mine] {
      const std::string id = world.create();
      for (int i = 0; i < 20; ++i) mine.push_back(world.otp(id).code.value_or(""));
      world.simulator.remove(id);
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(codes[0].size() == 20);
  for (const auto& other : codes) CHECK(other == codes[0]);
  CHECK(world.simulator.size() == 0);
}

TEST_CASE("threads on one reader take turns, and every ATC comes once") {
  World world;
  const std::string id = world.create();
  std::vector<std::thread> threads;
  std::array<std::vector<std::uint16_t>, 4> atcs;
  for (auto& mine : atcs) {
    threads.emplace_back([&, id] {
      for (int i = 0; i < 10; ++i) mine.push_back(world.otp(id).atc.value_or(0));
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<std::uint16_t> all;
  for (const auto& some : atcs) all.insert(all.end(), some.begin(), some.end());
  std::sort(all.begin(), all.end());
  for (std::size_t i = 0; i < all.size(); ++i) CHECK(all[i] == i + 1);
}

TEST_CASE("ten thousand readers live in one process") {
  World world;
  std::vector<std::string> ids;
  for (int i = 0; i < 10'000; ++i) ids.push_back(world.create());
  CHECK(world.simulator.size() == 10'000);
  CHECK(world.otp(ids.front()).code == world.otp(ids.back()).code);
}

}  // namespace
}  // namespace sesame::sim
