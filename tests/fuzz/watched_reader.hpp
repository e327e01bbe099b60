// A reader at which anything may happen, and the rules that hold after each event.
#pragma once

#include "firmware/core/reader.hpp"
#include "tests/firmware/core/profiles.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace sesame::fuzz {

// Side: what it is to the computer; Watch: the rules, which look at that, too.
template <class Side, class Watch>
class WatchedReader {
 public:
  explicit WatchedReader(const ReaderProfile& profile) : reader_(profile, &side_) {}
  WatchedReader(const WatchedReader&) = delete;
  WatchedReader& operator=(const WatchedReader&) = delete;

  std::optional<SlotRequest> request() const { return reader_.request(); }
  // Keys and time, where the high three bits of a choice are 0 to 2.
  std::optional<Event> by_hand(std::uint8_t choice) {
    const unsigned which = choice & 0x1FU;
    const auto key = static_cast<Key>(which % (static_cast<unsigned>(Key::f8) + 1));
    switch (choice >> 5) {
      case 0: return Event::press(key);
      case 1: return Event::hold(key);
      case 2: now_ += which * 1'500U; return Event::tick();
      default: return std::nullopt;
    }
  }
  void handle(const Event& event) {
    reader_.handle(event, now_);
    const auto rule = watch_.broken_rule(reader_, event, now_);
    if (rule) broken(rule->c_str());
  }

 private:
  Side side_;
  Reader reader_;
  Watch watch_{side_};
  Millis now_ = 1;
};

// Any model, and one event after the other, as long as there is input. Session has a `reader`, and an event()
// of a choice that is not by_hand().
template <class Session>
int play(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  Session session(*test::kProfiles[input.below(std::size(test::kProfiles))], input);
  while (input.more()) {
    const std::uint8_t choice = input.byte();
    const auto by_hand = session.reader.by_hand(choice);
    session.reader.handle(by_hand ? *by_hand : session.event(choice));
  }
  return 0;
}

}  // namespace sesame::fuzz
