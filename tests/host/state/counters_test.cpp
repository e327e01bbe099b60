#include "host/state/counters.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <new>
#include <stdexcept>

using namespace sesame::state;

namespace {
std::atomic<std::size_t> allocations{0};
}

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}
void* operator new(std::size_t size) {
  if (void* memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

TEST_CASE("a counter that was set is found, one that was not is not") {
  Counters counters{{"atc", 0xB4}, {"tries", 3}};
  counters.set("atc", 0xB5);
  CHECK(counters.size() == 2);
  CHECK(counters.find("atc") == 0xB5u);
  CHECK(counters.find("tries") == 3u);
  CHECK_FALSE(counters.find("blocked"));
  CHECK_FALSE(counters.find("at"));
}

TEST_CASE("counter names and record ids are what the file can hold") {
  for (const char* name : {"a", "atc", "last-atc_2", "fifteen-letters"}) CHECK(is_counter_name(name));
  for (const char* name : {"", "Atc", "2nd", "a b", "a=b", "a\n", "sixteen-letters-"}) {
    CHECK_FALSE(is_counter_name(name));
    CHECK_THROWS_AS((Counters{{name, 1}}), std::invalid_argument);
  }
  CHECK(is_record_id("0"));
  CHECK(is_record_id(std::string(64, 'F')));
  for (const std::string& id :
       {std::string(), std::string("ab"), std::string("A B"), std::string("G"), std::string(65, 'F')}) {
    CHECK_FALSE(is_record_id(id));
    EphemeralStore store;
    CHECK_THROWS_AS(store.put(id, Counters{}), std::invalid_argument);
  }
}

TEST_CASE("a record that would get too many counters stays as it was") {
  EphemeralStore store;
  Counters full;
  for (std::string name = "c0"; full.size() < Counters::capacity; ++name[0]) full.set(name, 7);
  store.put("A1", full);
  CHECK_THROWS_AS(store.put("A1", Counters{{"c0", 8}, {"more", 1}}), std::length_error);
  CHECK(store.get("A1")->find("c0") == 7u);
}

TEST_CASE("a put leaves alone what it does not name") {
  EphemeralStore store;
  store.put("A1", Counters{{"atc", 1}, {"later", 9}});
  store.put("B2", Counters{{"atc", 5}});
  store.put("A1", Counters{{"atc", 2}});
  CHECK(store.get("A1")->find("atc") == 2u);
  CHECK(store.get("A1")->find("later") == 9u);
  CHECK(store.get("B2")->find("atc") == 5u);
  CHECK_FALSE(store.get("C3"));
}

TEST_CASE("a card session in memory allocates nothing once its record exists") {
  EphemeralStore store;
  const std::string id(64, 'A');
  store.put(id, Counters{{"atc", 0}, {"tries", 3}, {"blocked", 0}});
  const std::size_t before = allocations;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    Counters counters = *store.get(id);
    counters.set("atc", *counters.find("atc") + 1);
    store.put(id, counters);
  }
  const std::size_t after = allocations;
  CHECK(after == before);
  CHECK(before > 0);
  CHECK(store.get(id)->find("atc") == 1000u);
}
