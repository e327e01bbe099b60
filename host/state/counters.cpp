#include "host/state/counters.hpp"

#include <algorithm>
#include <stdexcept>

namespace sesame::state {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool is_counter_name(std::string_view name) {
  return !name.empty() && name.size() < sizeof(Counter::text) && is_lower(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return is_lower(c) || is_digit(c) || c == '-' || c == '_'; });
}

bool is_record_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 &&
         std::all_of(id.begin(), id.end(), [](char c) { return is_digit(c) || (c >= 'A' && c <= 'F'); });
}

Counters::Counters(std::initializer_list<std::pair<std::string_view, std::uint32_t>> counters) {
  for (const auto& [name, value] : counters) set(name, value);
}

std::optional<std::uint32_t> Counters::find(std::string_view name) const {
  for (const Counter& counter : counters_) {
    if (counter.name() == name) return counter.value;
  }
  return std::nullopt;
}

void Counters::set(std::string_view name, std::uint32_t value) {
  for (std::size_t i = 0; i < counters_.size(); ++i) {
    if (counters_[i].name() == name) {
      counters_[i].value = value;
      return;
    }
  }
  if (!is_counter_name(name)) throw std::invalid_argument("not a counter name");
  Counter counter;
  std::copy(name.begin(), name.end(), counter.text.begin());
  counter.value = value;
  if (!counters_.push(counter)) throw std::length_error("too many counters in a record");
}

void Counters::update(const Counters& newer) {
  Counters updated = *this;
  for (const Counter& counter : newer) updated.set(counter.name(), counter.value);
  *this = updated;
}

std::optional<Counters> get(const Records& records, std::string_view id) {
  const auto found = records.find(id);
  if (found == records.end()) return std::nullopt;
  return found->second;
}

void put(Records& records, std::string_view id, const Counters& counters) {
  const auto found = records.find(id);
  if (found != records.end()) return found->second.update(counters);
  if (!is_record_id(id)) throw std::invalid_argument("not a record id");
  records.emplace(id, counters);
}

std::optional<Counters> EphemeralStore::get(std::string_view id) const { return state::get(records_, id); }

void EphemeralStore::put(std::string_view id, const Counters& counters) {
  state::put(records_, id, counters);
}

}  // namespace sesame::state
