#include "sim/fleet/event_bus.hpp"

#include <algorithm>
#include <utility>

namespace sesame::sim {

void EventBus::publish(const std::string& reader, SimEvent::Kind kind, std::uint64_t revision) {
  SimEvent event;
  event.reader = reader;
  event.kind = kind;
  event.entry.revision = revision;
  {
    const std::lock_guard lock(mutex_);
    push(std::move(event));
    tell(reader);
  }
  changed_.notify_all();
}

void EventBus::publish(const std::string& reader, std::vector<LogEntry> entries) {
  if (entries.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    for (LogEntry& entry : entries) push({0, reader, SimEvent::Kind::happened, std::move(entry)});
    tell(reader);
  }
  changed_.notify_all();
}

void EventBus::push(SimEvent event) {
  event.sequence = ++last_;
  ring_.push_back(std::move(event));
  if (ring_.size() <= capacity_) return;
  const SimEvent& oldest = ring_.front();
  if (oldest.kind == SimEvent::Kind::deleted) {
    forgotten_of_deleted_ = oldest.sequence;
    forgotten_.erase(oldest.reader);
  } else {
    forgotten_[oldest.reader] = oldest.sequence;
  }
  ring_.pop_front();
}

void EventBus::tell(const std::string& reader) const {
  if (news_) news_(reader);
}

void EventBus::on_news(std::function<void(const std::string&)> news) {
  const std::lock_guard lock(mutex_);
  news_ = std::move(news);
}

// Of a reader that is not known any more it cannot be told which of the forgotten events were its own.
bool EventBus::has_forgotten(std::uint64_t after, const std::optional<std::string>& reader) const {
  if (!reader) return after < last_ - ring_.size();
  const auto found = forgotten_.find(*reader);
  return after < (found == forgotten_.end() ? forgotten_of_deleted_ : found->second);
}

EventBus::Batch EventBus::wait(std::uint64_t after, const std::optional<std::string>& reader,
                               std::chrono::milliseconds timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  std::unique_lock lock(mutex_);
  Batch batch;
  const std::uint64_t before_first = last_ - ring_.size();
  batch.lost = after < begin_ || after > last_ || has_forgotten(after, reader);
  batch.last = batch.lost ? before_first : std::max(after, before_first);
  for (;;) {
    collect(batch, reader);
    batch.closed = closed_;
    if (!batch.events.empty() || closed_ || batch.lost) return batch;
    const auto news = [&] { return last_ > batch.last || closed_; };
    if (!changed_.wait_until(lock, end, news)) return batch;
    // What happened meanwhile may have pushed out what was to come next.
    if (batch.last < last_ - ring_.size()) {
      batch.lost = has_forgotten(batch.last, reader);
      batch.last = last_ - ring_.size();
    }
  }
}

void EventBus::collect(Batch& batch, const std::optional<std::string>& reader) const {
  const std::uint64_t before_first = last_ - ring_.size();
  for (std::size_t i = batch.last - before_first; i < ring_.size(); ++i) {
    if (batch.events.size() == kMostAtOnce) return;
    batch.last = ring_[i].sequence;
    if (!reader || *reader == ring_[i].reader) batch.events.push_back(ring_[i]);
  }
}

// ---- codes of readers that are gone

void EventBus::hide_codes(const std::string& reader) {
  const std::lock_guard lock(mutex_);
  gone_.push_back({reader, last_});
  hide_what_was_told();
}

void EventBus::hide_what_was_told() {
  const auto slowest = std::min_element(followers_.begin(), followers_.end());
  while (!gone_.empty() && (slowest == followers_.end() || *slowest >= gone_.front().last)) {
    const Gone gone = std::move(gone_.front());
    gone_.pop_front();
    const std::uint64_t before_first = last_ - ring_.size();
    // From its last event as far back as it was there.
    for (std::uint64_t i = gone.last; i > before_first; --i) {
      SimEvent& event = ring_[i - before_first - 1];
      if (event.reader != gone.reader) continue;
      if (event.kind == SimEvent::Kind::created) break;
      hide_code(event.entry);
    }
  }
}

EventBus::Follower::Follower(EventBus& bus, std::uint64_t after) : bus_(bus) {
  const std::lock_guard lock(bus_.mutex_);
  place_ = bus_.followers_.insert(bus_.followers_.end(), after);
}

EventBus::Follower::~Follower() {
  const std::lock_guard lock(bus_.mutex_);
  bus_.followers_.erase(place_);
  bus_.hide_what_was_told();
}

void EventBus::Follower::told(std::uint64_t last) {
  const std::lock_guard lock(bus_.mutex_);
  *place_ = last;
  bus_.hide_what_was_told();
}

std::uint64_t EventBus::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

void EventBus::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

}  // namespace sesame::sim
