#include "sim/fleet/simulator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "host/profile/shipped.hpp"

namespace sesame::sim {

namespace {

constexpr Millis kAgain = 10;
constexpr std::chrono::milliseconds kLongest =
    std::chrono::hours(1);  // one wait; a client that waits longer waits again

std::function<Millis()> machine_clock() {
  const auto start = std::chrono::steady_clock::now();
  return [start] {
    const auto passed = std::chrono::steady_clock::now() - start;
    return static_cast<Millis>(std::chrono::duration_cast<std::chrono::milliseconds>(passed).count());
  };
}

Refusal unknown_reader(const std::string& id) {
  return {Why::unknown_reader, fmt::format("there is no reader '{}'", id),
          "it was deleted, has expired, or never was"};
}

}  // namespace

Simulator::Simulator(SimulatorOptions options)
    : options_(std::move(options)),
      events_(options_.kept_events, options_.events_begin),
      cards_({options_.real_cards, options_.state_folder}) {
  if (!options_.clock) options_.clock = machine_clock();
}

// The cards go first, in this thread: a real one ends a thread of its own.
// NOLINTNEXTLINE(bugprone-exception-escape): without memory for a list of them there is no going on
Simulator::~Simulator() {
  close();
  for (const EntryPtr& entry : all()) {
    const std::lock_guard lock(entry->mutex);
    entry->reader.reset();
  }
}

// ---- the lock on a reader

Simulator::Session::Session(Simulator& simulator, const EntryPtr& entry)
    : Session(simulator, entry, std::unique_lock(entry->mutex)) {}

Simulator::Session::Session(Simulator& simulator, EntryPtr entry, std::unique_lock<std::mutex> lock)
    : simulator_(simulator), entry_(std::move(entry)), lock_(std::move(lock)) {
  if (entry_->deleted) throw unknown_reader(entry_->id);
  try {
    bring_up_to_date();
  } catch (...) {
    publish();
    throw;
  }
}

Simulator::Session::~Session() { publish(); }

void Simulator::Session::bring_up_to_date() {
  if (entry_->reader.clock() == ClockKind::real) entry_->reader.tick(simulator_.now());
}

void Simulator::Session::wait(std::chrono::milliseconds limit) {
  publish();
  entry_->changed.wait_for(lock_, limit);
  if (entry_->deleted) throw unknown_reader(entry_->id);
  bring_up_to_date();
}

void Simulator::Session::publish() noexcept {
  if (!entry_->outbox.empty()) {
    simulator_.events_.publish(entry_->id, std::exchange(entry_->outbox, {}));
    entry_->changed.notify_all();
  }
  simulator_.schedule(*entry_, due());
}

std::optional<Millis> Simulator::Session::due() const {
  const LiveReader& reader = entry_->reader;
  if (reader.clock() != ClockKind::real || entry_->deleted) return std::nullopt;
  return reader.card() != nullptr && reader.card()->gone() ? Millis{0} : reader.deadline();
}

// ---- readers

std::string Simulator::create(const ReaderSpec& spec) {
  const EntryPtr entry = make_entry(spec);
  Session session(*this, entry);
  {
    const std::lock_guard lock(registry_mutex_);
    if (readers_.size() >= options_.max_readers) {
      throw Refusal(
          Why::too_many_readers, fmt::format("there are {} readers already", readers_.size()),
          "delete some, create them with ttl_s, or start the simulator with a larger --max-readers");
    }
    entry->order = created_ + 1;
    entry->id = !spec.id.empty()             ? spec.id
                : options_.id_suffix.empty() ? fmt::format("r{}", entry->order)
                                             : fmt::format("r{}-{}", entry->order, options_.id_suffix);
    if (!orders_.emplace(entry->id, entry->order).second) {
      throw Refusal(Why::reader_exists, fmt::format("there is a reader '{}' already", entry->id));
    }
    ++created_;
    readers_.emplace(entry->order, entry);
  }
  events_.publish(entry->id, SimEvent::Kind::created, entry->reader.revision());
  try {
    if (spec.card) put_in(session, entry->id, *spec.card);
  } catch (...) {
    drop(entry);
    throw;
  }
  schedule_end(*entry, end_of(*entry));
  return entry->id;
}

Simulator::EntryPtr Simulator::make_entry(const ReaderSpec& spec) {
  auto entry = std::make_shared<Entry>(profile_of(spec), spec.clock);
  entry->stays = spec.stays;
  entry->label = spec.label;
  entry->ttl = Millis{1000} * spec.ttl_s.value_or(0);
  entry->used = now();
  entry->reader.on_entry([raw = entry.get()](const LogEntry& logged) { raw->outbox.push_back(logged); });
  return entry;
}

std::shared_ptr<const profile::LoadedReader> Simulator::profile_of(const ReaderSpec& spec) {
  if (spec.profile_text) {
    try {
      return std::make_shared<const profile::LoadedReader>(
          profile::read_reader(*spec.profile_text, spec.profile));
    } catch (const Failure& failure) {
      if (failure.kind() != Failure::invalid) throw;
      throw Refusal(Why::bad_profile, failure.what());
    }
  }
  const bool path = profile::names_a_path(spec.profile);
  if (!path && !profile::shipped_text(profile::ProfileKind::readers, spec.profile)) {
    throw Refusal(
        Why::unknown_profile, fmt::format("there is no reader model '{}'", spec.profile),
        fmt::format("there are {}", fmt::join(profile::shipped_names(profile::ProfileKind::readers), ", ")));
  }
  if (path && !spec.profile_may_be_path) {
    throw Refusal(Why::unknown_profile, fmt::format("'{}' is a file", spec.profile),
                  "name a shipped reader model");
  }
  const std::lock_guard lock(registry_mutex_);
  auto& known = profiles_[spec.profile];
  if (!known) {
    try {
      known = std::make_shared<const profile::LoadedReader>(profile::load_reader(spec.profile));
    } catch (...) {
      profiles_.erase(spec.profile);
      throw;
    }
  }
  return known;
}

void Simulator::remove(const std::string& id) {
  const EntryPtr entry = find(id);
  if (entry->stays) {
    throw Refusal(Why::reader_stays, fmt::format("the reader '{}' is there as long as the simulator", id),
                  "POST to its /reset makes a fresh one of it");
  }
  const Session session(*this, entry);
  drop(entry);
}

// With the reader locked. Its card goes back at once, whatever may still hold the entry.
void Simulator::drop(const EntryPtr& entry) {
  {
    const std::lock_guard lock(registry_mutex_);
    readers_.erase(entry->order);
    orders_.erase(entry->id);
  }
  schedule_end(*entry, std::nullopt);
  entry->reader.reset();
  entry->deleted = true;
  events_.publish(entry->id, std::exchange(entry->outbox, {}));
  events_.publish(entry->id, SimEvent::Kind::deleted, entry->reader.revision());
  events_.hide_codes(entry->id);
  entry->changed.notify_all();
}

Simulator::EntryPtr Simulator::find(const std::string& id) const {
  const std::lock_guard lock(registry_mutex_);
  const auto order = orders_.find(id);
  if (order == orders_.end()) throw unknown_reader(id);
  const EntryPtr& entry = readers_.at(order->second);
  const Millis present = now();
  if (const auto end = end_of(*entry); end && *end <= present) throw unknown_reader(id);
  entry->used = present;
  return entry;
}

std::optional<Millis> Simulator::end_of(const Entry& entry) const {
  if (entry.ttl == 0) return std::nullopt;
  return (entry.users > 0 ? now() : entry.used.load()) + entry.ttl;
}

bool Simulator::exists(const std::string& id) const {
  const std::lock_guard lock(registry_mutex_);
  const auto order = orders_.find(id);
  if (order == orders_.end()) return false;
  const auto end = end_of(*readers_.at(order->second));
  return !end || *end > now();
}

std::size_t Simulator::size() const {
  const std::lock_guard lock(registry_mutex_);
  return readers_.size();
}

std::uint64_t Simulator::created() const {
  const std::lock_guard lock(registry_mutex_);
  return created_;
}

std::optional<Millis> Simulator::expires(const std::string& id) const { return end_of(*find(id)); }

Simulator::Hold Simulator::hold(const std::string& id) {
  const EntryPtr entry = find(id);
  ++entry->users;
  return {entry.get(), [this, entry](void*) {
            entry->used = now();
            --entry->users;
          }};
}

std::string Simulator::label(const std::string& id) const {
  const EntryPtr entry = find(id);
  const std::lock_guard lock(entry->mutex);
  return entry->label;
}

void Simulator::change(const std::string& id, const std::optional<std::string>& label,
                       std::optional<std::uint32_t> ttl_s) {
  const EntryPtr entry = find(id);
  const Session session(*this, entry);
  if (label) entry->label = *label;
  if (ttl_s) {
    if (entry->stays && *ttl_s > 0)
      throw Refusal(Why::reader_stays, fmt::format("the reader '{}' does not end", id));
    entry->ttl = Millis{1000} * *ttl_s;
    schedule_end(*entry, end_of(*entry));
  }
  events_.publish(entry->id, SimEvent::Kind::changed, entry->reader.revision());
}

std::vector<ReaderListed> Simulator::list(std::size_t limit, const std::string& after) const {
  std::vector<EntryPtr> found;
  {
    const std::lock_guard lock(registry_mutex_);
    auto next = readers_.begin();
    if (!after.empty()) {
      const auto order = orders_.find(after);
      if (order == orders_.end()) throw unknown_reader(after);
      next = readers_.upper_bound(order->second);
    }
    for (; next != readers_.end() && found.size() < limit; ++next) found.push_back(next->second);
  }
  std::vector<ReaderListed> list;
  for (const EntryPtr& entry : found) {
    const std::lock_guard lock(entry->mutex);
    if (entry->deleted) continue;
    const LiveReader& reader = entry->reader;
    list.push_back({entry->id, std::string(reader.profile().name),
                    std::string(to_string(reader.reader().state())), entry->label,
                    reader.card() != nullptr ? reader.card()->name() : "", reader.revision()});
  }
  return list;
}

bool Simulator::wait(const std::string& id, std::chrono::milliseconds timeout,
                     const std::function<bool(LiveReader&)>& met) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  Session session(*this, find(id));
  for (;;) {
    if (met(session.reader())) return true;
    const auto rest = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (rest <= rest.zero() || closed()) return false;
    const bool real = session.reader().clock() == ClockKind::real;
    session.wait(until(real ? session.reader().deadline() : std::nullopt, rest));
  }
}

// ---- what takes more than the reader

void Simulator::insert(const std::string& id, const CardSpec& card) {
  Session session(*this, find(id));
  put_in(session, id, card);
}

void Simulator::put_in(Session& session, const std::string& id, const CardSpec& card) {
  LiveReader& reader = session.reader();
  if (cards_.held_by(card, id)) reader.pull();
  const auto left = [this, weak = session.weak_entry()] {
    if (const EntryPtr entry = weak.lock()) schedule(*entry, Millis{0});
  };
  reader.insert(cards_.make(card, id, reader.clock(), left));
}

OtpResult Simulator::otp(const std::string& id, OtpRequest request) {
  Session session(*this, find(id));
  LiveReader& reader = session.reader();
  Operator user(reader.profile(), std::move(request));
  while (!user.go_on(reader)) {
    if (closed()) break;
    session.wait(until(reader.deadline(), kLongest));
  }
  return user.result(reader);
}

Simulator::OtpCall::OtpCall(Simulator& simulator, std::string id, OtpRequest request)
    : simulator_(simulator), id_(std::move(id)), request_(std::move(request)) {}

std::optional<OtpResult> Simulator::OtpCall::go_on() {
  Session session(simulator_, simulator_.find(id_));
  LiveReader& reader = session.reader();
  if (!user_) {
    user_.emplace(reader.profile(), std::move(*request_));
    request_.reset();
  }
  if (user_->go_on(reader) || simulator_.closed()) return user_->result(reader);
  again_ = simulator_.until(reader.deadline(), kLongest);
  return std::nullopt;
}

// ---- time

std::chrono::milliseconds Simulator::until(std::optional<Millis> when, std::chrono::milliseconds most) const {
  if (!when) return most;
  const Millis present = now();
  if (*when <= present) return std::chrono::milliseconds(0);
  const Millis rest = std::min(*when - present, static_cast<Millis>(most.count()));
  return std::chrono::milliseconds(rest);
}

void Simulator::schedule(Entry& entry, std::optional<Millis> when) {
  const std::lock_guard lock(schedule_mutex_);
  if (entry.scheduled) deadlines_.erase({*entry.scheduled, entry.order});
  entry.scheduled = when;
  if (!when) return;
  deadlines_.emplace(*when, entry.order);
  if (deadlines_.begin()->second == entry.order) schedule_changed_.notify_all();
}

// Looked at then, and not before: whoever asks for the reader meanwhile need not lock the schedule.
void Simulator::schedule_end(Entry& entry, std::optional<Millis> when) {
  const std::lock_guard lock(schedule_mutex_);
  if (entry.looked_at) expirations_.erase({*entry.looked_at, entry.order});
  entry.looked_at = when;
  if (!when) return;
  expirations_.emplace(*when, entry.order);
  if (expirations_.begin()->second == entry.order) schedule_changed_.notify_all();
}

std::optional<Millis> Simulator::next_deadline() const {
  const std::lock_guard lock(schedule_mutex_);
  return first_deadline();
}

std::optional<Millis> Simulator::first_deadline() const {
  std::optional<Millis> first;
  for (const auto* due : {&deadlines_, &expirations_}) {
    if (due->empty()) continue;
    first = first ? std::min(*first, due->begin()->first) : due->begin()->first;
  }
  return first;
}

// A reader that is just in use must not hold up the others.
void Simulator::tick(Millis now) {
  expire(now);
  for (const EntryPtr& entry : take_due(deadlines_, now)) {
    std::unique_lock lock(entry->mutex, std::try_to_lock);
    if (!lock) {
      schedule(*entry, now + kAgain);
      continue;
    }
    if (entry->deleted) continue;
    try {
      const Session session(*this, entry, std::move(lock));
    } catch (const std::exception&) {
      // Of a card that could not go on: it was pulled out, and the event says why.
    }
  }
}

void Simulator::expire(Millis now) {
  for (const EntryPtr& entry : take_due(expirations_, now)) {
    const std::lock_guard lock(entry->mutex);
    if (entry->deleted) continue;
    const auto end = end_of(*entry);
    end&&* end <= now ? drop(entry) : schedule_end(*entry, end);
  }
}

std::vector<Simulator::EntryPtr> Simulator::take_due(Deadlines& deadlines, Millis now) {
  std::vector<std::uint64_t> due;
  {
    const std::lock_guard lock(schedule_mutex_);
    while (!deadlines.empty() && deadlines.begin()->first <= now) {
      due.push_back(deadlines.begin()->second);
      deadlines.erase(deadlines.begin());
    }
  }
  std::vector<EntryPtr> entries;
  for (const std::uint64_t order : due) {
    const std::lock_guard lock(registry_mutex_);
    const auto found = readers_.find(order);
    if (found != readers_.end()) entries.push_back(found->second);
  }
  return entries;
}

bool Simulator::wait_until_due() {
  std::unique_lock lock(schedule_mutex_);
  for (;;) {
    if (closed_) return false;
    const auto first = first_deadline();
    if (first && *first <= now()) return true;
    schedule_changed_.wait_for(lock, until(first, kLongest));
  }
}

bool Simulator::closed() const {
  const std::lock_guard lock(schedule_mutex_);
  return closed_;
}

void Simulator::close() {
  {
    const std::lock_guard lock(schedule_mutex_);
    closed_ = true;
    schedule_changed_.notify_all();
  }
  events_.close();
  for (const EntryPtr& entry : all()) {
    const std::lock_guard lock(entry->mutex);  // no thread is between looking at closed() and waiting
    entry->changed.notify_all();
  }
}

std::vector<Simulator::EntryPtr> Simulator::all() const {
  const std::lock_guard lock(registry_mutex_);
  std::vector<EntryPtr> entries;
  for (const auto& [order, entry] : readers_) entries.push_back(entry);
  return entries;
}

}  // namespace sesame::sim
