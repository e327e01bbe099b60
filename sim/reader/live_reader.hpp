// One reader that lives: the core, a card in its slot, a clock, faults, and a memory of what happened. Not
// for two threads at once: a server of several holds a lock for each.
//
// Time is an argument. With a real clock the owner calls tick(now) before anything else; with a virtual one
// time moves only in advance() and to_next_deadline(). Nothing waits in here but for the answers of a real
// card, which come inline.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/core/reader.hpp"
#include "firmware/core/signing/link.hpp"
#include "host/card/slot.hpp"
#include "host/profile/reader_file.hpp"
#include "sim/reader/card.hpp"
#include "sim/reader/fault_slot.hpp"
#include "sim/reader/faults.hpp"
#include "sim/reader/log_entry.hpp"
#include "sim/reader/made_code.hpp"

namespace sesame::sim {

enum class ClockKind : std::uint8_t { real, virtual_time };

class LiveReader {
 public:
  // Entries of the log that are kept; older ones are forgotten.
  static constexpr std::size_t kMemory = 256, kMemoryBytes = 32'768;

  // The profile outlives it; many readers share one.
  LiveReader(std::shared_ptr<const profile::LoadedReader> profile, ClockKind clock);
  LiveReader(const LiveReader&) = delete;
  LiveReader& operator=(const LiveReader&) = delete;

  // The card. Inserting where one is in pulls that one out first. What a card throws (a state file that
  // cannot be written) comes through, with the card pulled out.
  void insert(std::unique_ptr<Card> card);
  std::unique_ptr<Card> pull();
  Card* card() { return card_.get(); }
  const Card* card() const { return card_.get(); }

  void press(Key key);
  void hold(Key key);
  // The computer at the cable. A Refusal where the model has none (no_cable), or where the text cannot be
  // shown (bad_input).
  void command(ComputerCommand::Kind kind, std::string_view text = {});
  // What it was told since its last command; nothing: not yet, or there is no cable.
  std::optional<signing::Answer> told() const { return link_ ? link_->answer() : std::nullopt; }
  // As engraved: digits, ".", "OK", "C", a function's key. Nothing where there is no such key.
  std::optional<Key> key_named(std::string_view name) const;
  std::string name_of(Key key) const;

  // To move a real clock is a Refusal (real_clock); a virtual one does not tick.
  void advance(Millis duration);  // virtual clock only
  bool to_next_deadline();        // virtual clock only; false: nothing waits for time
  void tick(Millis now);          // real clock only: milliseconds of any monotonic clock
  // When something happens by itself next: the reader's own deadline, a slow card's answer.
  std::optional<Millis> deadline() const;
  Millis now() const { return now_; }
  ClockKind clock() const { return clock_; }

  // Of an unknown or missing key a Refusal (bad_fault), and nothing is set.
  void set_faults(Faults faults);
  const Faults& faults() const { return faults_; }
  bool battery_dead() const { return battery_dead_; }
  bool battery_low() const;
  // A fresh reader: off, no faults, the card pulled out. Its revision goes on.
  void reset();

  const Reader& reader() const { return *reader_; }
  Screen screen() const;  // dark with a dead battery
  std::uint64_t revision() const { return revision_; }
  const ReaderProfile& profile() const { return profile_->profile(); }
  const profile::Look& look() const { return profile_->look(); }
  // Oldest first, with dots for a code that is no longer shown. forgotten(): there were others before them.
  const std::deque<LogEntry>& log() const { return log_; }
  bool forgotten() const { return forgotten_; }
  // What the last kCodes were made of that were shown, oldest first; and whether the last one still is.
  static constexpr std::size_t kCodes = 8;
  const std::vector<MadeCode>& codes() const { return codes_; }
  bool shows_code() const { return code_noted_; }
  // Called after each entry, for a caller that passes them on.
  void on_entry(std::function<void(const LogEntry&)> watch) { watch_ = std::move(watch); }

 private:
  // A slow card's answer, on its way.
  struct Delayed {
    std::uint32_t request = 0;
    Millis due = 0;
    SlotStatus status = SlotStatus::ok;
    emv::ResponseBuffer bytes;
  };

  void key(Event::Kind kind, Key key);
  void repeat_stuck_key(Key pressed);
  void handle(const Event& event);
  void serve();
  SlotStatus carry_out(const SlotRequest& request, emv::ResponseBuffer& answer);
  void card_failed(const std::string& why);
  void note_exchange(const SlotRequest& request, SlotStatus status, Bytes answer);
  void run_to(Millis time);
  void run_due();
  std::unique_ptr<Card> take_out(std::string why);
  void battery_dies();
  void new_reader();
  void switch_off();
  void require_virtual() const;
  void drop_spent_faults();
  Screen low_battery_screen() const;
  void refresh_screen();
  void note_clock();
  void note_code();
  MadeCode made_code() const;
  void note_told();
  void note(LogEntry::What what);

  std::shared_ptr<const profile::LoadedReader> profile_;
  ClockKind clock_;
  std::unique_ptr<signing::Link> link_;  // of a model with a connected mode
  std::unique_ptr<Reader> reader_;
  std::unique_ptr<Card> card_;
  Faults faults_;
  FaultSlot fault_slot_;
  std::optional<Delayed> delayed_;
  bool battery_dead_ = false;
  std::optional<Millis> battery_shown_until_;
  Millis now_ = 0;
  Screen shown_;            // as of the last entry
  std::uint32_t told_ = 0;  // the number of what the computer was told, as of the last entry
  std::uint64_t revision_ = 0;
  std::deque<LogEntry> log_;
  std::size_t log_size_ = 0;  // bytes
  bool forgotten_ = false;
  std::vector<MadeCode> codes_;
  bool code_noted_ = false;  // the one that is shown
  std::function<void(const LogEntry&)> watch_;
};

}  // namespace sesame::sim
