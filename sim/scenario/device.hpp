// A reader with a virtual clock as a scenario needs it: in this process, or behind the HTTP API.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "firmware/core/event.hpp"
#include "firmware/core/profile.hpp"
#include "host/card/file/card_spec.hpp"
#include "sim/reader/card.hpp"
#include "sim/reader/faults.hpp"

namespace sesame::sim {

// What a reader is like at one moment.
struct Look {
  bool lit = false;
  std::vector<std::string> rows;  // UTF-8, each as wide as the display
  std::size_t columns = 0;
  std::string state, notice;  // by the core's names
  std::optional<std::string> code;
  bool card_is_in = false;
  std::optional<CardState> card;          // of a virtual one that is in
  std::string answer = "none";            // that the computer at the cable was told since its last command
  std::optional<std::string> cryptogram;  // the digits of its code
  Millis now = 0;
  std::optional<Millis> deadline;
};

// The rows with \n between, without blanks at their ends and empty rows at the end; nothing of a dark screen.
std::string text_of(const Look& look);

// A command to the card and its answer; hexadecimal, a PIN masked.
struct Said {
  std::string name;               // "SELECT", "cold reset"
  std::string command, response;  // empty: none
};

// What the reader or the simulator refuses (a key it does not have, no card to be pulled) is a Failure with
// any exit but environment.
class Device {
 public:
  virtual ~Device() = default;

  virtual void insert(const CardSpec& card) = 0;  // new
  virtual void pull() = 0;
  virtual void press(std::span<const std::string> keys) = 0;  // as engraved
  virtual void hold(const std::string& key) = 0;
  virtual void command(ComputerCommand::Kind kind, const std::string& text) = 0;  // of the computer
  virtual void advance(Millis duration) = 0;
  virtual void to_next_deadline() = 0;  // where look() has one
  virtual void set_card_state(std::optional<std::uint16_t> last_atc,
                              std::optional<std::uint8_t> tries_left) = 0;
  virtual void set_faults(const Faults& faults) = 0;  // all there are
  virtual void reset() = 0;
  virtual Look look() = 0;
  // What was said to cards, as far back as it is kept, the last last.
  virtual std::vector<Said> dialogue() = 0;
};

}  // namespace sesame::sim
