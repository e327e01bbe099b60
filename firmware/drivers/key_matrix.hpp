// From contacts that bounce to keys: pure, fed the contacts and the time.
//
//   KeyMatrix keys;
//   if (const auto press = keys.update(contacts, now)) …of the key in row press->contact / 4, column % 4…
//
// A key is down when its contact has been closed, alone, for 20 ms, and up when it has been open for as long.
// One stroke for each time it is down. While one key is down another waits: its stroke comes when it is the
// only one. So does a ghost, the fourth corner of three keys of a matrix without diodes: with more than one
// contact closed, none is believed.
//
// The key that can be held (C) has its stroke when it goes up; where it was down for 1.5 s it has a hold in
// its place, at that moment. Others have theirs when they go down.
#pragma once

#include <cstdint>
#include <optional>

namespace sesame::drivers {

// One bit each: 4 * row + column.
using Contacts = std::uint16_t;

struct KeyPress {
  std::uint8_t contact = 0;  // 0 to 15
  bool held = false;

  friend constexpr bool operator==(const KeyPress&, const KeyPress&) = default;
};

class KeyMatrix {
 public:
  static constexpr std::uint64_t kSettle = 20, kHold = 1'500;  // milliseconds

  // `holdable` is the contact of the key that can be held.
  explicit constexpr KeyMatrix(std::uint8_t holdable) : holdable_(holdable) {}

  // `now` never decreases. Called at least every 5 ms while busy(); a call that comes later is taken as if
  // nothing had bounced meanwhile.
  std::optional<KeyPress> update(Contacts contacts, std::uint64_t now);
  // Something is down or bouncing.
  bool busy() const { return state_ != State::up || closed_; }

 private:
  enum class State : std::uint8_t {
    up,       // none, or none that is believed
    closing,  // contact_ alone, since since_
    down,
    opening,  // since since_
  };

  std::optional<KeyPress> press() const { return KeyPress{contact_, held_}; }

  std::uint64_t since_ = 0, down_since_ = 0;
  State state_ = State::up;
  std::uint8_t contact_ = 0;
  std::uint8_t holdable_;
  bool held_ = false;    // the key that is down has had its stroke as a hold
  bool closed_ = false;  // some contact is
};

}  // namespace sesame::drivers
