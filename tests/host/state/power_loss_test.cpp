// Every operation of a scenario fails once, and is once the last before the power goes.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "host/base/failure.hpp"
#include "host/state/durable_store.hpp"
#include "tests/host/state/simulated_disk.hpp"

using namespace sesame;
using namespace sesame::state;
using Fault = SimulatedDisk::Fault;

namespace {

const std::string kPath = "/home/u/.local/state/sesame/cards.state";
using Atcs = std::map<std::string, std::uint32_t>;

SimulatedDisk fresh_disk() {
  SimulatedDisk disk;
  disk.add_directory("/home/u");
  return disk;
}

Atcs read(const CounterStore& store) {
  Atcs atcs;
  for (const char* id : {"A1", "B2"}) {
    if (const auto counters = store.get(id)) atcs[id] = counters->find("atc").value_or(0);
  }
  return atcs;
}

Atcs reopened(SimulatedDisk& disk) { return read(DurableStore(kPath, {}, disk)); }

// What the user of the store knows: the values that a put() returned for, and, after them, those of
// every put() since then that failed.
struct Knowledge {
  std::vector<Atcs> possible = {{}};
  int failures = 0;

  const Atcs& acknowledged() const { return possible.front(); }
  bool allows(const Atcs& seen) const {
    return std::find(possible.begin(), possible.end(), seen) != possible.end();
  }
};

// Counts on the card, and once more if that failed.
void use_card(CounterStore& store, const std::string& id, Knowledge& knowledge) {
  for (int tries = 0; tries < 2; ++tries) {
    Atcs attempted = knowledge.acknowledged();
    const std::uint32_t atc = ++attempted[id];
    try {
      store.put(id, Counters{{"atc", atc}, {"tries", 3}});
      knowledge.possible = {attempted};
      CHECK(read(store) == attempted);
      return;
    } catch (const Failure& failure) {
      ++knowledge.failures;
      knowledge.possible.push_back(attempted);
      CHECK(failure.kind() == Failure::environment);
      CHECK(read(store) == knowledge.acknowledged());
    }
  }
}

void session(SimulatedDisk& disk, const std::vector<std::string>& cards, Knowledge& knowledge) {
  for (int tries = 0; tries < 2; ++tries) {
    try {
      DurableStore store(kPath, {}, disk);
      const Atcs seen = read(store);
      CHECK(knowledge.allows(seen));
      knowledge.possible = {seen};  // and having been seen, it may not be lost any more
      for (const std::string& id : cards) use_card(store, id, knowledge);
      return;
    } catch (const Failure& failure) {
      ++knowledge.failures;
      CHECK(failure.kind() == Failure::environment);
    }
  }
}

Knowledge scenario(SimulatedDisk& disk) {
  Knowledge knowledge;
  session(disk, {"A1", "B2", "A1"}, knowledge);
  session(disk, {"A1"}, knowledge);
  session(disk, {"B2"}, knowledge);
  return knowledge;
}

void check_survivor(SimulatedDisk disk, const Knowledge& knowledge) {
  Knowledge after = knowledge;
  after.failures = 0;
  session(disk, {"A1"}, after);  // checks what it sees, and that the store is as good as ever
  CHECK(after.failures == 0);
  CHECK(reopened(disk) == after.acknowledged());
}

int check_all_survivors(const SimulatedDisk& disk, const Knowledge& knowledge) {
  check_survivor(disk.after_kill(), knowledge);
  int survivors = 1;
  for (const SimulatedDisk& survivor : disk.all_after_power_loss()) {
    check_survivor(survivor, knowledge);
    ++survivors;
  }
  return survivors;
}

int operations_of_scenario() {
  SimulatedDisk disk = fresh_disk();
  disk.set_fault({});
  const Knowledge knowledge = scenario(disk);
  CHECK(knowledge.failures == 0);
  CHECK(knowledge.acknowledged() == Atcs{{"A1", 3}, {"B2", 2}});
  CHECK(disk.open_handles() == 0);
  return disk.operations();
}

}  // namespace

TEST_CASE("a power cut at any operation loses no counter that was acknowledged") {
  const int operations = operations_of_scenario();
  int survivors = 0;
  for (int at = 1; at <= operations; ++at) {
    INFO("operation " << at);
    SimulatedDisk disk = fresh_disk();
    disk.set_fault({Fault::power_goes, at, EIO});
    const Knowledge knowledge = scenario(disk);
    CHECK_FALSE(disk.hit().empty());
    survivors += check_all_survivors(disk, knowledge);
  }
  CHECK(operations > 50);
  CHECK(survivors > 400);
}

TEST_CASE("a second power cut, during the restart, loses nothing either") {
  const int operations = operations_of_scenario();
  int points = 0;
  for (int at = 1; at <= operations; ++at) {
    SimulatedDisk first = fresh_disk();
    first.set_fault({Fault::power_goes, at, EIO});
    const Knowledge knowledge = scenario(first);
    for (int second_at = 1;; ++second_at) {
      SimulatedDisk disk = first.after_kill();
      disk.set_fault({Fault::power_goes, second_at, EIO});
      Knowledge second = knowledge;
      session(disk, {"A1"}, second);
      if (disk.hit().empty()) break;
      INFO("operations " << at << ", " << second_at);
      check_all_survivors(disk, second);
      ++points;
    }
  }
  CHECK(points > 700);
}

TEST_CASE("what was seen after a kill is still there after the power cut that follows") {
  const int operations = operations_of_scenario();
  for (int at = 1; at <= operations; ++at) {
    INFO("operation " << at);
    SimulatedDisk disk = fresh_disk();
    disk.set_fault({Fault::power_goes, at, EIO});
    scenario(disk);
    SimulatedDisk restarted = disk.after_kill();
    Knowledge seen;
    seen.possible = {reopened(restarted)};
    check_all_survivors(restarted, seen);
  }
}

TEST_CASE("every I/O error is reported and loses nothing") {
  const int operations = operations_of_scenario();
  int points = 0;
  for (const Fault::Kind kind : {Fault::fails, Fault::fails_late, Fault::fails_from_there}) {
    for (const int error : {EIO, ENOSPC, EACCES}) {
      for (int at = 1; at <= operations; ++at) {
        INFO("operation " << at << ", kind " << kind << ", error " << error);
        SimulatedDisk disk = fresh_disk();
        disk.set_fault({kind, at, error});
        const Knowledge knowledge = scenario(disk);
        CAPTURE(disk.hit());
        REQUIRE_FALSE(disk.hit().empty());
        CHECK(disk.open_handles() == 0);
        // Nothing depends on closing what was only read, or the lock; and what we may not open, we
        // have made nothing in.
        const bool harmless = disk.hit() == "close" ||
                              (error == EACCES && (disk.hit() == "sync_directory /home" ||
                                                   disk.hit() == "sync_directory /home/u/.local/state"));
        if (!harmless) CHECK(knowledge.failures > 0);
        if (kind != Fault::fails_from_there) {
          CHECK(knowledge.acknowledged() == Atcs{{"A1", 3}, {"B2", 2}});  // the second try did it
        }
        disk.set_fault({});
        check_all_survivors(disk, knowledge);
        ++points;
      }
    }
  }
  CHECK(points == 9 * operations);
  CHECK(points > 600);
}

TEST_CASE("interrupted calls, short reads and short writes change nothing") {
  SimulatedDisk disk = fresh_disk();
  disk.be_clumsy();
  const Knowledge knowledge = scenario(disk);
  CHECK(knowledge.failures == 0);
  CHECK(reopened(disk) == Atcs{{"A1", 3}, {"B2", 2}});
}

TEST_CASE("a failed put names the file, the error and what to do, in one line") {
  struct Case {
    const char* operation;
    int error;
    const char* line;
  };
  const Case cases[] = {
      {"create", EROFS, "cannot write /d/cards.state: Read-only file system; make it readable and writable"},
      {"write", ENOSPC, "cannot write /d/cards.state: No space left on device; make room there"},
      {"sync", EIO, "cannot write /d/cards.state: Input/output error; check that disk"},
      {"close written", EIO, "cannot write /d/cards.state: Input/output error; check that disk"},
      {"rename", EACCES, "cannot write /d/cards.state: Permission denied; make it readable and writable"},
      {"sync_directory /d", EIO, "cannot write /d/cards.state: Input/output error; check that disk"},
  };
  for (const Case& c : cases) {
    INFO(c.operation);
    SimulatedDisk disk;
    disk.add_directory("/d");
    DurableStore store("/d/cards.state", {}, disk);
    std::string line;
    for (int at = 1; disk.hit() != c.operation; ++at) {
      REQUIRE(at < 20);
      disk.set_fault({Fault::fails, at, c.error});
      try {
        store.put("A1", Counters{{"atc", 1}});
        line = "no failure";
      } catch (const Failure& failure) {
        line = failure.what();
      }
    }
    CHECK(line == c.line);
  }
}

TEST_CASE("a failed put leaves no temporary file behind") {
  SimulatedDisk disk;
  disk.add_directory("/d");
  DurableStore store("/d/cards.state", {}, disk);
  store.put("A1", Counters{{"atc", 1}});
  disk.set_fault({Fault::fails, 3, ENOSPC});
  CHECK_THROWS_AS(store.put("A1", Counters{{"atc", 2}}), Failure);
  CHECK(disk.hit() == "write");
  CHECK(disk.open("/d/cards.state.new") == -ENOENT);
}

TEST_CASE("a damaged file is refused and left as it is") {
  SimulatedDisk disk;
  const std::string damaged = "sesame-state 1\nA1 atc=0001\nend 00000000\n";
  disk.add_file("/d/cards.state", damaged);
  CHECK_THROWS_WITH(DurableStore("/d/cards.state", {}, disk),
                    Catch::Matchers::StartsWith("/d/cards.state:3: the checksum does not match"));
  CHECK(disk.open_handles() == 0);
  std::string now(100, ' ');
  now.resize(static_cast<std::size_t>(disk.read(disk.open("/d/cards.state"), now.data(), 100)));
  CHECK(now == damaged);
}

TEST_CASE("a put is refused once the lock file was removed, for another process may be counting") {
  SimulatedDisk disk;
  disk.add_directory("/d");
  DurableStore store("/d/cards.state", {}, disk);
  disk.unlink("/d/cards.state.lock");
  CHECK_THROWS_WITH(store.put("A1", Counters{{"atc", 1}}),
                    Catch::Matchers::StartsWith("/d/cards.state.lock was removed while in use"));
  DurableStore other("/d/cards.state", {}, disk);  // that is who
  CHECK_THROWS_AS(store.put("A1", Counters{{"atc", 1}}), Failure);
  other.put("A1", Counters{{"atc", 1}});
  CHECK_FALSE(store.get("A1"));
}
