// What happens in all readers, in one order, for all who watch: kept in a bounded ring, so that a stream that
// broke off can be taken up again. For any number of threads.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "sim/reader/log_entry.hpp"

namespace sesame::sim {

struct SimEvent {
  enum class Kind : std::uint8_t { created, changed, deleted, happened };
  std::uint64_t sequence = 0;  // over all readers
  std::string reader;
  Kind kind = Kind::happened;
  LogEntry entry;  // of Kind::happened; of the others its revision alone
};

class EventBus {
 public:
  // The first event has the number after `begin`.
  explicit EventBus(std::size_t capacity = 8192, std::uint64_t begin = 0)
      : capacity_(capacity), begin_(begin), last_(begin) {}
  EventBus(const EventBus&) = delete;
  EventBus& operator=(const EventBus&) = delete;

  void publish(const std::string& reader, SimEvent::Kind kind, std::uint64_t revision);
  // All at once: no watcher sees the first without the last.
  void publish(const std::string& reader, std::vector<LogEntry> entries);

  struct Batch {
    std::vector<SimEvent> events;  // oldest first, at most kMostAtOnce
    std::uint64_t last = 0;        // where to go on: the sequence number up to which all was examined
    bool lost = false;             // events between `after` and these are, or may be, forgotten
    bool closed = false;           // close() was called: there will be no more
  };
  static constexpr std::size_t kMostAtOnce = 256;

  // Events after this number, of this reader or of all; returns at once where there are some, else when there
  // are, or with none when the time is over. A number that is not of these events (another process's) counts
  // as lost.
  Batch wait(std::uint64_t after, const std::optional<std::string>& reader,
             std::chrono::milliseconds timeout);

  // The number of the last event; `begin` before there is one.
  std::uint64_t last() const;
  // How many there were.
  std::uint64_t published() const { return last() - begin_; }
  // Ends every wait, now and later.
  void close();

  // Told whose events there are, by the thread that publishes them and before it goes on: must not wait, nor
  // use the bus. Empty: nothing is told any more, once this returns.
  void on_news(std::function<void(const std::string& reader)> news);

  // A reader of all events, one after the other. The bus outlives it.
  class Follower;
  // The codes of a reader that is gone become dots, once every follower has been told of them.
  void hide_codes(const std::string& reader);

 private:
  struct Gone {
    std::string reader;
    std::uint64_t last = 0;  // of its events
  };
  using Followers = std::list<std::uint64_t>;

  void hide_what_was_told();
  void push(SimEvent event);
  void tell(const std::string& reader) const;
  bool has_forgotten(std::uint64_t after, const std::optional<std::string>& reader) const;
  void collect(Batch& batch, const std::optional<std::string>& reader) const;

  const std::size_t capacity_;
  const std::uint64_t begin_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<SimEvent> ring_;
  std::uint64_t last_;
  bool closed_ = false;
  // The last event of each living reader that was pushed out, and the last of any deleted one.
  std::unordered_map<std::string, std::uint64_t> forgotten_;
  std::uint64_t forgotten_of_deleted_ = 0;
  std::function<void(const std::string&)> news_;
  Followers followers_;    // the last event that each was told
  std::deque<Gone> gone_;  // whose codes are still there
};

class EventBus::Follower {
 public:
  Follower(EventBus& bus, std::uint64_t after);
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;
  ~Follower();

  // The last event that it was told.
  std::uint64_t after() const { return *place_; }
  void told(std::uint64_t last);

 private:
  EventBus& bus_;
  Followers::iterator place_;
};

}  // namespace sesame::sim
