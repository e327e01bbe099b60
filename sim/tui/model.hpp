// A reader, with cards and other readers in reach: everything about `sesame tui` but the terminal. Time is an
// argument here too.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/fleet/card_source.hpp"
#include "sim/reader/live_reader.hpp"

namespace sesame::sim {

struct TuiOptions {
  std::string card = "sesame-card";  // shipped, or a file (.toml, .apdu)
  std::string profile = "sesame";    // shipped, or a file (.toml)
  std::string state_folder;          // where the shipped cards keep their counters; empty: in memory
  ClockKind clock = ClockKind::real;
};

// The Failure of a model or a card that cannot be had, before anything is done.
void check(const TuiOptions& options);

// What was typed at a terminal.
struct Typed {
  enum class Kind : std::uint8_t { character, function, up, down, escape };
  Kind kind = Kind::character;
  char character = 0;        // ASCII
  std::size_t function = 0;  // F1 is 0
};

class TuiModel {
 public:
  using Clock = std::chrono::steady_clock;

  // The card lies beside the reader. Failure: the card or the profile cannot be used.
  TuiModel(const TuiOptions& options, Clock::time_point now);

  // Returns false when that was the end. Failures of cards become message().
  bool type(const Typed& typed, Clock::time_point now);
  void insert();
  void pull();
  // Lets the reader have the time that has passed, if its clock is real.
  void pass(Clock::time_point now);
  // When something changes by itself next; with a clock that stands, never.
  std::optional<Clock::time_point> deadline() const;

  // ---- to be drawn

  const LiveReader& reader() const { return *reader_; }
  const std::string& card_name() const { return card_name_; }
  bool card_is_in() const { return reader_->card() != nullptr; }
  ClockKind clock() const { return clock_; }
  const std::string& message() const { return message_; }
  bool hex() const { return hex_; }

  // What the card was asked, or what happened to it. Newest last.
  struct Logged {
    Millis at = 0;
    std::string name;          // "READ RECORD 1, SFI 1"
    std::string command;       // hex, PIN masked
    std::string response;      // hex; empty: none
    std::string note() const;  // "9000"
  };
  static constexpr std::size_t kMostLogged = 200;
  const std::deque<Logged>& log() const { return log_; }

  // A list to choose from, over everything else.
  struct Menu {
    enum class Of : std::uint8_t { cards, profiles };
    struct Entry {
      std::string name, title;
    };
    Of of = Of::cards;
    std::vector<Entry> entries;
    std::size_t chosen = 0;
  };
  const std::optional<Menu>& menu() const { return menu_; }

 private:
  bool type_at_desk(const Typed& typed);
  bool type_command(char character);
  void type_at_menu(const Typed& typed);
  void open_menu(Menu::Of of);
  void choose();
  void new_reader(const std::string& profile);
  void choose_card(const std::string& card);
  void advance(Millis duration);
  void switch_clock();
  void note(const LogEntry& entry);

  CardSource cards_;
  std::shared_ptr<const profile::LoadedReader> profile_;
  std::string profile_name_, card_name_;
  std::string first_profile_, first_card_;  // files named at the start stay in reach
  std::unique_ptr<Card> beside_;            // the card that was pulled out
  std::unique_ptr<LiveReader> reader_;      // its clock is virtual: time passes where pass() lets it
  ClockKind clock_;
  Clock::time_point passed_;  // until then the reader had its time
  std::string message_;
  bool hex_ = false;
  std::deque<Logged> log_;
  std::optional<Menu> menu_;
};

}  // namespace sesame::sim
