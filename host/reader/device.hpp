// Where a reader runs, as its user sees it: keys, a slot, a screen. In this process (NativeReader), in QEMU
// or on a board (PanelDevice). What a person at the reader can know is here; what only the process can know
// that runs the core (the dialogue, the counters) is not.
#pragma once

#include <optional>
#include <string>

#include "firmware/core/reader.hpp"

namespace sesame {

class Device {
 public:
  virtual ~Device() = default;

  // Each returns when the reader has taken it, and has come to rest: it waits for the user, or shows
  // something. A reader that does not come to rest, or a link that breaks, is a Failure.
  virtual void insert() = 0;
  virtual void remove() = 0;
  virtual void press(Key key) = 0;
  virtual void hold(Key key) = 0;

  virtual Screen shown() const = 0;
  virtual State state() const = 0;
  virtual Notice notice() const = 0;
  // PIN tries left, where the screen (or, here in the process, the card) tells.
  virtual std::optional<std::uint8_t> tries_left() const = 0;
  // In State::notice: what the dialogue ended with. Kind::none where only the screen is seen.
  virtual cap::Fault fault() const = 0;
  // The digits of the code, in State::code.
  virtual std::string code() const = 0;
};

}  // namespace sesame
