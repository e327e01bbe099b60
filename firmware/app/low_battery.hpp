// The reader's own words for a low battery: for two seconds when it wakes, or until a key. Everything works
// meanwhile.
#pragma once

#include <cstdint>
#include <optional>

#include "firmware/core/event.hpp"
#include "firmware/core/profile.hpp"

namespace sesame::app {

// In millivolts. A card of class B may want 2.7 V (ISO 7816-3:2006, 5.1.1): not much longer.
inline constexpr std::uint16_t kLowSupply = 2'800;

class LowBattery {
 public:
  static constexpr Millis kShown = 2'000;

  // After each event that the reader was told. `measure` gives the supply in millivolts, 0 where there is
  // nothing to measure it with; it is asked when the reader wakes.
  template <class Measure>
  void after(const Event& event, bool was_off, bool is_off, Millis now, Measure measure) {
    const bool key = event.kind == Event::Kind::press || event.kind == Event::Kind::hold;
    if (is_off || key) until_.reset();
    if (!was_off || is_off) return;
    const std::uint16_t supply = measure();
    if (supply != 0 && supply < kLowSupply) until_ = now + kShown;
  }
  // True once, when its time is over.
  bool over(Millis now) {
    if (!until_ || now < *until_) return false;
    until_.reset();
    return true;
  }
  bool shown() const { return until_.has_value(); }

 private:
  std::optional<Millis> until_;
};

}  // namespace sesame::app
