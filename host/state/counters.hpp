// Counters that must never go back: a card's ATC and PIN tries, the last ATC that a verifier took.
//
// This folder stands alone because two parties need the same durability and may share nothing else:
// host/card, whose counters must survive a crash, and host/issuer, which verifies the card's codes.
//
//   auto counters = store.get(id).value_or(Counters{{"atc", 0}, {"tries", 3}});
//   counters.set("atc", *counters.find("atc") + 1);
//   store.put(id, counters);  // returned: durable. Only now may the card answer with it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "firmware/core/bytes.hpp"

namespace sesame::state {

struct Counter {
  std::array<char, 16> text{};  // the name, NUL-terminated
  std::uint32_t value = 0;

  std::string_view name() const { return text.data(); }
};

// A name is 1 to 15 of a-z, 0-9, '-' and '_', the first a letter.
bool is_counter_name(std::string_view name);

// Named counters in the order of their first set(). Copying it allocates nothing.
class Counters {
 public:
  static constexpr std::size_t capacity = 16;

  Counters() = default;
  Counters(std::initializer_list<std::pair<std::string_view, std::uint32_t>> counters);

  std::optional<std::uint32_t> find(std::string_view name) const;
  // std::invalid_argument: not a counter name. std::length_error: more than `capacity` names.
  void set(std::string_view name, std::uint32_t value);
  // Takes over the values in `newer`; what `newer` does not name stays as it is.
  void update(const Counters& newer);

  std::size_t size() const { return counters_.size(); }
  const Counter* begin() const { return counters_.begin(); }
  const Counter* end() const { return counters_.end(); }

 private:
  FixedVector<Counter, capacity> counters_;
};

// A record id is 1 to 64 upper-case hex digits. It is opaque here: the caller derives it from all
// that makes two sets of counters different (PAN, PSN, application, key fingerprint).
bool is_record_id(std::string_view id);

using Records = std::map<std::string, Counters, std::less<>>;

// Where counters are kept. Not for use by two threads at once.
class CounterStore {
 public:
  CounterStore() = default;
  CounterStore(const CounterStore&) = delete;
  CounterStore& operator=(const CounterStore&) = delete;
  virtual ~CounterStore() = default;

  // What the last put() that returned left, or nothing if there never was one.
  virtual std::optional<Counters> get(std::string_view id) const = 0;

  // Sets these counters of that record; its others, and other records, stay as they are. When it
  // throws, get() still gives the former values. std::invalid_argument: not a record id.
  virtual void put(std::string_view id, const Counters& counters) = 0;
};

// Forgets everything with the process: for tests and `--ephemeral`. A put() to a record that exists
// allocates nothing.
class EphemeralStore final : public CounterStore {
 public:
  EphemeralStore() = default;
  explicit EphemeralStore(Records records) : records_(std::move(records)) {}

  std::optional<Counters> get(std::string_view id) const override;
  void put(std::string_view id, const Counters& counters) override;

 private:
  Records records_;
};

// What the stores share: the record, if any; and the counters it has after such a put().
std::optional<Counters> get(const Records& records, std::string_view id);
void put(Records& records, std::string_view id, const Counters& counters);

}  // namespace sesame::state
