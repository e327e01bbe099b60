// A reader, its pinpad side and a ReaderWatch as a machine for Search.
//
// Every move is made twice, by twins with different PINs and different cryptograms of the card. What the two
// show, ask and remember may differ in PIN and code alone, and only while these are needed: so nothing of
// them stays anywhere else, in whatever form.
//
// Two states are one where all is the same that decides what follows. That is the whole memory of the
// objects, but for the numbers of requests and the time of day, which count from now, and for what blank()
// overwrites: what was in a buffer after its end, in an optional that is reset, between the members. All of
// it has been compared with the twin's before.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "tests/explorer/moves.hpp"
#include "tests/firmware/core/reader_watch.hpp"

namespace sesame::explorer {

// For a test that breaks a reader: called after each event, with the state in which it came. `note` is
// remembered with the reader.
struct Subject {
  Reader& reader;
  pinpad::Connection& connection;
  std::uint64_t& note;
  Millis now;
};
using Sabotage = std::function<void(const Subject& subject, const Event& event, State before)>;

class ReaderMachine {
 public:
  // The profile outlives it. `program`: there is one on the computer, and it asks for things.
  explicit ReaderMachine(const ReaderProfile& profile, bool program = false, Sabotage sabotage = {});
  ReaderMachine(const ReaderMachine&) = delete;
  ReaderMachine& operator=(const ReaderMachine&) = delete;

  // What a search begins with, instead of a reader that was never used: the state that these moves, by their
  // names, lead to from there.
  void begin_with(const std::vector<std::string>& names);

  void reset();
  void load(std::span<const std::uint64_t> state);
  std::size_t moves() const { return moves_.size(); }
  std::optional<std::string> make(std::size_t move);
  std::uint64_t key() const { return key_; }
  void save(std::vector<std::uint64_t>& state);
  const Move& move(std::size_t which) const { return moves_[which]; }
  std::string name(std::size_t move) const;
  std::string description() const;

  // As it is now; the states that were saved.
  const Reader& reader() const { return objects().twin.reader; }
  const std::set<State>& visited() const { return visited_; }

 private:
  struct Twin {
    explicit Twin(const ReaderProfile& profile) : reader(profile, &connection) {}

    pinpad::Connection connection;
    Reader reader;
    std::uint64_t note = 0;
  };
  struct Objects {
    explicit Objects(const ReaderProfile& profile) : twin(profile), watch(twin.connection) {}

    Twin twin;
    test::ReaderWatch watch;
  };
  static_assert(sizeof(Twin) % 8 == 0 && sizeof(Objects) % 8 == 0);
  static constexpr std::size_t kTwinWords = sizeof(Twin) / 8, kWords = sizeof(Objects) / 8;
  using Words = std::vector<std::uint64_t>;

  // What is seen of a twin from outside.
  struct Seen {
    State state = State::off;
    Notice notice = Notice::none;
    Screen screen;
    std::optional<Millis> deadline;
    std::optional<std::uint32_t> request;
    SlotRequest::Kind kind = SlotRequest::Kind::deactivate;
    std::optional<HostStatus> told;
    FixedVector<std::uint8_t, emv::kMaxCommand> command, bytes;  // but a VERIFY; that the program is told
  };

  Objects& objects() { return *reinterpret_cast<Objects*>(memory_.data()); }
  const Objects& objects() const { return *reinterpret_cast<const Objects*>(memory_.data()); }

  Millis since_canonical_time(Millis now) const;
  Seen handle(const Event& event, Millis now);
  Seen seen() const;
  static bool same(const Seen& a, const Seen& b);
  std::optional<std::string> compare_memory(const Words& other) const;
  void new_reader();
  void take_first();
  static void blank(Twin& twin, Millis earlier);
  static void blank_paddings(Twin& twin);

  const ReaderProfile& profile_;
  const bool program_;
  const Sabotage sabotage_;
  const Moves all_;
  Words memory_;                 // the objects, always at the same place: they point into themselves
  std::array<Words, 2> loaded_;  // both twins as they were loaded, the first with its watch
  std::array<Words, 2> made_;    // and as they are now
  std::array<Words, 2> start_;
  std::uint64_t loaded_key_ = 0, key_ = 0, start_key_ = 0;
  std::set<State> visited_;
  std::vector<Move> moves_;
  test::ByteVector bytes_;
};

}  // namespace sesame::explorer
