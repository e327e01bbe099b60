// What a card sends, character by character, each so long after the one before it, whichever side sent that.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "firmware/core/bytes.hpp"
#include "host/card/iso7816/behavior.hpp"
#include "host/card/iso7816/rate.hpp"

namespace sesame::card::iso7816 {

// How long the card takes (ISO 7816-3:2006, 7.2, 10.2, 11.2 and 11.4).
struct Pace {
  Micros character = 0;   // from one character to the next
  Micros turnaround = 0;  // from the reader's last one to the first
  Micros waiting = 0;     // the longest: work waiting time, block waiting time
};

class Outbox {
 public:
  explicit Outbox(Behavior& behavior) : behavior_(behavior) {}

  void set_pace(const Pace& pace) { pace_ = pace; }
  // From now on, the bits of each are reversed and inverted (8.1).
  void set_inverse(bool inverse) { inverse_ = inverse; }

  void clear() { queue_.clear(); }
  bool empty() const { return queue_.empty(); }
  bool begun() const { return begun_; }

  // A single character at a moment of its own: TS.
  void say_first(std::uint8_t on_line, bool parity_ok, Micros after);
  // Without a pause.
  void say(Bytes characters);
  // What the reader waits for (a procedure byte, a block): after the turnaround, or at once after other
  // characters; of a slow card after its part of the waiting time, `times` of which the reader has granted.
  void say_in_turn(Bytes characters, unsigned times = 1);

  struct Outgoing {
    std::uint8_t character = 0;
    bool parity_ok = true;
    Micros at = 0;  // when the reader has its last bit
  };
  std::optional<Outgoing> front() const;

  // What is queued counts from the character that went before, on either side.
  void heard(Micros now) { since_ = now; }
  void sent(Micros now);
  // The same again, after the error signal.
  void again(Micros now);
  unsigned repeats() const { return repeats_; }

 private:
  struct Planned {
    std::uint8_t character = 0;  // as it should stand on the line
    bool parity_ok = true;
    Micros after = 0;
    Behavior::Fate fate = Behavior::Fate::fine;
  };
  void plan(std::uint8_t on_line, bool parity_ok, Micros after);
  std::uint8_t on_line(std::uint8_t character) const;

  Behavior& behavior_;
  Pace pace_;
  bool inverse_ = false;
  std::deque<Planned> queue_;
  Micros since_ = 0;
  bool begun_ = false;  // a character of what is queued is out
  unsigned repeats_ = 0;
  Micros gap_ = 0;  // where characters were lost
};

}  // namespace sesame::card::iso7816
