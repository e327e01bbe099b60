// Thousands of live readers in one process, for any number of threads: found by id, each with a lock of its
// own, with an end, and with what happens in them on one bus.
//
//   Simulator simulator({.state_folder = …});
//   const std::string id = simulator.create({.profile = "sesame", .clock = ClockKind::virtual_time});
//   simulator.insert(id, {CardSpec::Kind::shipped, "sesame-card"});
//   simulator.with(id, [](LiveReader& reader) { reader.press(Key::f1); });
//
// Its owner gives it time, in a thread of its own, until close():
//
//   while (simulator.wait_until_due()) simulator.tick(simulator.now());
//
// What is refused throws Refusal, what is broken (a disk, the PC/SC service) Failure.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "host/card/file/card_spec.hpp"
#include "sim/fleet/card_source.hpp"
#include "sim/fleet/event_bus.hpp"
#include "sim/reader/live_reader.hpp"
#include "sim/reader/operator.hpp"
#include "sim/reader/refusal.hpp"

namespace sesame::sim {

struct SimulatorOptions {
  std::size_t max_readers = 20'000;
  std::size_t kept_events = 8'192;
  // Events are numbered after this. Two processes with far ones do not take each other's numbers for their
  // own.
  std::uint64_t events_begin = 0;
  bool real_cards = false;
  // Behind the number in an id, as "r2-k3x": where it is another at each start, no client of an earlier one
  // takes a reader of this one for its own. Empty: "r2". No id is given twice in any case.
  std::string id_suffix = {};
  // Where the shipped cards keep their counters; empty: every reader has a fresh one of its own, in memory.
  // One simulator at a time on a folder: Failure (environment) otherwise.
  std::string state_folder = {};
  // Milliseconds of a monotonic clock; empty: the machine's, from 0 at the start.
  std::function<Millis()> clock = {};
};

struct ReaderSpec {
  std::string profile = "sesame";
  std::optional<std::string> profile_text = {};  // a reader file's content; `profile` is what it is called
  std::string label = {};                        // for people; empty: none
  std::optional<CardSpec> card = {};             // inserted at once
  ClockKind clock = ClockKind::virtual_time;
  std::optional<std::uint32_t> ttl_s = {};  // deleted where nobody has asked for it for so many seconds
  std::string id = {};                      // empty: a new one
  bool profile_may_be_path = false;         // for a command line, not for a client
  bool stays = false;                       // remove() refuses: the page begins with it
};

struct ReaderListed {
  std::string id, profile, state, label;
  std::string card;  // its name; empty: none
  std::uint64_t revision = 0;
};

class Simulator {
 public:
  explicit Simulator(SimulatorOptions options = {});
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;
  ~Simulator();  // NOLINT(bugprone-exception-escape): as there

  // ---- readers

  // Its id. With a card that cannot be had there is no reader either.
  std::string create(const ReaderSpec& spec);
  void remove(const std::string& id);  // reader_stays: of a reader that does
  bool exists(const std::string& id) const;
  std::size_t size() const;
  std::uint64_t created() const;  // ever
  // In the order of creation, after the reader `after`, or from the first; an `after` that is gone:
  // unknown_reader.
  std::vector<ReaderListed> list(std::size_t limit, const std::string& after = {}) const;
  // Of now(), when the reader ends, if nobody asks for it before: a call with its id; nothing: never.
  std::optional<Millis> expires(const std::string& id) const;
  // While it lives, the reader does not end by itself: somebody waits for it.
  using Hold = std::shared_ptr<void>;
  Hold hold(const std::string& id);
  std::string label(const std::string& id) const;
  // What is given; a ttl_s of 0: it does not end.
  void change(const std::string& id, const std::optional<std::string>& label,
              std::optional<std::uint32_t> ttl_s);

  // Runs `use` with the reader alone in this thread, up to date if its clock is real. What `use` returns is
  // returned; what it throws comes through, and what happened until then is on the bus all the same. Not to
  // be nested.
  template <class Use>
  auto with(const std::string& id, Use use) -> std::invoke_result_t<Use, LiveReader&> {
    Session session(*this, find(id));
    return use(session.reader());
  }
  // Asks `met` at once, and after each change, until it says yes (true) or the time is over, or close()
  // (false). `met` sees the reader last as it is at the return.
  bool wait(const std::string& id, std::chrono::milliseconds timeout,
            const std::function<bool(LiveReader&)>& met);

  // ---- what takes more than the reader

  void insert(const std::string& id, const CardSpec& card);
  // A code in one call. With a real clock it waits for a slow card, and lets others to the reader meanwhile.
  OtpResult otp(const std::string& id, OtpRequest request);
  // The same for a caller that does not wait in a thread of its own.
  class OtpCall;

  // ---- time

  Millis now() const { return options_.clock(); }
  // When tick() is due; nothing: not before something happens. Of readers with a real clock, and of those
  // that end.
  std::optional<Millis> next_deadline() const;
  // Whatever is due: in the readers with a real clock; and ends those that are to end.
  void tick(Millis now);
  void expire(Millis now);
  // Returns true when tick() is due, whatever changes meanwhile; false after close().
  bool wait_until_due();
  // Ends all waiting, for good.
  void close();

  EventBus& events() { return events_; }
  CardSource& cards() { return cards_; }

 private:
  struct Entry {
    Entry(std::shared_ptr<const profile::LoadedReader> profile, ClockKind clock)
        : reader(std::move(profile), clock) {}
    std::string id;
    std::uint64_t order = 0;
    bool stays = false;
    std::atomic<Millis> ttl = 0, used = 0;  // of idleness, 0: without end; when it was last asked for
    std::atomic<int> users = 0;             // who wait
    std::optional<Millis> looked_at;        // guarded by schedule_mutex_: when its end is thought of
    std::mutex mutex;                       // for what follows
    std::string label;
    std::condition_variable changed;
    LiveReader reader;
    std::vector<LogEntry> outbox;
    bool deleted = false;
    std::optional<Millis> scheduled;  // guarded by schedule_mutex_
  };
  using EntryPtr = std::shared_ptr<Entry>;

  // The lock on a reader; at its end, what happened goes to the bus.
  class Session {
   public:
    Session(Simulator& simulator, const EntryPtr& entry);
    Session(Simulator& simulator, EntryPtr entry, std::unique_lock<std::mutex> lock);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session();
    LiveReader& reader() { return entry_->reader; }
    std::weak_ptr<Entry> weak_entry() const { return entry_; }
    // Lets go of the reader until it changes, or for `limit` at most; Refusal where it was deleted meanwhile.
    void wait(std::chrono::milliseconds limit);

   private:
    void bring_up_to_date();
    void publish() noexcept;
    std::optional<Millis> due() const;

    Simulator& simulator_;
    EntryPtr entry_;
    std::unique_lock<std::mutex> lock_;
  };

  EntryPtr find(const std::string& id) const;
  std::vector<EntryPtr> all() const;
  EntryPtr make_entry(const ReaderSpec& spec);
  std::optional<Millis> end_of(const Entry& entry) const;
  void schedule_end(Entry& entry, std::optional<Millis> when);
  std::shared_ptr<const profile::LoadedReader> profile_of(const ReaderSpec& spec);
  void put_in(Session& session, const std::string& id, const CardSpec& card);
  void drop(const EntryPtr& entry);
  using Deadlines = std::set<std::pair<Millis, std::uint64_t>>;  // when, and a reader's order

  void schedule(Entry& entry, std::optional<Millis> when);
  std::optional<Millis> first_deadline() const;
  std::vector<EntryPtr> take_due(Deadlines& deadlines, Millis now);
  bool closed() const;
  std::chrono::milliseconds until(std::optional<Millis> when, std::chrono::milliseconds most) const;

  SimulatorOptions options_;
  EventBus events_;
  CardSource cards_;

  mutable std::mutex registry_mutex_;
  std::map<std::uint64_t, EntryPtr> readers_;  // by order of creation
  std::map<std::string, std::uint64_t, std::less<>> orders_;
  std::map<std::string, std::shared_ptr<const profile::LoadedReader>, std::less<>> profiles_;
  std::uint64_t created_ = 0;

  mutable std::mutex schedule_mutex_;
  std::condition_variable schedule_changed_;
  Deadlines deadlines_;    // of readers with a real clock
  Deadlines expirations_;  // of readers that end
  bool closed_ = false;
};

class Simulator::OtpCall {
 public:
  // The simulator outlives it.
  OtpCall(Simulator& simulator, std::string id, OtpRequest request);

  // The result, once it is there or the simulator is closed; nothing: again when something has happened in
  // the reader, and after again() at the latest.
  std::optional<OtpResult> go_on();
  std::chrono::milliseconds again() const { return again_; }

 private:
  Simulator& simulator_;
  std::string id_;
  std::optional<OtpRequest> request_;
  std::optional<Operator> user_;
  std::chrono::milliseconds again_{0};
};

}  // namespace sesame::sim
